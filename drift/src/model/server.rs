//! Where the API is served.

use std::borrow::Cow;
use std::rc::Rc;

use connect_codegen::document::Flavour;
use connect_codegen::problem::Result;
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
    /// Its URL, without a slash at the end.
    pub url: Cow<'a, str>,
    /// The variables in its URL.
    pub variables: Option<&'a Value>,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

impl<'a> Servers<'a> {
    /// The servers that the document names for all operations.
    pub(super) fn of_document(api: &Api<'a>) -> Result<Self> {
        match (api.flavour(), api.member("servers")) {
            (Flavour::OpenApi3, Some(servers)) => Self::read(servers, "/servers".into()),
            (Flavour::OpenApi3, None) => Ok(Self { list: [].into(), at: "/servers".into() }),
            (Flavour::Swagger2, _) => of_swagger2(api),
        }
    }

    pub(super) fn read(servers: &'a Value, at: Rc<str>) -> Result<Self> {
        let servers = list(servers, &at)?.iter().enumerate();
        let servers = servers.map(|(index, server)| {
            let at: Rc<str> = format!("{at}/{index}").into();
            let members = object(server, &at)?;
            let url = members.get("url").map_or(Ok(""), |url| text(url, &format!("{at}/url")))?;
            let url = Cow::Borrowed(url.trim_end_matches('/'));
            let rest = fact::rest(members, &at, |key| ["url", "variables"].contains(&key));
            Ok(Server { url, variables: members.get("variables"), rest })
        });
        Ok(Self { list: servers.collect::<Result<_>>()?, at })
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
        Server { url: Cow::Owned(format!("{host}{base}")), variables: None, rest: Vec::new() }
    };
    let at = if host.is_empty() { "/basePath" } else { "/host" };
    Ok(Servers { list: schemes.into_iter().map(server).collect(), at: at.into() })
}
