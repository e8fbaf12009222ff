//! What a request or a response holds beside its body: parameters and headers.

use std::rc::Rc;

use connect_codegen::document::Flavour;
use connect_codegen::problem::{Problem, Result, pointer_segment};
use serde_json::{Map, Value};

use super::fact::Fact;
use super::media::Media;
use super::node::{Node, Part};
use super::{Api, flag, list, object, text};

/// A parameter of a request, or a header of a response.
#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is sent: `path`, `query`, `header`, `cookie`; `formData` in Swagger 2.0.
    pub location: &'a str,
    /// Its pointer, where references lead.
    pub at: Rc<str>,
    /// The pointer of the place that lists it.
    pub place: Rc<str>,
    /// Whether a request without it is refused, or a response without it is never sent.
    pub required: bool,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// What its value is.
    pub schema: Option<Node<'a>>,
    /// The media type that its value is written in, if it is.
    pub content: Vec<Media<'a>>,
    /// How its value is written.
    pub serialization: Serialization<'a>,
    /// All that is written.
    pub value: &'a Value,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// How the value of a parameter is written. Lists and objects alone know more than one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serialization<'a> {
    /// The style, by OpenAPI 3.0's names; its default where nothing is said.
    pub style: &'a str,
    /// Whether each element is a parameter of its own.
    pub explode: bool,
    /// Whether reserved characters are sent as they are.
    pub reserved: bool,
    /// Whether it may be there without a value.
    pub empty: bool,
}

/// What Swagger 2.0 calls the ways to write a list: style and explode.
const COLLECTIONS: [(&str, &str, bool); 5] = [
    ("csv", "form", false),
    ("ssv", "spaceDelimited", false),
    ("pipes", "pipeDelimited", false),
    ("tsv", "tabDelimited", false),
    ("multi", "form", true),
];

/// The members of a parameter of Swagger 2.0 that are not of its schema.
const BESIDES: &[&str] = &[
    "name",
    "in",
    "required",
    "description",
    "deprecated",
    "collectionFormat",
    "allowEmptyValue",
    "example",
    "examples",
];

impl<'a> Parameter<'a> {
    /// Reads the parameters that an operation or a path lists, all but bodies.
    pub(super) fn read_list(api: &Api<'a>, value: &'a Value, at: &str) -> Result<Vec<Self>> {
        let parts = Part::list(api, value, at)?;
        let parts = parts.into_iter().enumerate();
        let parts = parts.filter(|(_, part)| part.value.get("in") != Some(&"body".into()));
        let read = parts.map(|(index, part)| {
            let read = Self::read(api, object(part.value, &part.at)?, part.clone())?;
            Ok(Self { place: format!("{at}/{index}").into(), ..read })
        });
        read.collect()
    }

    fn read(api: &Api<'a>, members: &'a Map<String, Value>, part: Part<'a>) -> Result<Self> {
        let says = |key: &str| {
            let missing = || Problem::at(&*part.at, format!("the parameter has no `{key}`"));
            text(members.get(key).ok_or_else(missing)?, &format!("{}/{key}", part.at))
        };
        Self::read_as(api, says("name")?, says("in")?, members, &part)
    }

    /// Reads a header of a response.
    pub(super) fn read_header(api: &Api<'a>, name: &'a str, part: Part<'a>) -> Result<Self> {
        let part = api.followed(part)?;
        Self::read_as(api, name, "header", object(part.value, &part.at)?, &part)
    }

    fn read_as(
        api: &Api<'a>,
        name: &'a str,
        location: &'a str,
        members: &'a Map<String, Value>,
        part: &Part<'a>,
    ) -> Result<Self> {
        let at = &part.at;
        let (mut style, mut explode) = (default_style(location), None);
        let (mut reserved, mut empty) = (false, false);
        let mut new = Self {
            name,
            location,
            at: at.clone(),
            place: at.clone(),
            required: false,
            deprecated: false,
            schema: None,
            content: Vec::new(),
            serialization: Serialization { style, explode: false, reserved, empty },
            value: part.value,
            rest: Vec::new(),
        };
        let flat = api.flavour() == Flavour::Swagger2;
        for (key, value) in members {
            let here = format!("{at}/{}", pointer_segment(key));
            match key.as_str() {
                "name" | "in" => {}
                "required" => new.required = flag(value, &here)?,
                "deprecated" => new.deprecated = flag(value, &here)?,
                "allowEmptyValue" => empty = flag(value, &here)?,
                "allowReserved" if !flat => reserved = flag(value, &here)?,
                "style" if !flat => style = text(value, &here)?,
                "explode" if !flat => explode = Some(flag(value, &here)?),
                "schema" if !flat => {
                    new.schema = Some(Node::of(api, Part::new(value, here.into()))?);
                }
                "content" if !flat => new.content = Media::read_all(api, value, &here)?,
                "collectionFormat" if flat => {
                    let format = text(value, &here)?;
                    let known = COLLECTIONS.iter().find(|(name, ..)| *name == format);
                    let known = known.map_or((format, false), |(_, style, on)| (style, *on));
                    (style, explode) = (known.0, Some(known.1));
                }
                _ if flat && !BESIDES.contains(&key.as_str()) => {}
                _ => new.rest.push(Fact { key, value, at: at.clone() }),
            }
        }
        if flat {
            new.schema = Some(Node::of(api, Part { besides: BESIDES, ..part.clone() })?);
        }
        let explode = explode.unwrap_or(!flat && style == "form");
        new.serialization = Serialization { style, explode, reserved, empty };
        Ok(new)
    }
}

fn default_style(location: &str) -> &'static str {
    match location {
        "query" | "cookie" | "formData" => "form",
        _ => "simple",
    }
}

impl<'a> Part<'a> {
    /// What a list holds, with references followed.
    pub(super) fn list(api: &Api<'a>, value: &'a Value, at: &str) -> Result<Vec<Self>> {
        let members = list(value, at)?.iter().enumerate();
        let parts = members.map(|(index, value)| Part::new(value, format!("{at}/{index}").into()));
        parts.map(|part| api.followed(part)).collect()
    }
}
