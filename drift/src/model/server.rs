//! Servers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::{Map, Value};

use super::keyword::{Keyword, other_keywords};
use super::resolver::Resolver;
use super::value::{expect_list, expect_object, expect_string};

/// The servers of an operation.
#[derive(Debug, Clone)]
pub struct Servers<'a> {
    /// The servers, the default first.
    pub list: Rc<[Server<'a>]>,
    /// The pointer of the declaration, in the operation, its path or the document.
    pub pointer: Rc<str>,
}

/// A server.
#[derive(Debug, Clone)]
pub struct Server<'a> {
    /// The URL without a trailing slash, with the default of each variable inserted.
    pub url: Cow<'a, str>,
    /// The URLs with another value for one variable; `{}` stands for a variable without an enum.
    pub alternative_urls: Vec<String>,
    /// The keywords of each variable, except its values.
    pub variables: BTreeMap<&'a str, Vec<Keyword<'a>>>,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// The default and the possible values of a server variable.
struct VariableValues<'a> {
    default: &'a str,
    choices: Vec<&'a str>,
}

impl<'a> Server<'a> {
    /// Creates a server without variables.
    fn new(url: impl Into<Cow<'a, str>>) -> Self {
        Self {
            url: url.into(),
            alternative_urls: Vec::new(),
            variables: BTreeMap::new(),
            other_keywords: Vec::new(),
        }
    }

    fn read(server: &'a Value, pointer: Rc<str>) -> Result<Self> {
        let members = expect_object(server, &pointer)?;
        let template = match members.get("url") {
            Some(url) => expect_string(url, &format!("{pointer}/url"))?,
            None => "",
        };
        let mut server = Self::new(template);
        let known = ["url", "variables"];
        server.other_keywords = other_keywords(members, &pointer, |key| known.contains(&key));

        let mut values = server.read_variables(members, &format!("{pointer}/variables"))?;
        // A variable that is not part of the URL has no effect.
        values.retain(|name, _| template.contains(&format!("{{{name}}}")));
        server.expand(template, &values);

        Ok(server)
    }

    fn read_variables(
        &mut self,
        members: &'a Map<String, Value>,
        pointer: &str,
    ) -> Result<BTreeMap<&'a str, VariableValues<'a>>> {
        let mut values = BTreeMap::new();
        let Some(variables) = members.get("variables") else { return Ok(values) };

        for (name, variable) in expect_object(variables, pointer)? {
            let pointer: Rc<str> = format!("{pointer}/{}", pointer_segment(name)).into();
            let members = expect_object(variable, &pointer)?;

            let default = match members.get("default") {
                Some(default) => expect_string(default, &pointer)?,
                None => "",
            };
            let choices = match members.get("enum") {
                Some(choices) => {
                    let choices = expect_list(choices, &pointer)?.iter();
                    choices.map(|choice| expect_string(choice, &pointer)).collect::<Result<_>>()?
                }
                None => vec!["{}"],
            };

            let known = ["default", "enum"];
            let keywords = other_keywords(members, &pointer, |key| known.contains(&key));
            self.variables.insert(name, keywords);
            values.insert(name.as_str(), VariableValues { default, choices });
        }

        Ok(values)
    }

    /// Sets the URLs that result from a template.
    fn expand(&mut self, template: &'a str, values: &BTreeMap<&str, VariableValues>) {
        if values.is_empty() {
            self.url = template.trim_end_matches('/').into();
            return;
        }

        // Inserts the defaults, except for one variable with another value.
        let fill = |chosen: Option<(&str, &str)>| {
            let mut url = template.to_owned();
            for (name, variable) in values {
                let chosen = chosen.filter(|(chosen_name, _)| chosen_name == name);
                let value = chosen.map_or(variable.default, |(_, value)| value);
                url = url.replace(&format!("{{{name}}}"), value);
            }
            url.trim_end_matches('/').to_owned()
        };
        let url = fill(None);

        for (name, variable) in values {
            let urls = variable.choices.iter().map(|choice| fill(Some((name, choice))));
            self.alternative_urls.extend(urls.filter(|alternative| *alternative != url));
        }
        self.url = url.into();
    }
}

impl<'a> Servers<'a> {
    /// Reads the default of the document.
    pub(super) fn of_document(resolver: &Resolver<'a>) -> Result<Self> {
        match (resolver.flavour(), resolver.member("servers")) {
            (Flavour::OpenApi3, Some(servers)) => Self::read(servers, "/servers".into()),
            (Flavour::OpenApi3, None) => Self::read(&Value::Null, "/servers".into()),
            (Flavour::Swagger2, _) => read_swagger2(resolver),
        }
    }

    /// Reads a list of servers. An empty list means the server that provides the document.
    pub(super) fn read(servers: &'a Value, pointer: Rc<str>) -> Result<Self> {
        let servers = expect_list(servers, &pointer)?.iter().enumerate();
        let servers = servers
            .map(|(index, server)| Server::read(server, format!("{pointer}/{index}").into()));
        let mut servers: Vec<Server> = servers.collect::<Result<_>>()?;

        if servers.is_empty() {
            servers.push(Server::new(""));
        }
        Ok(Self { list: servers.into(), pointer })
    }
}

/// Reads `schemes`, `host` and `basePath` of Swagger 2.0. Without a host, the server is the one that
/// provides the document.
fn read_swagger2<'a>(resolver: &Resolver<'a>) -> Result<Servers<'a>> {
    let string = |key: &str| -> Result<&'a str> {
        match resolver.member(key) {
            Some(value) => expect_string(value, &format!("/{key}")),
            None => Ok(""),
        }
    };
    let (host, base_path) = (string("host")?, string("basePath")?.trim_end_matches('/'));

    if host.is_empty() {
        let server = Server::new(base_path);
        return Ok(Servers { list: [server].into(), pointer: "/basePath".into() });
    }

    let schemes = match resolver.member("schemes") {
        Some(schemes) => expect_list(schemes, "/schemes")?
            .iter()
            .map(|scheme| Ok(format!("{}:", expect_string(scheme, "/schemes")?)))
            .collect::<Result<Vec<_>>>()?,
        None => vec![String::new()],
    };
    let servers = schemes.iter().map(|scheme| Server::new(format!("{scheme}//{host}{base_path}")));

    Ok(Servers { list: servers.collect(), pointer: "/host".into() })
}
