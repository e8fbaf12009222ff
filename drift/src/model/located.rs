//! A value with its location.

use std::rc::Rc;

use serde_json::Value;

/// A value of the document, mostly a schema, with its location.
#[derive(Debug, Clone)]
pub struct Located<'a> {
    /// The value.
    pub value: &'a Value,
    /// The pointer of the value.
    pub pointer: Rc<str>,
    /// The keys that do not belong to the schema: a parameter of Swagger 2.0 is also its own schema.
    pub ignored_keys: &'static [&'static str],
    /// The fields of a form. Swagger 2.0 lists them as parameters; together they are an object.
    pub form_fields: Option<Rc<[Located<'a>]>>,
}

impl<'a> Located<'a> {
    /// Creates a plain value.
    pub fn new(value: &'a Value, pointer: impl Into<Rc<str>>) -> Self {
        Self { value, pointer: pointer.into(), ignored_keys: &[], form_fields: None }
    }

    /// Whether the schema allows any value.
    pub(super) fn allows_anything(&self) -> bool {
        match self.value {
            Value::Bool(allowed) => *allowed,
            Value::Object(members) => members.is_empty(),
            _ => false,
        }
    }
}
