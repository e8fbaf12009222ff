//! Forms: bodies with individually encoded fields.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::keyword::{Keyword, other_keywords};
use super::located::Located;
use super::serialization::Serialization;
use super::value::{expect_bool, expect_object, expect_string};

/// The encoding of a form field.
#[derive(Debug, Clone)]
pub struct Encoding<'a> {
    /// The pointer of the encoding object.
    pub pointer: Rc<str>,
    /// The encoding object.
    pub value: &'a Value,
    /// The serialization of lists and objects, which matters in query-encoded forms only.
    pub serialization: Serialization<'a>,
    /// All other keywords: the media type and the headers of a part.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// Encodings by field name.
pub type Encodings<'a> = BTreeMap<&'a str, Encoding<'a>>;

/// The media type of forms with files.
pub(super) const MULTIPART_FORM: &str = "multipart/form-data";

/// The media type of query-encoded forms.
pub(super) const QUERY_FORM: &str = "application/x-www-form-urlencoded";

/// The keys of a form field of Swagger 2.0 that do not belong to its schema.
pub(super) const NON_SCHEMA_KEYS: &[&str] = &["name", "in", "required", "collectionFormat"];

/// Returns a media type in lower case and without parameters.
pub fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is a form. `encoding` has no meaning for other media types.
pub fn is_form(name: &str) -> bool {
    let essence = essence(name);
    essence == QUERY_FORM || essence.starts_with("multipart/")
}

/// Whether a media type is a query-encoded form, the only kind with several ways to write a list.
pub fn is_query_form(name: &str) -> bool {
    essence(name) == QUERY_FORM
}

/// Reads the `encoding` object of OpenAPI 3.0.
pub(super) fn read_encodings<'a>(value: &'a Value, pointer: &str) -> Result<Encodings<'a>> {
    let mut encodings = Encodings::new();
    for (name, value) in expect_object(value, pointer)? {
        let pointer: Rc<str> = format!("{pointer}/{}", pointer_segment(name)).into();
        let members = expect_object(value, &pointer)?;
        let mut serialization = Serialization::default_for_form_field();

        if let Some(style) = members.get("style") {
            serialization.style = expect_string(style, &format!("{pointer}/style"))?;
            serialization.explode = serialization.style == "form";
        }
        if let Some(explode) = members.get("explode") {
            serialization.explode = expect_bool(explode, &format!("{pointer}/explode"))?;
        }
        if let Some(reserved) = members.get("allowReserved") {
            serialization.allow_reserved =
                expect_bool(reserved, &format!("{pointer}/allowReserved"))?;
        }

        let known = ["style", "explode", "allowReserved"];
        let other_keywords = other_keywords(members, &pointer, |key| known.contains(&key));
        encodings.insert(name, Encoding { pointer, value, serialization, other_keywords });
    }

    Ok(encodings)
}

/// Reads the encodings of the list fields among the form fields of Swagger 2.0.
pub(super) fn read_field_encodings<'a>(fields: &[Located<'a>]) -> Result<Encodings<'a>> {
    let mut encodings = Encodings::new();
    for field in fields {
        let (pointer, value) = (field.pointer.clone(), field.value);
        let name = value.get("name").and_then(Value::as_str);
        let Some(name) = name.filter(|_| value.get("type") == Some(&"array".into())) else {
            continue;
        };

        let format = match value.get("collectionFormat") {
            Some(format) => expect_string(format, &format!("{pointer}/collectionFormat"))?,
            None => "csv",
        };
        let serialization = Serialization::from_collection_format("query", format);
        encodings
            .insert(name, Encoding { pointer, value, serialization, other_keywords: Vec::new() });
    }

    Ok(encodings)
}
