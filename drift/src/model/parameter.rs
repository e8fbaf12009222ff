//! What a request or a response holds beside its body: parameters and headers.

use std::rc::Rc;

use connect_codegen::diagnostic::{Diagnostic, Result, pointer_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::{Map, Value};

use super::fact::Fact;
use super::media::Media;
use super::node::{Node, Part};
use super::{Api, flag, object, text};

/// A parameter of a request, or a header of a response.
#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is sent: `path`, `query`, `header`, `cookie`.
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

/// How the value of a parameter, or of a field of a form, is written. Lists and objects alone know
/// more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl<'a> Serialization<'a> {
    /// How values are written at a place where nothing is said, by OpenAPI 3.0.
    pub(super) fn of(location: &str) -> Self {
        let style = match location {
            "query" | "cookie" => "form",
            _ => "simple",
        };
        Self { style, explode: style == "form", reserved: false, empty: false }
    }

    /// How the fields of a form are written where nothing is said, by OpenAPI 3.0.
    pub fn of_field() -> Self {
        Self::of("query")
    }

    /// How values are written at a place, by Swagger 2.0.
    pub(super) fn of_collection(location: &str, format: &'a str) -> Self {
        let known = COLLECTIONS.iter().find(|(name, ..)| *name == format);
        let (style, explode) = match known {
            // Outside of queries, values with commas between them have a name of their own.
            Some(("csv", ..)) => (Self::of(location).style, false),
            Some((_, style, explode)) => (*style, *explode),
            None => (format, false),
        };

        Self { style, explode, ..Self::of(location) }
    }
}

impl<'a> Parameter<'a> {
    /// Reads a parameter that is listed at a place.
    pub(super) fn read(api: &Api<'a>, part: &Part<'a>, place: Rc<str>) -> Result<Self> {
        let members = object(part.value, &part.at)?;
        let says = |key: &str| {
            let missing = || Diagnostic::at(&*part.at, format!("the parameter has no `{key}`"));
            text(members.get(key).ok_or_else(missing)?, &format!("{}/{key}", part.at))
        };

        let read = Self::read_as(api, says("name")?, says("in")?, members, part)?;
        Ok(Self { place, ..read })
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
        let flat = api.flavour() == Flavour::Swagger2;

        let mut serialization = match flat {
            true => Serialization::of_collection(location, "csv"),
            false => Serialization::of(location),
        };
        let (mut style, mut explode) = (None, None);

        let mut new = Self {
            name,
            location,
            at: at.clone(),
            place: at.clone(),
            required: false,
            deprecated: false,
            schema: None,
            content: Vec::new(),
            serialization,
            value: part.value,
            rest: Vec::new(),
        };

        for (key, value) in members {
            let here = format!("{at}/{}", pointer_segment(key));
            match key.as_str() {
                "name" | "in" => {}
                "required" => new.required = flag(value, &here)?,
                "deprecated" => new.deprecated = flag(value, &here)?,
                "allowEmptyValue" => serialization.empty = flag(value, &here)?,
                "allowReserved" if !flat => serialization.reserved = flag(value, &here)?,
                "style" if !flat => style = Some(text(value, &here)?),
                "explode" if !flat => explode = Some(flag(value, &here)?),
                "schema" if !flat => {
                    new.schema = Some(Node::of(api, Part::new(value, here.into()))?);
                }
                "content" if !flat => new.content = Media::read_all(api, value, &here)?,
                "collectionFormat" if flat => {
                    let said = Serialization::of_collection(location, text(value, &here)?);
                    (serialization.style, serialization.explode) = (said.style, said.explode);
                }
                _ if flat && !BESIDES.contains(&key.as_str()) => {}
                _ => new.rest.push(Fact { key, value, at: at.clone() }),
            }
        }

        if flat {
            new.schema = Some(Node::of(api, Part { besides: BESIDES, ..part.clone() })?);
        }

        if let Some(style) = style {
            (serialization.style, serialization.explode) = (style, style == "form");
        }

        serialization.explode = explode.unwrap_or(serialization.explode);

        // Elsewhere than in a query these two mean nothing.
        if location != "query" {
            (serialization.reserved, serialization.empty) = (false, false);
        }

        new.serialization = serialization;
        Ok(new)
    }
}
