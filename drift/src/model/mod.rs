//! The model that the comparison works on: the meaning of a document.
//!
//! This model differs from the one of the code generator. It must accept documents with errors,
//! unknown keywords and other specifications, and must not lose any part of them. Therefore
//! each element keeps its JSON pointer, and keywords without a field of their own are kept in
//! `other_keywords`. A schema is read only when it is compared, so a large document is not held in
//! memory twice.

mod body;
mod form;
mod keyword;
mod located;
mod media_type;
mod node;
mod number;
mod operation;
mod parameter;
mod resolver;
mod response;
mod schema;
mod security;
mod serialization;
mod server;
mod value;

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::Result;
use serde_json::Value;

pub use body::Body;
pub use form::{Encoding, Encodings, essence, is_form, is_query_form};
pub use keyword::Keyword;
pub use located::Located;
pub use media_type::{MediaType, is_json};
pub use node::SchemaNode;
pub use number::Quantity;
pub use operation::Operation;
pub use parameter::Parameter;
pub use resolver::{Component, Resolver};
pub use response::Response;
pub use schema::{Discriminator, Limit, Member, Schema, SingleUnion, TypeSet, Union};
pub use security::{OauthFlow, Security, SecurityScheme};
pub use serialization::Serialization;
pub use server::{Server, Servers};
pub use value::{canonical, is_equivalent};

use crate::load::Document;
use keyword::other_keywords;
use resolver::SWAGGER2_SECTIONS;
use value::{expect_list, expect_object};

/// A tag with its pointer.
#[derive(Debug, Clone)]
pub struct Tag<'a> {
    /// The pointer.
    pub pointer: String,
    /// The complete object.
    pub value: &'a Value,
}

/// The model of a document. Schemas are read on demand.
pub struct Api<'a> {
    /// Access to references and components.
    pub resolver: Resolver<'a>,
    /// The operations, in document order.
    pub operations: Vec<Operation<'a>>,
    /// The keywords of `paths` that are not operations: extensions, and paths without operations.
    pub other_paths: Vec<Keyword<'a>>,
    /// The security schemes.
    pub security_schemes: Vec<SecurityScheme<'a>>,
    /// The tags by name.
    pub tags: BTreeMap<&'a str, Tag<'a>>,
    /// All other keywords of the root object.
    pub other_keywords: Vec<Keyword<'a>>,
    /// The keywords of `info`.
    pub info: Vec<Keyword<'a>>,
}

/// The keywords of the root object that have a field in the model.
const ROOT_KEYWORDS: [&str; 15] = [
    "tags",
    "openapi",
    "swagger",
    "info",
    "paths",
    "components",
    "servers",
    "security",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "securityDefinitions",
    "definitions",
];

impl<'a> Api<'a> {
    /// Reads a document, except its schemas.
    ///
    /// # Errors
    ///
    /// If a value has an unexpected type, or a reference has no target.
    pub fn new(document: &'a Document) -> Result<Self> {
        Self::read(document).map_err(|diagnostic| diagnostic.in_file(&document.location))
    }

    fn read(document: &'a Document) -> Result<Self> {
        let resolver = Resolver::new(document)?;
        let (operations, other_paths) = operation::read_operations(&resolver)?;

        let root: Rc<str> = "".into();
        let is_known = |key: &str| ROOT_KEYWORDS.contains(&key) || SWAGGER2_SECTIONS.contains(&key);
        let info = match resolver.member("info") {
            Some(info) => other_keywords(expect_object(info, "/info")?, &"/info".into(), |_| false),
            None => Vec::new(),
        };

        Ok(Self {
            operations,
            other_paths,
            security_schemes: security::read_schemes(&resolver)?,
            tags: read_tags(&resolver)?,
            other_keywords: other_keywords(resolver.root(), &root, is_known),
            info,
            resolver,
        })
    }
}

fn read_tags<'a>(resolver: &Resolver<'a>) -> Result<BTreeMap<&'a str, Tag<'a>>> {
    let mut tags = BTreeMap::new();
    let Some(list) = resolver.member("tags") else { return Ok(tags) };

    for (index, value) in expect_list(list, "/tags")?.iter().enumerate() {
        let pointer = format!("/tags/{index}");
        let name = expect_object(value, &pointer)?.get("name").and_then(Value::as_str);
        tags.insert(name.unwrap_or_default(), Tag { pointer, value });
    }

    Ok(tags)
}
