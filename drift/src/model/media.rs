//! Bodies: of requests and of responses, in each of their media types.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::Value;

use super::fact::{self, Fact};
use super::form::{self, Encodings, essence};
use super::node::{Node, Part};
use super::parameter::Parameter;
use super::{Api, flag, list, object, text};

/// A body in one media type.
#[derive(Debug, Clone)]
pub struct Media<'a> {
    /// The media type as written.
    pub name: &'a str,
    /// Its pointer.
    pub at: Rc<str>,
    /// What is sent.
    pub schema: Option<Node<'a>>,
    /// How the fields of a form are written.
    pub encodings: Encodings<'a>,
    /// All that is written.
    pub value: &'a Value,
    /// Where a list names it, in Swagger 2.0.
    pub listed: Option<Part<'a>>,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body<'a> {
    /// Its pointer.
    pub at: Rc<str>,
    /// Whether a request without it is refused.
    pub required: bool,
    /// The media types in which it can be sent.
    pub content: Vec<Media<'a>>,
    /// All that is written.
    pub value: &'a Value,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// Its pointer.
    pub at: Rc<str>,
    /// The media types in which its body can come; none if it has no body.
    pub content: Vec<Media<'a>>,
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, Parameter<'a>>,
    /// All that is written.
    pub value: &'a Value,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// Whether a media type is JSON, which is what clients of this project speak.
pub fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == "application/json" || essence.ends_with("+json") || essence == "*/*"
}

impl<'a> Media<'a> {
    pub(super) fn read_all(api: &Api<'a>, content: &'a Value, at: &str) -> Result<Vec<Self>> {
        let media = object(content, at)?.iter();
        media
            .map(|(name, value)| {
                let at: Rc<str> = format!("{at}/{}", pointer_segment(name)).into();
                let members = object(value, &at)?;
                let schema = members
                    .get("schema")
                    .map(|schema| Node::of(api, Part::new(schema, format!("{at}/schema").into())));
                let encodings = members.get("encoding");
                let encodings = encodings.map(|value| form::read(value, &format!("{at}/encoding")));

                Ok(Self {
                    name,
                    schema: schema.transpose()?,
                    encodings: encodings.transpose()?.unwrap_or_default(),
                    value,
                    listed: None,
                    rest: fact::rest(members, &at, |key| ["schema", "encoding"].contains(&key)),
                    at,
                })
            })
            .collect()
    }

    /// Swagger 2.0: one schema for all the media types that are produced or consumed.
    fn of_each(names: &[Named<'a>], schema: Node<'a>, holder: &Part<'a>) -> Vec<Self> {
        let at: Rc<str> = format!("{}/schema", holder.at).into();
        let media = names.iter().map(|Named { name, listed }| Self {
            name,
            at: at.clone(),
            schema: Some(schema.clone()),
            encodings: BTreeMap::new(),
            value: holder.value,
            listed: listed.clone(),
            rest: Vec::new(),
        });

        media.collect()
    }
}

/// A media type that is consumed or produced in Swagger 2.0.
#[derive(Debug, Clone)]
pub(super) struct Named<'a> {
    pub name: &'a str,
    /// Where a list names it, unless it is what saying nothing means.
    pub listed: Option<Part<'a>>,
}

impl<'a> Named<'a> {
    /// What saying nothing means.
    pub fn unsaid(name: &'a str) -> Self {
        Self { name, listed: None }
    }

    /// The media types that a list names.
    pub fn list(value: Option<&'a Value>, at: &str) -> Result<Option<Vec<Self>>> {
        let Some(value) = value else { return Ok(None) };
        let names = list(value, at)?.iter().enumerate().map(|(index, value)| {
            let listed = Some(Part::new(value, format!("{at}/{index}").into()));
            Ok(Self { name: text(value, at)?, listed })
        });
        names.collect::<Result<_>>().map(Some)
    }
}

