//! Operations, each with all that holds for it: what its path and the document say is said of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use connect_codegen::document::Flavour;
use connect_codegen::normalise::walk::METHODS;
use connect_codegen::problem::{Result, pointer_segment};
use serde_json::{Map, Value};

use super::fact::{self, Fact};
use super::media::{self, Body, Response};
use super::node::Part;
use super::parameter::Parameter;
use super::security::Security;
use super::server::Servers;
use super::{Api, flag, list, object, text};

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    /// The method, in small letters.
    pub method: &'static str,
    /// The path template.
    pub path: &'a str,
    /// Its pointer.
    pub at: Rc<str>,
    /// The pointer of its path.
    pub path_at: Rc<str>,
    /// `operationId`.
    pub id: Option<Fact<'a>>,
    /// Its tags.
    pub tags: BTreeSet<&'a str>,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Its parameters, and those of its path that it does not replace.
    pub parameters: Vec<Parameter<'a>>,
    /// The body of its request.
    pub body: Option<Body<'a>>,
    /// Its answers by status.
    pub responses: BTreeMap<&'a str, Response<'a>>,
    /// The credentials that it takes.
    pub security: Security<'a>,
    /// Where it is served.
    pub servers: Servers<'a>,
    /// All that is written.
    pub value: &'a Value,
    /// What it says beside.
    pub rest: Vec<Fact<'a>>,
    /// What its path says beside.
    pub path_rest: Vec<Fact<'a>>,
}

impl Operation<'_> {
    /// What people call it: `GET /clusters`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }
}

/// What a path and the document say of each operation.
struct Shared<'a> {
    security: Security<'a>,
    servers: Servers<'a>,
    consumes: Vec<&'a str>,
    produces: Vec<&'a str>,
}

pub(super) fn read_all<'a>(api: &Api<'a>) -> Result<Vec<Operation<'a>>> {
    let json = || vec!["application/json"];
    let shared = Shared {
        security: Security::of_document(api)?,
        servers: Servers::of_document(api)?,
        consumes: media::names(api.member("consumes"), "/consumes")?.unwrap_or_else(json),
        produces: media::names(api.member("produces"), "/produces")?.unwrap_or_else(json),
    };
    let mut operations = Vec::new();
    let Some(paths) = api.member("paths") else { return Ok(operations) };
    for (path, item) in object(paths, "/paths")? {
        let at: Rc<str> = format!("/paths/{}", pointer_segment(path)).into();
        if path.starts_with("x-") {
            continue;
        }
        let Part { value: item, at, .. } = api.followed(Part::new(item, at))?;
        let item = object(item, &at)?;
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let here = Part::new(operation, format!("{at}/{method}").into());
                let mut read = read(api, &shared, (item, &at), here)?;
                (read.method, read.path) = (method, path);
                operations.push(read);
            }
        }
    }
    Ok(operations)
}

/// The members of a path that are not words or extensions.
const OF_PATH: [&str; 3] = ["parameters", "servers", "$ref"];

fn read<'a>(
    api: &Api<'a>,
    shared: &Shared<'a>,
    (item, path_at): (&'a Map<String, Value>, &Rc<str>),
    Part { value, at, .. }: Part<'a>,
) -> Result<Operation<'a>> {
    let members = object(value, &at)?;
    let mut new = Operation {
        method: "",
        path: "",
        at: at.clone(),
        path_at: path_at.clone(),
        id: None,
        tags: BTreeSet::new(),
        deprecated: false,
        parameters: Vec::new(),
        body: None,
        responses: BTreeMap::new(),
        security: shared.security.clone(),
        servers: shared.servers.clone(),
        value,
        rest: Vec::new(),
        path_rest: fact::rest(item, path_at, |key| {
            OF_PATH.contains(&key) || METHODS.contains(&key)
        }),
    };
    let flat = api.flavour() == Flavour::Swagger2;
    let names = |key: &str| media::names(members.get(key), &format!("{at}/{key}"));
    let consumes = names("consumes")?.unwrap_or_else(|| shared.consumes.clone());
    let produces = names("produces")?.unwrap_or_else(|| shared.produces.clone());
    if let Some(servers) = item.get("servers") {
        new.servers = Servers::read(servers, format!("{path_at}/servers").into())?;
    }
    for (key, value) in members {
        let here = format!("{at}/{}", pointer_segment(key));
        match key.as_str() {
            "operationId" => new.id = Some(Fact { key, value, at: at.clone() }),
            "tags" => {
                let tags = list(value, &here)?.iter().map(|tag| text(tag, &here));
                new.tags = tags.collect::<Result<_>>()?;
            }
            "deprecated" => new.deprecated = flag(value, &here)?,
            "parameters" => new.take_parameters(api, value, &here, &consumes)?,
            "requestBody" if !flat => {
                new.body = Some(Body::read(api, Part::new(value, here.into()))?);
            }
            "responses" => {
                for (status, response) in object(value, &here)? {
                    let part =
                        Part::new(response, format!("{here}/{}", pointer_segment(status)).into());
                    match status.starts_with("x-") {
                        true => new.rest.push(Fact {
                            key: status,
                            value: response,
                            at: here.as_str().into(),
                        }),
                        false => {
                            _ = new.responses.insert(status, Response::read(api, part, &produces)?)
                        }
                    }
                }
            }
            "security" => new.security = Security::read(value, here.into())?,
            "servers" if !flat => new.servers = Servers::read(value, here.into())?,
            "consumes" | "produces" if flat => {}
            _ => new.rest.push(Fact { key, value, at: at.clone() }),
        }
    }
    if let Some(parameters) = item.get("parameters") {
        new.take_parameters(api, parameters, &format!("{path_at}/parameters"), &consumes)?;
    }
    Ok(new)
}

impl<'a> Operation<'a> {
    /// Takes parameters, unless there is one of that name at that place: an operation's own come
    /// before those of its path.
    fn take_parameters(
        &mut self,
        api: &Api<'a>,
        value: &'a Value,
        at: &str,
        consumes: &[&'a str],
    ) -> Result<()> {
        let own = self.parameters.iter().map(|old| (old.name, old.location));
        let mut known: HashSet<_> = own.collect();
        for new in Parameter::read_list(api, value, at)? {
            if known.insert((new.name, new.location)) {
                self.parameters.push(new);
            }
        }
        if api.flavour() == Flavour::Swagger2 && self.body.is_none() {
            self.body = Body::among(api, value, at, consumes)?;
        }
        Ok(())
    }
}
