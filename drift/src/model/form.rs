//! Forms: bodies whose fields are written one by one.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::fact::{self, Fact};
use super::node::Part;
use super::parameter::Serialization;
use super::{flag, object, text};

/// How a field of a form is written.
#[derive(Debug, Clone)]
pub struct Encoding<'a> {
    /// The pointer of who says so.
    pub at: Rc<str>,
    /// All that is written there.
    pub value: &'a Value,
    /// How lists and objects are written, where the form is a query string.
    pub serialization: Serialization<'a>,
    /// What is said beside: the media type and the headers of a part.
    pub rest: Vec<Fact<'a>>,
}

/// How fields are written, by their names.
pub type Encodings<'a> = BTreeMap<&'a str, Encoding<'a>>;

/// The media type of forms that hold files.
pub(super) const MULTIPART: &str = "multipart/form-data";

/// The media type of forms that are written like a query.
pub(super) const QUERY: &str = "application/x-www-form-urlencoded";

/// The media type without its parameters, in small letters.
pub fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether the fields of a media type are written one by one. For others `encoding` means nothing.
pub fn is_form(name: &str) -> bool {
    let essence = essence(name);
    essence == QUERY || essence.starts_with("multipart/")
}

/// Whether a form is written like a query, the only one in which lists know several ways.
pub fn is_query_form(name: &str) -> bool {
    essence(name) == QUERY
}

/// The members of a field of Swagger 2.0 that are not of its schema.
pub(super) const BESIDES: &[&str] = &["name", "in", "required", "collectionFormat"];

/// What OpenAPI 3.0 says of the fields of a body.
pub(super) fn read<'a>(value: &'a Value, at: &str) -> Result<Encodings<'a>> {
    let fields = object(value, at)?.iter();
    fields
        .map(|(name, value)| {
            let at: Rc<str> = format!("{at}/{}", pointer_segment(name)).into();
            let members = object(value, &at)?;
            let mut serialization = Serialization::of("query");

            if let Some(style) = members.get("style") {
                serialization.style = text(style, &format!("{at}/style"))?;
                serialization.explode = serialization.style == "form";
            }

            if let Some(explode) = members.get("explode") {
                serialization.explode = flag(explode, &format!("{at}/explode"))?;
            }

            if let Some(reserved) = members.get("allowReserved") {
                serialization.reserved = flag(reserved, &format!("{at}/allowReserved"))?;
            }

            let known = ["style", "explode", "allowReserved"];
            let rest = fact::rest(members, &at, |key| known.contains(&key));

            Ok((name.as_str(), Encoding { at, value, serialization, rest }))
        })
        .collect()
}

/// What Swagger 2.0 says of the fields that are lists.
pub(super) fn read_fields<'a>(fields: &[Part<'a>]) -> Result<Encodings<'a>> {
    let lists = fields.iter().filter(|field| field.value.get("type") == Some(&"array".into()));
    let lists = lists.filter_map(|field| Some((field.value.get("name")?.as_str()?, field)));

    lists
        .map(|(name, field)| {
            let (at, value) = (field.at.clone(), field.value);
            let format = value.get("collectionFormat");
            let format = format.map(|format| text(format, &format!("{at}/collectionFormat")));
            let format = format.transpose()?.unwrap_or("csv");
            let serialization = Serialization::of_collection("query", format);

            Ok((name, Encoding { at, value, serialization, rest: Vec::new() }))
        })
        .collect()
}
