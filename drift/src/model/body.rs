//! Request bodies.

use std::rc::Rc;

use connect_codegen::diagnostic::Result;
use serde_json::{Map, Value};

use super::form;
use super::keyword::{Keyword, other_keywords};
use super::located::Located;
use super::media_type::{ListedMediaType, MediaType};
use super::node::SchemaNode;
use super::resolver::Resolver;
use super::value::{expect_bool, expect_object};

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body<'a> {
    /// The pointer.
    pub pointer: Rc<str>,
    /// Whether the body is required.
    pub required: bool,
    /// The media types that the service accepts.
    pub content: Vec<MediaType<'a>>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

impl<'a> Body<'a> {
    /// Reads the body of an operation of OpenAPI 3.0.
    pub(super) fn read(resolver: &Resolver<'a>, body: Located<'a>) -> Result<Self> {
        let Located { value, pointer, .. } = resolver.resolve(body)?;
        let members = expect_object(value, &pointer)?;

        let content = match members.get("content") {
            Some(content) => MediaType::read_all(resolver, content, &format!("{pointer}/content"))?,
            None => Vec::new(),
        };
        let known = ["required", "content"];

        Ok(Self {
            required: read_required(members, &pointer)?,
            content,
            value,
            other_keywords: other_keywords(members, &pointer, |key| known.contains(&key)),
            pointer,
        })
    }

    /// Reads the body parameter of Swagger 2.0.
    pub(super) fn from_parameter(
        resolver: &Resolver<'a>,
        parameter: &Located<'a>,
        consumes: &[ListedMediaType<'a>],
    ) -> Result<Self> {
        let pointer = &parameter.pointer;
        let members = expect_object(parameter.value, pointer)?;

        let content = match members.get("schema") {
            Some(schema) => {
                let schema = Located::new(schema, format!("{pointer}/schema"));
                let node = SchemaNode::new(resolver, schema)?;
                MediaType::with_shared_schema(consumes, node, parameter)
            }
            None => Vec::new(),
        };
        let known = ["required", "schema", "in", "name"];

        Ok(Self {
            required: read_required(members, pointer)?,
            content,
            value: parameter.value,
            other_keywords: other_keywords(members, pointer, |key| known.contains(&key)),
            pointer: pointer.clone(),
        })
    }

    /// Combines the form fields of Swagger 2.0 to a body; `list` is the list of parameters that
    /// contains them.
    pub(super) fn from_form_fields(
        resolver: &Resolver<'a>,
        list: &Located<'a>,
        fields: Vec<Located<'a>>,
        consumes: &[ListedMediaType<'a>],
    ) -> Result<Self> {
        let has = |field: &Located, key: &str, value: Value| field.value.get(key) == Some(&value);
        let required = fields.iter().any(|field| has(field, "required", true.into()));

        let mut media_types: Vec<ListedMediaType> =
            consumes.iter().filter(|listed| form::is_form(listed.name)).cloned().collect();
        if media_types.is_empty() {
            let has_file = fields.iter().any(|field| has(field, "type", "file".into()));
            let default = if has_file { form::MULTIPART_FORM } else { form::QUERY_FORM };
            media_types = vec![ListedMediaType::default_type(default)];
        }

        let encodings = form::read_field_encodings(&fields)?;
        let object = Located { form_fields: Some(fields.into()), ..list.clone() };
        let node = SchemaNode::new(resolver, object)?;
        let mut content = MediaType::with_shared_schema(&media_types, node, list);
        for media_type in &mut content {
            media_type.pointer = list.pointer.clone();
            media_type.encodings = encodings.clone();
        }

        Ok(Self {
            required,
            content,
            value: list.value,
            other_keywords: Vec::new(),
            pointer: list.pointer.clone(),
        })
    }
}

fn read_required(members: &Map<String, Value>, pointer: &str) -> Result<bool> {
    match members.get("required") {
        Some(required) => expect_bool(required, &format!("{pointer}/required")),
        None => Ok(false),
    }
}
