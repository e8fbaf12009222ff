//! Parameters of requests and headers of responses.

use std::rc::Rc;

use connect_codegen::diagnostic::{Diagnostic, Result};
use serde_json::{Map, Value};

use super::keyword::Keyword;
use super::located::Located;
use super::media_type::MediaType;
use super::node::SchemaNode;
use super::resolver::Resolver;
use super::serialization::Serialization;
use super::value::{expect_bool, expect_object, expect_string};

/// A parameter of a request, or a header of a response.
#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    /// The name.
    pub name: &'a str,
    /// The location in the request: `path`, `query`, `header` or `cookie`.
    pub location: &'a str,
    /// The pointer of the definition, with references resolved.
    pub pointer: Rc<str>,
    /// The pointer of the entry in the list of parameters.
    pub entry_pointer: Rc<str>,
    /// Whether the parameter is required.
    pub required: bool,
    /// Whether the parameter is deprecated.
    pub deprecated: bool,
    /// The schema of the value.
    pub schema: Option<SchemaNode<'a>>,
    /// The media type of the value, if it is serialized in one.
    pub content: Vec<MediaType<'a>>,
    /// The serialization of the value.
    pub serialization: Serialization<'a>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// The keys of a parameter of Swagger 2.0 that do not belong to its schema.
const NON_SCHEMA_KEYS: &[&str] = &[
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
    /// Reads a parameter; `entry_pointer` is the pointer of its entry in the list of parameters.
    pub(super) fn read(
        resolver: &Resolver<'a>,
        parameter: &Located<'a>,
        entry_pointer: Rc<str>,
    ) -> Result<Self> {
        let Located { value, pointer, .. } = parameter;
        let members = expect_object(value, pointer)?;
        let required_string = |key: &str| {
            let missing = || Diagnostic::at(&**pointer, format!("the parameter has no `{key}`"));
            expect_string(members.get(key).ok_or_else(missing)?, &format!("{pointer}/{key}"))
        };

        let (name, location) = (required_string("name")?, required_string("in")?);
        let parameter = Self::read_members(resolver, name, location, members, parameter)?;
        Ok(Self { entry_pointer, ..parameter })
    }

    /// Reads a header of a response.
    pub(super) fn read_header(
        resolver: &Resolver<'a>,
        name: &'a str,
        header: Located<'a>,
    ) -> Result<Self> {
        let header = resolver.resolve(header)?;
        let members = expect_object(header.value, &header.pointer)?;
        Self::read_members(resolver, name, "header", members, &header)
    }

    fn read_members(
        resolver: &Resolver<'a>,
        name: &'a str,
        location: &'a str,
        members: &'a Map<String, Value>,
        located: &Located<'a>,
    ) -> Result<Self> {
        let is_swagger2 = resolver.is_swagger2();
        let mut parameter = Self {
            name,
            location,
            pointer: located.pointer.clone(),
            entry_pointer: located.pointer.clone(),
            required: false,
            deprecated: false,
            schema: None,
            content: Vec::new(),
            serialization: read_serialization(members, located, location, is_swagger2)?,
            value: located.value,
            other_keywords: Vec::new(),
        };

        for (key, value) in members {
            let keyword = Keyword { key, value, object: located.pointer.clone() };
            let pointer = keyword.pointer();

            match key.as_str() {
                "name" | "in" | "allowEmptyValue" => {}
                "required" => parameter.required = expect_bool(value, &pointer)?,
                "deprecated" => parameter.deprecated = expect_bool(value, &pointer)?,
                "allowReserved" | "style" | "explode" if !is_swagger2 => {}
                "schema" if !is_swagger2 => {
                    let schema = SchemaNode::new(resolver, Located::new(value, pointer))?;
                    parameter.schema = Some(schema);
                }
                "content" if !is_swagger2 => {
                    parameter.content = MediaType::read_all(resolver, value, &pointer)?;
                }
                "collectionFormat" if is_swagger2 => {}
                // All other keys belong to the schema.
                _ if is_swagger2 && !NON_SCHEMA_KEYS.contains(&key.as_str()) => {}
                _ => parameter.other_keywords.push(keyword),
            }
        }

        if is_swagger2 {
            let schema = Located { ignored_keys: NON_SCHEMA_KEYS, ..located.clone() };
            parameter.schema = Some(SchemaNode::new(resolver, schema)?);
        }

        Ok(parameter)
    }
}

/// Reads the serialization of a parameter or header.
fn read_serialization<'a>(
    members: &'a Map<String, Value>,
    located: &Located<'a>,
    location: &str,
    is_swagger2: bool,
) -> Result<Serialization<'a>> {
    let pointer = |key: &str| format!("{}/{key}", located.pointer);
    let string =
        |key: &str| members.get(key).map(|value| expect_string(value, &pointer(key))).transpose();
    let boolean =
        |key: &str| members.get(key).map(|value| expect_bool(value, &pointer(key))).transpose();
    let allow_empty = boolean("allowEmptyValue")?.unwrap_or(false);

    let mut serialization = match is_swagger2 {
        true => {
            let format = string("collectionFormat")?.unwrap_or("csv");
            Serialization::from_collection_format(location, format)
        }
        false => Serialization::default_for(location),
    };

    if !is_swagger2 {
        serialization.allow_reserved = boolean("allowReserved")?.unwrap_or(false);
        if let Some(style) = string("style")? {
            serialization.style = style;
            serialization.explode = style == "form";
        }
        if let Some(explode) = boolean("explode")? {
            serialization.explode = explode;
        }
    }

    // These two have a meaning in a query only.
    let is_query = location == "query";
    serialization.allow_reserved &= is_query;
    serialization.allow_empty = allow_empty && is_query;

    Ok(serialization)
}
