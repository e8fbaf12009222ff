//! Operations, each with all that holds for it: what its path and the document say is said of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use connect_codegen::openapi::walk::METHODS;
use serde_json::{Map, Value};

use super::fact::{self, Fact};
use super::form;
use super::media::{Body, Named, Response};
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
    consumes: Vec<Named<'a>>,
    produces: Vec<Named<'a>>,
}

/// The operations, and what is said beside them under `paths`.
pub(super) fn read_all<'a>(api: &Api<'a>) -> Result<(Vec<Operation<'a>>, Vec<Fact<'a>>)> {
    let json = || vec![Named::unsaid("application/json")];
    let shared = Shared {
        security: Security::of_document(api)?,
        servers: Servers::of_document(api)?,
        consumes: Named::list(api.member("consumes"), "/consumes")?.unwrap_or_else(json),
        produces: Named::list(api.member("produces"), "/produces")?.unwrap_or_else(json),
    };

    let (mut operations, mut beside) = (Vec::new(), Vec::new());
    let Some(paths) = api.member("paths") else { return Ok((operations, beside)) };
    for (path, value) in object(paths, "/paths")? {
        let lone = Fact { key: path, value, at: "/paths".into() };
        if path.starts_with("x-") {
            beside.push(lone);
            continue;
        }

        let Part { value: item, at, .. } = api.followed(Part::new(value, lone.pointer().into()))?;
        let item = object(item, &at)?;
        let before = operations.len();

        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let here = Part::new(operation, format!("{at}/{method}").into());
                let mut read = read(api, &shared, (item, &at), here)?;
                (read.method, read.path) = (method, path);
                operations.push(read);
            }
        }

        if operations.len() == before {
            beside.push(lone);
        }
    }

    Ok((operations, beside))
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
    let names = |key: &str| Named::list(members.get(key), &format!("{at}/{key}"));
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
            "parameters" => {}
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

    new.take_listed(api, listed(api, [(members, &at), (item, path_at)])?, &consumes)?;
    Ok(new)
}

/// The lists of parameters of an operation and of its path, with references followed. What the
/// operation lists itself comes before what its path lists at that place by that name.
struct Listed<'a> {
    /// The list that comes first.
    first: Option<Part<'a>>,
    /// What is listed, each with the pointer of its place in the list.
    parts: Vec<(Part<'a>, Rc<str>)>,
}

fn listed<'a>(
    api: &Api<'a>,
    holders: [(&'a Map<String, Value>, &Rc<str>); 2],
) -> Result<Listed<'a>> {
    let (mut all, mut known) = (Listed { first: None, parts: Vec::new() }, HashSet::new());
    for (members, at) in holders {
        let Some(parameters) = members.get("parameters") else { continue };
        let at: Rc<str> = format!("{at}/parameters").into();
        for (index, value) in list(parameters, &at)?.iter().enumerate() {
            let place: Rc<str> = format!("{at}/{index}").into();
            let part = api.followed(Part::new(value, place.clone()))?;
            let says = |key: &str| part.value.get(key).and_then(Value::as_str).unwrap_or_default();

            // There is one body, whatever it is called.
            let name = if says("in") == "body" { "" } else { says("name") };
            if known.insert((says("in").to_owned(), name.to_owned())) {
                all.parts.push((part, place));
            }
        }

        all.first.get_or_insert(Part::new(parameters, at));
    }

    Ok(all)
}

impl<'a> Operation<'a> {
    fn take_listed(
        &mut self,
        api: &Api<'a>,
        Listed { first, parts }: Listed<'a>,
        consumes: &[Named<'a>],
    ) -> Result<()> {
        let mut fields = Vec::new();
        for (part, place) in parts {
            let location = part.value.get("in").and_then(Value::as_str).unwrap_or_default();
            match (api.flavour(), location) {
                (Flavour::Swagger2, "body") => {
                    self.body = Some(Body::listed(api, &part, consumes)?);
                }
                (Flavour::Swagger2, "formData") => {
                    fields.push(Part { besides: form::BESIDES, ..part });
                }
                _ => self.parameters.push(Parameter::read(api, &part, place)?),
            }
        }

        match (first, &self.body) {
            (Some(list), None) if !fields.is_empty() => {
                self.body = Some(Body::of_form(api, &list, fields, consumes)?);
            }
            // Swagger 2.0 has no place for both. What is not understood is not lost.
            _ => self.rest.extend(fields.iter().map(|field| Fact {
                key: "formData",
                value: field.value,
                at: field.at.clone(),
            })),
        }

        Ok(())
    }
}
