//! Operations, including what they inherit from their path and from the document.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::walk::METHODS;
use serde_json::{Map, Value};

use super::body::Body;
use super::form;
use super::keyword::{Keyword, other_keywords};
use super::located::Located;
use super::media_type::ListedMediaType;
use super::parameter::Parameter;
use super::resolver::Resolver;
use super::response::Response;
use super::security::Security;
use super::server::Servers;
use super::value::{expect_bool, expect_list, expect_object, expect_string};

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    /// The HTTP method, in lower case.
    pub method: &'static str,
    /// The path template.
    pub path: &'a str,
    /// The pointer of the operation.
    pub pointer: Rc<str>,
    /// The pointer of the path item.
    pub path_pointer: Rc<str>,
    /// The `operationId`.
    pub id: Option<Keyword<'a>>,
    /// The tags.
    pub tags: BTreeSet<&'a str>,
    /// Whether the operation is deprecated.
    pub deprecated: bool,
    /// The parameters, including those of the path that the operation does not override.
    pub parameters: Vec<Parameter<'a>>,
    /// The request body.
    pub body: Option<Body<'a>>,
    /// The responses by status.
    pub responses: BTreeMap<&'a str, Response<'a>>,
    /// The accepted credentials.
    pub security: Security<'a>,
    /// The servers.
    pub servers: Servers<'a>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords of the operation.
    pub other_keywords: Vec<Keyword<'a>>,
    /// All other keywords of the path item.
    pub other_path_keywords: Vec<Keyword<'a>>,
}

impl Operation<'_> {
    /// Returns the name used in reports: `GET /clusters`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }
}

/// The defaults that a document defines for its operations.
struct Defaults<'a> {
    security: Security<'a>,
    servers: Servers<'a>,
    consumes: Vec<ListedMediaType<'a>>,
    produces: Vec<ListedMediaType<'a>>,
}

impl<'a> Defaults<'a> {
    fn read(resolver: &Resolver<'a>) -> Result<Self> {
        let media_types = |key: &str| {
            let list = ListedMediaType::read_list(resolver.member(key), &format!("/{key}"))?;
            let default = || vec![ListedMediaType::default_type("application/json")];
            Ok(list.unwrap_or_else(default))
        };

        Ok(Self {
            security: Security::of_document(resolver)?,
            servers: Servers::of_document(resolver)?,
            consumes: media_types("consumes")?,
            produces: media_types("produces")?,
        })
    }
}

/// A path item with its pointer.
#[derive(Clone, Copy)]
struct PathItem<'i, 'a> {
    path: &'a str,
    members: &'a Map<String, Value>,
    pointer: &'i Rc<str>,
}

/// Reads all operations, and returns them with the other keywords of `paths`: extensions and paths
/// without operations.
pub(super) fn read_operations<'a>(
    resolver: &Resolver<'a>,
) -> Result<(Vec<Operation<'a>>, Vec<Keyword<'a>>)> {
    let defaults = Defaults::read(resolver)?;
    let (mut operations, mut other_paths) = (Vec::new(), Vec::new());
    let Some(paths) = resolver.member("paths") else { return Ok((operations, other_paths)) };

    for (path, value) in expect_object(paths, "/paths")? {
        let keyword = Keyword { key: path, value, object: "/paths".into() };
        if path.starts_with("x-") {
            other_paths.push(keyword);
            continue;
        }

        let item = resolver.resolve(Located::new(value, keyword.pointer()))?;
        let members = expect_object(item.value, &item.pointer)?;
        let item = PathItem { path, members, pointer: &item.pointer };

        let count_before = operations.len();
        for method in METHODS {
            if let Some(operation) = members.get(method) {
                let operation = Located::new(operation, format!("{}/{method}", item.pointer));
                operations.push(read_operation(resolver, &defaults, item, method, operation)?);
            }
        }
        if operations.len() == count_before {
            other_paths.push(keyword);
        }
    }

    Ok((operations, other_paths))
}

/// The keywords of a path item that have a meaning for its operations.
const PATH_KEYWORDS: [&str; 3] = ["parameters", "servers", "$ref"];

fn read_operation<'a>(
    resolver: &Resolver<'a>,
    defaults: &Defaults<'a>,
    item: PathItem<'_, 'a>,
    method: &'static str,
    located: Located<'a>,
) -> Result<Operation<'a>> {
    let Located { value, pointer, .. } = located;
    let members = expect_object(value, &pointer)?;

    let media_types =
        |key: &str| ListedMediaType::read_list(members.get(key), &format!("{pointer}/{key}"));
    let consumes = media_types("consumes")?.unwrap_or_else(|| defaults.consumes.clone());
    let produces = media_types("produces")?.unwrap_or_else(|| defaults.produces.clone());

    let servers = match item.members.get("servers") {
        Some(servers) => Servers::read(servers, format!("{}/servers", item.pointer).into())?,
        None => defaults.servers.clone(),
    };
    let is_path_keyword = |key: &str| PATH_KEYWORDS.contains(&key) || METHODS.contains(&key);

    let mut operation = Operation {
        method,
        path: item.path,
        pointer: pointer.clone(),
        path_pointer: item.pointer.clone(),
        id: None,
        tags: BTreeSet::new(),
        deprecated: false,
        parameters: Vec::new(),
        body: None,
        responses: BTreeMap::new(),
        security: defaults.security.clone(),
        servers,
        value,
        other_keywords: Vec::new(),
        other_path_keywords: other_keywords(item.members, item.pointer, is_path_keyword),
    };
    for (key, value) in members {
        let keyword = Keyword { key, value, object: pointer.clone() };
        operation.read_keyword(resolver, keyword, &produces)?;
    }

    let parameters =
        ParameterList::read(resolver, [(members, &pointer), (item.members, item.pointer)])?;
    operation.add_parameters(resolver, parameters, &consumes)?;

    Ok(operation)
}

