//! The ways to authenticate, and which of them an operation takes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::{Map, Value};

use super::fact::{self, Fact};
use super::{Api, Part, list, object, text};

/// What an operation takes: one of several sets of credentials.
#[derive(Debug, Clone)]
pub struct Security<'a> {
    /// The sets: schemes, each with the scopes that are wanted. None at all: nothing is wanted.
    pub alternatives: Rc<[BTreeMap<&'a str, BTreeSet<&'a str>>]>,
    /// The pointer of what says so: the operation's or the document's.
    pub at: Rc<str>,
}

/// A way to authenticate.
#[derive(Debug, Clone)]
pub struct Scheme<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its pointer.
    pub at: Rc<str>,
    /// What decides how credentials are sent, in the words of OpenAPI 3.0: `type`, `scheme`, `in`
    /// and `name`.
    pub sent: BTreeMap<&'a str, Cow<'a, str>>,
    /// The URL of an OpenID Connect provider.
    pub provider: Option<Fact<'a>>,
    /// The ways to get a token, by their names in OpenAPI 3.0.
    pub flows: BTreeMap<&'a str, Flow<'a>>,
    /// All that is written.
    pub value: &'a Value,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// A way to get a token.
#[derive(Debug, Clone)]
pub struct Flow<'a> {
    /// Its pointer.
    pub at: Rc<str>,
    /// The URLs of the account server.
    pub urls: Vec<Fact<'a>>,
    /// The scopes that can be asked for, with what is said of each.
    pub scopes: BTreeMap<&'a str, Fact<'a>>,
    /// All that is written.
    pub value: &'a Value,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

impl<'a> Security<'a> {
    /// What the document says for all operations.
    pub(super) fn of_document(api: &Api<'a>) -> Result<Self> {
        match api.member("security") {
            Some(security) => Self::read(security, "/security".into()),
            None => Ok(Self { alternatives: [].into(), at: "/security".into() }),
        }
    }

    pub(super) fn read(security: &'a Value, at: Rc<str>) -> Result<Self> {
        let sets = list(security, &at)?.iter().map(|set| {
            let schemes = object(set, &at)?.iter().map(|(name, scopes)| {
                let scopes = list(scopes, &at)?.iter().map(|scope| text(scope, &at));
                Ok((name.as_str(), scopes.collect::<Result<_>>()?))
            });
            schemes.collect::<Result<_>>()
        });

        Ok(Self { alternatives: sets.collect::<Result<_>>()?, at })
    }

    /// Whether the operation can be called without credentials.
    pub fn is_open(&self) -> bool {
        self.alternatives.is_empty() || self.alternatives.iter().any(BTreeMap::is_empty)
    }
}

/// The ways to authenticate that a document names.
pub(super) fn read_schemes<'a>(api: &Api<'a>) -> Result<Vec<Scheme<'a>>> {
    let (section, at) = match api.flavour() {
        Flavour::Swagger2 => (api.member("securityDefinitions"), "/securityDefinitions"),
        Flavour::OpenApi3 => (
            api.member("components").and_then(|components| components.get("securitySchemes")),
            "/components/securitySchemes",
        ),
    };
    let Some(section) = section else { return Ok(Vec::new()) };

    let schemes = object(section, at)?.iter().map(|(name, value)| {
        let at: Rc<str> = format!("{at}/{}", pointer_segment(name)).into();
        let Part { value, at, .. } = api.followed(Part::new(value, at))?;
        Scheme::read(name, object(value, &at)?, value, at)
    });

    schemes.collect()
}

/// How credentials are sent.
const SENT: [&str; 4] = ["type", "scheme", "in", "name"];

/// The URLs of an account server.
const URLS: [&str; 3] = ["authorizationUrl", "tokenUrl", "refreshUrl"];

/// The flows of Swagger 2.0, in the words of OpenAPI 3.0.
const FLOWS_2: [(&str, &str); 4] = [
    ("implicit", "implicit"),
    ("password", "password"),
    ("application", "clientCredentials"),
    ("accessCode", "authorizationCode"),
];

impl<'a> Scheme<'a> {
    fn read(
        name: &'a str,
        members: &'a Map<String, Value>,
        value: &'a Value,
        at: Rc<str>,
    ) -> Result<Self> {
        let mut scheme = Self {
            name,
            sent: BTreeMap::new(),
            provider: None,
            flows: BTreeMap::new(),
            value,
            rest: Vec::new(),
            at: at.clone(),
        };

        for (key, value) in members {
            let here = format!("{at}/{}", pointer_segment(key));
            match key.as_str() {
                key if SENT.contains(&key) => {
                    _ = scheme.sent.insert(key, text(value, &here)?.into());
                }
                "openIdConnectUrl" => {
                    scheme.provider = Some(Fact { key, value, at: at.clone() });
                }
                "flows" => {
                    for (name, flow) in object(value, &here)? {
                        let at = format!("{here}/{}", pointer_segment(name)).into();
                        scheme.flows.insert(name, Flow::read(flow, at, &[])?);
                    }
                }
                // Swagger 2.0: the one flow lies in the scheme itself.
                "flow" => {
                    let flow = text(value, &here)?;
                    let name = FLOWS_2.iter().find(|(old, _)| *old == flow);
                    let name = name.map_or(flow, |(_, name)| name);
                    let flow =
                        Flow::read(scheme.value, at.clone(), &["type", "flow", "description"])?;
                    scheme.flows.insert(name, flow);
                }
                key if URLS.contains(&key) || key == "scopes" => {}
                _ => scheme.rest.push(Fact { key, value, at: at.clone() }),
            }
        }

        // Swagger 2.0 has a type where OpenAPI 3.0 has a scheme of the type `http`.
        let says = |scheme: &Self, key: &str, word: &str| {
            scheme.sent.get(key).is_some_and(|said| said == word)
        };

        if says(&scheme, "type", "basic") {
            scheme.sent.extend([("type", "http".into()), ("scheme", "basic".into())]);
        }

        // Neither the schemes of HTTP nor the names of headers are told apart by their case.
        let in_header = says(&scheme, "in", "header");
        for (key, said) in &mut scheme.sent {
            if *key == "scheme" || *key == "name" && in_header {
                *said = said.to_ascii_lowercase().into();
            }
        }

        Ok(scheme)
    }
}

impl<'a> Flow<'a> {
    fn read(value: &'a Value, at: Rc<str>, besides: &[&str]) -> Result<Self> {
        let members = object(value, &at)?;
        let urls = members.iter().filter(|(key, _)| URLS.contains(&key.as_str()));
        let urls = urls.map(|(key, value)| Fact { key, value, at: at.clone() }).collect();
        let rest = fact::rest(members, &at, |key| {
            URLS.contains(&key) || key == "scopes" || besides.contains(&key)
        });
        let mut scopes = BTreeMap::new();

        if let Some(value) = members.get("scopes") {
            let inside: Rc<str> = format!("{at}/scopes").into();
            for (key, value) in object(value, &inside)? {
                scopes.insert(key.as_str(), Fact { key, value, at: inside.clone() });
            }
        }

        Ok(Self { at, urls, scopes, value, rest })
    }
}
