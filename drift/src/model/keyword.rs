//! One member of an object, with its location.

use std::rc::Rc;

use connect_codegen::diagnostic::{pointer_segment, unescaped_segment};
use serde_json::{Map, Value};

/// The sections that contain component schemas, in both flavours.
const SCHEMA_SECTIONS: [&str; 2] = ["/components/schemas/", "/definitions/"];

/// A key of an object in the document, with its value.
#[derive(Debug, Clone)]
pub struct Keyword<'a> {
    /// The key.
    pub key: &'a str,
    /// The value.
    pub value: &'a Value,
    /// The pointer of the object.
    pub object: Rc<str>,
}

impl Keyword<'_> {
    /// Returns the pointer of the value.
    pub fn pointer(&self) -> String {
        format!("{}/{}", self.object, pointer_segment(self.key))
    }

    /// Returns the name of the component schema that the keyword belongs to, directly or through
    /// its `allOf`.
    pub fn component(&self) -> Option<String> {
        let inside = inside_schemas(&self.object)?;
        let mut segments = inside.split('/');
        let name = segments.next()?;

        // The rest of the pointer must alternate between `allOf` and an index.
        let is_all_of = |(index, segment): (usize, &str)| index % 2 == 1 || segment == "allOf";
        segments.enumerate().all(is_all_of).then(|| unescaped_segment(name))
    }
}

/// Returns the name of the component schema at a pointer.
pub(super) fn component_at(pointer: &str) -> Option<String> {
    let name = inside_schemas(pointer)?;
    (!name.contains('/')).then(|| unescaped_segment(name))
}

fn inside_schemas(pointer: &str) -> Option<&str> {
    SCHEMA_SECTIONS.iter().find_map(|section| pointer.strip_prefix(section))
}

/// Returns the members of an object whose keys are not known.
pub(super) fn other_keywords<'a>(
    members: &'a Map<String, Value>,
    object: &Rc<str>,
    is_known: impl Fn(&str) -> bool,
) -> Vec<Keyword<'a>> {
    let unknown = members.iter().filter(|(key, _)| !is_known(key));
    unknown.map(|(key, value)| Keyword { key, value, object: object.clone() }).collect()
}
