//! The content of a body in one media type.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::form::{Encodings, essence, read_encodings};
use super::keyword::{Keyword, other_keywords};
use super::located::Located;
use super::node::SchemaNode;
use super::resolver::Resolver;
use super::value::{expect_list, expect_object, expect_string};

/// The content of a body in one media type.
#[derive(Debug, Clone)]
pub struct MediaType<'a> {
    /// The media type as written.
    pub name: &'a str,
    /// The pointer.
    pub pointer: Rc<str>,
    /// The schema of the content.
    pub schema: Option<SchemaNode<'a>>,
    /// The encodings of form fields.
    pub encodings: Encodings<'a>,
    /// The complete object.
    pub value: &'a Value,
    /// The entry in `consumes` or `produces`, in Swagger 2.0.
    pub list_entry: Option<Located<'a>>,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// Whether a media type is JSON, the only one that the generated client uses.
pub fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == "application/json" || essence.ends_with("+json") || essence == "*/*"
}

impl<'a> MediaType<'a> {
    /// Reads the `content` object of OpenAPI 3.0.
    pub(super) fn read_all(
        resolver: &Resolver<'a>,
        content: &'a Value,
        pointer: &str,
    ) -> Result<Vec<Self>> {
        let mut media_types = Vec::new();
        for (name, value) in expect_object(content, pointer)? {
            let pointer: Rc<str> = format!("{pointer}/{}", pointer_segment(name)).into();
            let members = expect_object(value, &pointer)?;

            let schema = members.get("schema").map(|schema| {
                SchemaNode::new(resolver, Located::new(schema, format!("{pointer}/schema")))
            });
            let encodings = members.get("encoding");
            let encodings =
                encodings.map(|value| read_encodings(value, &format!("{pointer}/encoding")));

            media_types.push(Self {
                name,
                schema: schema.transpose()?,
                encodings: encodings.transpose()?.unwrap_or_default(),
                value,
                list_entry: None,
                other_keywords: other_keywords(members, &pointer, |key| {
                    ["schema", "encoding"].contains(&key)
                }),
                pointer,
            });
        }

        Ok(media_types)
    }

    /// Creates the media types of Swagger 2.0, which have one schema in common.
    pub(super) fn with_shared_schema(
        names: &[ListedMediaType<'a>],
        schema: SchemaNode<'a>,
        owner: &Located<'a>,
    ) -> Vec<Self> {
        let pointer: Rc<str> = format!("{}/schema", owner.pointer).into();
        let media_types = names.iter().map(|ListedMediaType { name, list_entry }| Self {
            name,
            pointer: pointer.clone(),
            schema: Some(schema.clone()),
            encodings: BTreeMap::new(),
            value: owner.value,
            list_entry: list_entry.clone(),
            other_keywords: Vec::new(),
        });

        media_types.collect()
    }
}

/// A media type of `consumes` or `produces` in Swagger 2.0.
#[derive(Debug, Clone)]
pub(super) struct ListedMediaType<'a> {
    pub name: &'a str,
    /// The entry in the list, or `None` for a default.
    pub list_entry: Option<Located<'a>>,
}

impl<'a> ListedMediaType<'a> {
    /// Creates a media type that applies by default.
    pub fn default_type(name: &'a str) -> Self {
        Self { name, list_entry: None }
    }

    /// Reads a list of media types, or returns `None` if there is no list.
    pub fn read_list(value: Option<&'a Value>, pointer: &str) -> Result<Option<Vec<Self>>> {
        let Some(value) = value else { return Ok(None) };

        let entries = expect_list(value, pointer)?.iter().enumerate();
        let media_types = entries.map(|(index, value)| {
            let list_entry = Some(Located::new(value, format!("{pointer}/{index}")));
            Ok(Self { name: expect_string(value, pointer)?, list_entry })
        });
        media_types.collect::<Result<_>>().map(Some)
    }
}