/// The parameters of an operation and of its path, with references resolved. A parameter of the
/// operation overrides the one of the path with the same name and location.
struct ParameterList<'a> {
    /// The list that comes first.
    first_list: Option<Located<'a>>,
    /// The parameters, each with the pointer of its entry in the list.
    parameters: Vec<(Located<'a>, Rc<str>)>,
}

impl<'a> ParameterList<'a> {
    /// Reads the lists of several objects; earlier ones override later ones.
    fn read(
        resolver: &Resolver<'a>,
        owners: [(&'a Map<String, Value>, &Rc<str>); 2],
    ) -> Result<Self> {
        let mut list = Self { first_list: None, parameters: Vec::new() };
        let mut known = HashSet::new();

        for (members, pointer) in owners {
            let Some(parameters) = members.get("parameters") else { continue };
            let pointer: Rc<str> = format!("{pointer}/parameters").into();

            for (index, value) in expect_list(parameters, &pointer)?.iter().enumerate() {
                let entry_pointer: Rc<str> = format!("{pointer}/{index}").into();
                let located = resolver.resolve(Located::new(value, entry_pointer.clone()))?;
                let string = |key: &str| {
                    located.value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
                };

                // An operation has only one body, so the name of the body does not matter.
                let location = string("in");
                let name = if location == "body" { String::new() } else { string("name") };
                if known.insert((location, name)) {
                    list.parameters.push((located, entry_pointer));
                }
            }

            list.first_list.get_or_insert(Located::new(parameters, pointer));
        }

        Ok(list)
    }
}

impl<'a> Operation<'a> {
    /// Reads one keyword of the operation.
    fn read_keyword(
        &mut self,
        resolver: &Resolver<'a>,
        keyword: Keyword<'a>,
        produces: &[ListedMediaType<'a>],
    ) -> Result<()> {
        let is_swagger2 = resolver.is_swagger2();
        let (value, pointer) = (keyword.value, keyword.pointer());

        match keyword.key {
            "operationId" => self.id = Some(keyword),
            "tags" => {
                let tags = expect_list(value, &pointer)?.iter();
                self.tags = tags.map(|tag| expect_string(tag, &pointer)).collect::<Result<_>>()?;
            }
            "deprecated" => self.deprecated = expect_bool(value, &pointer)?,
            "parameters" => {}
            "requestBody" if !is_swagger2 => {
                self.body = Some(Body::read(resolver, Located::new(value, pointer))?);
            }
            "responses" => self.read_responses(resolver, value, &pointer, produces)?,
            "security" => self.security = Security::read(value, pointer.into())?,
            "servers" if !is_swagger2 => self.servers = Servers::read(value, pointer.into())?,
            "consumes" | "produces" if is_swagger2 => {}
            _ => self.other_keywords.push(keyword),
        }

        Ok(())
    }

    fn read_responses(
        &mut self,
        resolver: &Resolver<'a>,
        value: &'a Value,
        pointer: &str,
        produces: &[ListedMediaType<'a>],
    ) -> Result<()> {
        for (status, value) in expect_object(value, pointer)? {
            if status.starts_with("x-") {
                let keyword = Keyword { key: status, value, object: pointer.into() };
                self.other_keywords.push(keyword);
                continue;
            }

            let response = Located::new(value, format!("{pointer}/{}", pointer_segment(status)));
            self.responses.insert(status, Response::read(resolver, response, produces)?);
        }

        Ok(())
    }

    fn add_parameters(
        &mut self,
        resolver: &Resolver<'a>,
        ParameterList { first_list, parameters }: ParameterList<'a>,
        consumes: &[ListedMediaType<'a>],
    ) -> Result<()> {
        let mut form_fields = Vec::new();
        for (located, entry_pointer) in parameters {
            let location = located.value.get("in").and_then(Value::as_str).unwrap_or_default();
            match location {
                "body" if resolver.is_swagger2() => {
                    self.body = Some(Body::from_parameter(resolver, &located, consumes)?);
                }
                "formData" if resolver.is_swagger2() => {
                    form_fields.push(Located { ignored_keys: form::NON_SCHEMA_KEYS, ..located });
                }
                _ => self.parameters.push(Parameter::read(resolver, &located, entry_pointer)?),
            }
        }

        match (first_list, &self.body) {
            (Some(list), None) if !form_fields.is_empty() => {
                let body = Body::from_form_fields(resolver, &list, form_fields, consumes)?;
                self.body = Some(body);
            }
            // Swagger 2.0 does not allow a body together with form fields. The fields are kept as
            // unknown keywords, so that changes of them are reported.
            _ => self.other_keywords.extend(form_fields.iter().map(|field| Keyword {
                key: "formData",
                value: field.value,
                object: field.pointer.clone(),
            })),
        }

        Ok(())
    }
}