impl<'a> Body<'a> {
    /// The body of an operation of OpenAPI 3.0.
    pub(super) fn read(api: &Api<'a>, part: Part<'a>) -> Result<Self> {
        let Part { value, at, .. } = api.followed(part)?;
        let members = object(value, &at)?;
        let required = members.get("required");
        let required = required.map_or(Ok(false), |on| flag(on, &format!("{at}/required")))?;
        let content = members.get("content").map_or(Ok(Vec::new()), |content| {
            Media::read_all(api, content, &format!("{at}/content"))
        })?;
        let rest = fact::rest(members, &at, |key| ["required", "content"].contains(&key));

        Ok(Self { at, required, content, value, rest })
    }

    /// The body that Swagger 2.0 lists as a parameter.
    pub(super) fn listed(api: &Api<'a>, part: &Part<'a>, consumes: &[Named<'a>]) -> Result<Self> {
        let members = object(part.value, &part.at)?;
        let required = members.get("required");
        let required =
            required.map_or(Ok(false), |on| flag(on, &format!("{}/required", part.at)))?;
        let mut content = Vec::new();

        if let Some(schema) = members.get("schema") {
            let node = Node::of(api, Part::new(schema, format!("{}/schema", part.at).into()))?;
            content = Media::of_each(consumes, node, part);
        }

        let known = ["required", "schema", "in", "name"];
        let rest = fact::rest(members, &part.at, |key| known.contains(&key));

        Ok(Self { required, content, value: part.value, rest, at: part.at.clone() })
    }

    /// The body of which Swagger 2.0 lists the fields as parameters: `list` is where it does.
    pub(super) fn of_form(
        api: &Api<'a>,
        list: &Part<'a>,
        fields: Vec<Part<'a>>,
        consumes: &[Named<'a>],
    ) -> Result<Self> {
        let says = |field: &Part, key: &str, value: Value| field.value.get(key) == Some(&value);
        let mut names: Vec<Named> =
            consumes.iter().filter(|named| form::is_form(named.name)).cloned().collect();
        if names.is_empty() {
            let files = fields.iter().any(|field| says(field, "type", "file".into()));
            names = vec![Named::unsaid(if files { form::MULTIPART } else { form::QUERY })];
        }

        let required = fields.iter().any(|field| says(field, "required", true.into()));
        let encodings = form::read_fields(&fields)?;
        let whole = Part { fields: Some(fields.into()), ..list.clone() };
        let mut content = Media::of_each(&names, Node::of(api, whole)?, list);
        content.iter_mut().for_each(|media| {
            (media.at, media.encodings) = (list.at.clone(), encodings.clone());
        });

        let (value, at) = (list.value, list.at.clone());
        Ok(Self { required, content, value, rest: Vec::new(), at })
    }
}

impl<'a> Response<'a> {
    pub(super) fn read(api: &Api<'a>, part: Part<'a>, produces: &[Named<'a>]) -> Result<Self> {
        let part = api.followed(part)?;
        let members = object(part.value, &part.at)?;
        let flat = api.flavour() == Flavour::Swagger2;
        let (mut content, mut headers, mut rest) = (Vec::new(), BTreeMap::new(), Vec::new());

        for (key, value) in members {
            let at = format!("{}/{}", part.at, pointer_segment(key));
            match key.as_str() {
                "content" if !flat => content = Media::read_all(api, value, &at)?,
                "schema" if flat => {
                    let node = Node::of(api, Part::new(value, at.into()))?;
                    content = Media::of_each(produces, node, &part);
                }
                "headers" => {
                    for (name, header) in object(value, &at)? {
                        let part =
                            Part::new(header, format!("{at}/{}", pointer_segment(name)).into());
                        let header = Parameter::read_header(api, name, part)?;
                        headers.insert(name.to_ascii_lowercase(), header);
                    }
                }
                _ => rest.push(Fact { key, value, at: part.at.clone() }),
            }
        }

        Ok(Self { content, headers, value: part.value, rest, at: part.at })
    }
}
