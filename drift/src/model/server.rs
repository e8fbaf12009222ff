//! Where the API is served.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::Value;

use super::fact::{self, Fact};
use super::{Api, list, object, text};

/// The servers of an operation, and who says so: the operation, its path or the document.
#[derive(Debug, Clone)]
pub struct Servers<'a> {
    /// The servers, the default first.
    pub list: Rc<[Server<'a>]>,
    /// The pointer of what says so.
    pub at: Rc<str>,
}

/// One server.
#[derive(Debug, Clone)]
pub struct Server<'a> {
    /// Its URL, without a slash at the end, where each variable has its default.
    pub url: Cow<'a, str>,
    /// The other URLs that it has, by one variable of another value: `{}` where that may be any.
    pub others: Vec<String>,
    /// What is said of each variable but its values.
    pub variables: BTreeMap<&'a str, Vec<Fact<'a>>>,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

impl<'a> Server<'a> {
    /// A server of which nothing is said but where it is.
    fn at(url: impl Into<Cow<'a, str>>) -> Self {
        let (url, others) = (url.into(), Vec::new());
        Self { url, others, variables: BTreeMap::new(), rest: Vec::new() }
    }

    fn read(server: &'a Value, at: Rc<str>) -> Result<Self> {
        let members = object(server, &at)?;
        let url = members.get("url").map_or(Ok(""), |url| text(url, &format!("{at}/url")))?;
        let mut new = Self::at(url);
        new.rest = fact::rest(members, &at, |key| ["url", "variables"].contains(&key));

        let (mut values, inside) = (BTreeMap::new(), format!("{at}/variables"));
        let variables =
            members.get("variables").map_or(Ok(None), |it| object(it, &inside).map(Some))?;
        for (name, variable) in variables.into_iter().flatten() {
            let at: Rc<str> = format!("{inside}/{}", pointer_segment(name)).into();
            let says = object(variable, &at)?;
            let usual =
                says.get("default").map(|it| text(it, &at)).transpose()?.unwrap_or_default();
            let choices = says.get("enum").map(|it| list(it, &at)).transpose()?;
            let choices =
                choices.map(|it| it.iter().map(|it| text(it, &at)).collect::<Result<_>>());
            let choices: Vec<&str> = choices.transpose()?.unwrap_or_else(|| vec!["{}"]);
            let rest = fact::rest(says, &at, |key| ["default", "enum"].contains(&key));

            new.variables.insert(name, rest);
            values.insert(name.as_str(), (usual, choices));
        }

        // One that the URL does not name makes no other.
        values.retain(|name, _| url.contains(&format!("{{{name}}}")));
        let filled = |other: Option<(&str, &str)>| {
            let fill = |url: String, (name, (usual, _)): (&&str, &(&str, Vec<&str>))| {
                let value = other.filter(|(of, _)| of == name).map_or(*usual, |(_, value)| value);
                url.replace(&format!("{{{name}}}"), value)
            };
            values.iter().fold(url.to_owned(), fill).trim_end_matches('/').to_owned()
        };

        new.url = match values.is_empty() {
            true => url.trim_end_matches('/').into(),
            false => filled(None).into(),
        };
        let choices = values.iter().flat_map(|(name, (_, all))| all.iter().map(|it| (*name, *it)));
        new.others = choices.map(|choice| filled(Some(choice))).collect();
        new.others.retain(|other| *other != new.url);

        Ok(new)
    }
}

impl<'a> Servers<'a> {
    /// The servers that the document names for all operations.
    pub(super) fn of_document(api: &Api<'a>) -> Result<Self> {
        match (api.flavour(), api.member("servers")) {
            (Flavour::OpenApi3, Some(servers)) => Self::read(servers, "/servers".into()),
            (Flavour::OpenApi3, None) => Self::read(&Value::Null, "/servers".into()),
            (Flavour::Swagger2, _) => of_swagger2(api),
        }
    }

    /// No server at all is that of the document.
    pub(super) fn read(servers: &'a Value, at: Rc<str>) -> Result<Self> {
        let servers = list(servers, &at)?.iter().enumerate();
        let servers =
            servers.map(|(index, server)| Server::read(server, format!("{at}/{index}").into()));
        let mut servers: Vec<Server> = servers.collect::<Result<_>>()?;

        if servers.is_empty() {
            servers.push(Server::at(""));
        }
        Ok(Self { list: servers.into(), at })
    }
}

/// Swagger 2.0 says it in three pieces. Without a host it is that of the document.
fn of_swagger2<'a>(api: &Api<'a>) -> Result<Servers<'a>> {
    let piece = |key: &str| -> Result<&'a str> {
        api.member(key).map_or(Ok(""), |value| text(value, &format!("/{key}")))
    };
    let (host, base) = (piece("host")?, piece("basePath")?.trim_end_matches('/'));

    let schemes = match api.member("schemes") {
        Some(schemes) if !host.is_empty() => list(schemes, "/schemes")?
            .iter()
            .map(|scheme| Ok(format!("{}:", text(scheme, "/schemes")?)))
            .collect::<Result<Vec<_>>>()?,
        _ => vec![String::new()],
    };

    let server = |scheme: String| {
        let host = if host.is_empty() { String::new() } else { format!("{scheme}//{host}") };
        Server::at(format!("{host}{base}"))
    };
    let at = if host.is_empty() { "/basePath" } else { "/host" };

    Ok(Servers { list: schemes.into_iter().map(server).collect(), at: at.into() })
}
