//! Bodies: of requests and of responses, in each of their media types.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::document::Flavour;
use connect_codegen::problem::{Result, pointer_segment};
use serde_json::Value;

use super::fact::{self, Fact};
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
    pub encoding: Option<Fact<'a>>,
    /// All that is written.
    pub value: &'a Value,
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
    let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
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
                let encoding = members.get("encoding");
                Ok(Self {
                    name,
                    schema: schema.transpose()?,
                    encoding: encoding.map(|value| Fact { key: "encoding", value, at: at.clone() }),
                    value,
                    rest: fact::rest(members, &at, |key| ["schema", "encoding"].contains(&key)),
                    at,
                })
            })
            .collect()
    }

    /// Swagger 2.0: one schema for all the media types that are produced or consumed.
    fn of_each(names: &[&'a str], schema: Node<'a>, holder: &Part<'a>) -> Vec<Self> {
        let at: Rc<str> = format!("{}/schema", holder.at).into();
        let media = names.iter().map(|name| Self {
            name,
            at: at.clone(),
            schema: Some(schema.clone()),
            encoding: None,
            value: holder.value,
            rest: Vec::new(),
        });
        media.collect()
    }
}

/// The media types that a list names.
pub(super) fn names<'a>(value: Option<&'a Value>, at: &str) -> Result<Option<Vec<&'a str>>> {
    let names = value.map(|value| list(value, at)?.iter().map(|name| text(name, at)).collect());
    names.transpose()
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

    /// The body among the parameters of Swagger 2.0.
    pub(super) fn among(
        api: &Api<'a>,
        list: &'a Value,
        at: &str,
        consumes: &[&'a str],
    ) -> Result<Option<Self>> {
        let mut parts = Part::list(api, list, at)?.into_iter();
        let Some(part) = parts.find(|part| part.value.get("in") == Some(&"body".into())) else {
            return Ok(None);
        };
        let members = object(part.value, &part.at)?;
        let required = members.get("required");
        let required =
            required.map_or(Ok(false), |on| flag(on, &format!("{}/required", part.at)))?;
        let mut content = Vec::new();
        if let Some(schema) = members.get("schema") {
            let node = Node::of(api, Part::new(schema, format!("{}/schema", part.at).into()))?;
            content = Media::of_each(consumes, node, &part);
        }
        let known = ["required", "schema", "in", "name"];
        let rest = fact::rest(members, &part.at, |key| known.contains(&key));
        Ok(Some(Self { required, content, value: part.value, rest, at: part.at }))
    }
}

impl<'a> Response<'a> {
    pub(super) fn read(api: &Api<'a>, part: Part<'a>, produces: &[&'a str]) -> Result<Self> {
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
