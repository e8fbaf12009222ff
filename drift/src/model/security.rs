//! Security schemes, and the credentials that operations accept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::Value;

use super::keyword::{Keyword, other_keywords};
use super::located::Located;
use super::resolver::Resolver;
use super::value::{expect_list, expect_object, expect_string};

/// The credentials that an operation accepts: one of several sets.
#[derive(Debug, Clone)]
pub struct Security<'a> {
    /// The accepted sets of credentials: security schemes with their required scopes. No set at all
    /// means that no credentials are required.
    pub alternatives: Rc<[BTreeMap<&'a str, BTreeSet<&'a str>>]>,
    /// The pointer of the declaration, in the operation or in the document.
    pub pointer: Rc<str>,
}

/// A security scheme.
#[derive(Debug, Clone)]
pub struct SecurityScheme<'a> {
    /// The name.
    pub name: &'a str,
    /// The pointer.
    pub pointer: Rc<str>,
    /// The keywords that decide how credentials are sent, as in OpenAPI 3.0: `type`, `scheme`, `in`
    /// and `name`.
    pub transport: BTreeMap<&'a str, Cow<'a, str>>,
    /// The `openIdConnectUrl`.
    pub openid_url: Option<Keyword<'a>>,
    /// The OAuth flows by their names in OpenAPI 3.0.
    pub flows: BTreeMap<&'a str, OauthFlow<'a>>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// An OAuth flow.
#[derive(Debug, Clone)]
pub struct OauthFlow<'a> {
    /// The pointer.
    pub pointer: Rc<str>,
    /// The URLs of the authorization server.
    pub urls: Vec<Keyword<'a>>,
    /// The available scopes with their descriptions.
    pub scopes: BTreeMap<&'a str, Keyword<'a>>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

impl<'a> Security<'a> {
    /// Reads the default of the document.
    pub(super) fn of_document(resolver: &Resolver<'a>) -> Result<Self> {
        match resolver.member("security") {
            Some(security) => Self::read(security, "/security".into()),
            None => Ok(Self { alternatives: [].into(), pointer: "/security".into() }),
        }
    }

    pub(super) fn read(security: &'a Value, pointer: Rc<str>) -> Result<Self> {
        let read_scopes = |scopes: &'a Value| {
            let scopes = expect_list(scopes, &pointer)?.iter();
            scopes.map(|scope| expect_string(scope, &pointer)).collect::<Result<_>>()
        };
        let read_set = |set: &'a Value| {
            let schemes = expect_object(set, &pointer)?.iter();
            let schemes = schemes.map(|(name, scopes)| Ok((name.as_str(), read_scopes(scopes)?)));
            schemes.collect::<Result<_>>()
        };

        let alternatives =
            expect_list(security, &pointer)?.iter().map(read_set).collect::<Result<_>>()?;
        Ok(Self { alternatives, pointer })
    }

    /// Whether the operation can be called without credentials.
    pub fn allows_anonymous(&self) -> bool {
        self.alternatives.is_empty() || self.alternatives.iter().any(BTreeMap::is_empty)
    }
}

/// Reads the security schemes of a document.
pub(super) fn read_schemes<'a>(resolver: &Resolver<'a>) -> Result<Vec<SecurityScheme<'a>>> {
    let (section, pointer) = match resolver.flavour() {
        Flavour::Swagger2 => (resolver.member("securityDefinitions"), "/securityDefinitions"),
        Flavour::OpenApi3 => (
            resolver.member("components").and_then(|components| components.get("securitySchemes")),
            "/components/securitySchemes",
        ),
    };
    let Some(section) = section else { return Ok(Vec::new()) };

    let schemes = expect_object(section, pointer)?.iter().map(|(name, value)| {
        let scheme = Located::new(value, format!("{pointer}/{}", pointer_segment(name)));
        SecurityScheme::read(name, resolver.resolve(scheme)?)
    });
    schemes.collect()
}

/// The keywords that decide how credentials are sent.
const TRANSPORT_KEYWORDS: [&str; 4] = ["type", "scheme", "in", "name"];

