//! Responses.

use std::collections::BTreeMap;
use std::rc::Rc;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::keyword::Keyword;
use super::located::Located;
use super::media_type::{ListedMediaType, MediaType};
use super::node::SchemaNode;
use super::parameter::Parameter;
use super::resolver::Resolver;
use super::value::expect_object;

/// A response.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// The pointer.
    pub pointer: Rc<str>,
    /// The media types of the body, or none if there is no body.
    pub content: Vec<MediaType<'a>>,
    /// The headers by name, in lower case.
    pub headers: BTreeMap<String, Parameter<'a>>,
    /// The complete object.
    pub value: &'a Value,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

impl<'a> Response<'a> {
    pub(super) fn read(
        resolver: &Resolver<'a>,
        response: Located<'a>,
        produces: &[ListedMediaType<'a>],
    ) -> Result<Self> {
        let response = resolver.resolve(response)?;
        let is_swagger2 = resolver.is_swagger2();
        let mut content = Vec::new();
        let mut headers = BTreeMap::new();
        let mut other_keywords = Vec::new();

        for (key, value) in expect_object(response.value, &response.pointer)? {
            let keyword = Keyword { key, value, object: response.pointer.clone() };
            let pointer = keyword.pointer();

            match key.as_str() {
                "content" if !is_swagger2 => {
                    content = MediaType::read_all(resolver, value, &pointer)?;
                }
                "schema" if is_swagger2 => {
                    let node = SchemaNode::new(resolver, Located::new(value, pointer))?;
                    content = MediaType::with_shared_schema(produces, node, &response);
                }
                "headers" => headers = read_headers(resolver, value, &pointer)?,
                _ => other_keywords.push(keyword),
            }
        }

        let Located { value, pointer, .. } = response;
        Ok(Self { content, headers, value, other_keywords, pointer })
    }
}

fn read_headers<'a>(
    resolver: &Resolver<'a>,
    value: &'a Value,
    pointer: &str,
) -> Result<BTreeMap<String, Parameter<'a>>> {
    let headers = expect_object(value, pointer)?.iter().map(|(name, header)| {
        let header = Located::new(header, format!("{pointer}/{}", pointer_segment(name)));
        let header = Parameter::read_header(resolver, name, header)?;
        Ok((name.to_ascii_lowercase(), header))
    });

    headers.collect()
}