/// The keywords with URLs of an authorization server.
const URL_KEYWORDS: [&str; 3] = ["authorizationUrl", "tokenUrl", "refreshUrl"];

/// The OAuth flows of Swagger 2.0 with their names in OpenAPI 3.0.
const SWAGGER2_FLOWS: [(&str, &str); 4] = [
    ("implicit", "implicit"),
    ("password", "password"),
    ("application", "clientCredentials"),
    ("accessCode", "authorizationCode"),
];

impl<'a> SecurityScheme<'a> {
    fn read(name: &'a str, Located { value, pointer, .. }: Located<'a>) -> Result<Self> {
        let mut scheme = Self {
            name,
            transport: BTreeMap::new(),
            openid_url: None,
            flows: BTreeMap::new(),
            value,
            other_keywords: Vec::new(),
            pointer: pointer.clone(),
        };

        for (key, value) in expect_object(value, &pointer)? {
            scheme.read_keyword(Keyword { key, value, object: pointer.clone() })?;
        }
        scheme.normalise_transport();

        Ok(scheme)
    }

    fn read_keyword(&mut self, keyword: Keyword<'a>) -> Result<()> {
        let (key, value, pointer) = (keyword.key, keyword.value, keyword.pointer());
        match key {
            _ if TRANSPORT_KEYWORDS.contains(&key) => {
                self.transport.insert(key, expect_string(value, &pointer)?.into());
            }
            "openIdConnectUrl" => self.openid_url = Some(keyword),
            "flows" => {
                for (name, flow) in expect_object(value, &pointer)? {
                    let pointer = format!("{pointer}/{}", pointer_segment(name)).into();
                    self.flows.insert(name, OauthFlow::read(flow, pointer, &[])?);
                }
            }
            // In Swagger 2.0, the only flow is part of the scheme itself.
            "flow" => {
                let flow = expect_string(value, &pointer)?;
                let known = SWAGGER2_FLOWS.iter().find(|(name, _)| *name == flow);
                let name = known.map_or(flow, |(_, name)| name);

                let scheme_keywords = ["type", "flow", "description"];
                let flow = OauthFlow::read(self.value, keyword.object, &scheme_keywords)?;
                self.flows.insert(name, flow);
            }
            _ if URL_KEYWORDS.contains(&key) || key == "scopes" => {}
            _ => self.other_keywords.push(keyword),
        }

        Ok(())
    }

    /// Makes the transport of both flavours and spellings comparable.
    fn normalise_transport(&mut self) {
        let has = |scheme: &Self, key: &str, expected: &str| {
            scheme.transport.get(key).is_some_and(|value| value == expected)
        };

        // The type `basic` of Swagger 2.0 is the type `http` with a scheme in OpenAPI 3.0.
        if has(self, "type", "basic") {
            self.transport.extend([("type", "http".into()), ("scheme", "basic".into())]);
        }

        // HTTP authentication schemes and header names are case-insensitive.
        let is_header = has(self, "in", "header");
        for (key, value) in &mut self.transport {
            if *key == "scheme" || *key == "name" && is_header {
                *value = value.to_ascii_lowercase().into();
            }
        }
    }
}

impl<'a> OauthFlow<'a> {
    fn read(value: &'a Value, pointer: Rc<str>, scheme_keywords: &[&str]) -> Result<Self> {
        let members = expect_object(value, &pointer)?;
        let mut scopes = BTreeMap::new();
        if let Some(value) = members.get("scopes") {
            let object: Rc<str> = format!("{pointer}/scopes").into();
            for (key, value) in expect_object(value, &object)? {
                scopes.insert(key.as_str(), Keyword { key, value, object: object.clone() });
            }
        }

        let is_url = |key: &str| URL_KEYWORDS.contains(&key);
        let is_known = |key: &str| is_url(key) || key == "scopes" || scheme_keywords.contains(&key);

        Ok(Self {
            // Every keyword that is not a URL counts as known.
            urls: other_keywords(members, &pointer, |key| !is_url(key)),
            scopes,
            value,
            other_keywords: other_keywords(members, &pointer, is_known),
            pointer,
        })
    }
}
