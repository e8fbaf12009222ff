//! A schema with its references resolved.

use std::collections::HashSet;
use std::rc::Rc;

use connect_codegen::diagnostic::{Diagnostic, Result};
use serde_json::Value;

use super::keyword::component_at;
use super::located::Located;
use super::resolver::Resolver;
use super::value::{address, canonical};

/// A schema: one schema object, or several that apply at once, for example all that an `allOf`
/// defines for one property. Two references to one component lead to equal nodes.
#[derive(Debug, Clone)]
pub struct SchemaNode<'a> {
    /// The schema objects that apply at once, in document order. There is at least one.
    pub parts: Vec<Located<'a>>,
}

/// The maximum length of a chain of references. Every use of the chain follows all of them.
const MAX_REFERENCES: usize = 1_000;

impl<'a> SchemaNode<'a> {
    /// Resolves a schema that may be a reference.
    ///
    /// # Errors
    ///
    /// If a reference has no target, refers to another document, or is circular.
    pub fn new(resolver: &Resolver<'a>, schema: Located<'a>) -> Result<Self> {
        Self::from_parts(resolver, vec![schema])
    }

    /// Resolves several schemas that apply at once.
    ///
    /// # Errors
    ///
    /// As [`SchemaNode::new`].
    pub fn from_parts(resolver: &Resolver<'a>, mut parts: Vec<Located<'a>>) -> Result<Self> {
        for part in &mut parts {
            resolve_part(resolver, part)
                .map_err(|diagnostic| diagnostic.in_file(resolver.location()))?;
        }

        Ok(Self { parts })
    }

    /// Whether the schema allows any value.
    pub fn allows_anything(&self) -> bool {
        self.parts.iter().all(Located::allows_anything)
    }

    /// Returns the identity of the node across both documents: the component name, or the text of an
    /// inline schema.
    pub fn key(&self) -> String {
        self.component().unwrap_or_else(|| self.text())
    }

    /// Returns the canonical text of the first schema object: without the order of keys and of
    /// unordered lists.
    pub fn text(&self) -> String {
        let mut value = canonical(self.parts[0].value);
        sort_unordered_lists(&mut value);
        value.to_string()
    }

    /// Returns the identity of the node in its document.
    pub fn id(&self) -> Vec<usize> {
        self.parts.iter().map(|part| address(part.value)).collect()
    }

    /// Returns the pointer of the first schema object.
    pub fn pointer(&self) -> &Rc<str> {
        &self.parts[0].pointer
    }

    /// Returns the name of the component, if the node is one.
    pub fn component(&self) -> Option<String> {
        let [only] = &*self.parts else { return None };
        component_at(&only.pointer)
    }
}

/// Replaces a part by the target of its references.
fn resolve_part<'a>(resolver: &Resolver<'a>, part: &mut Located<'a>) -> Result<()> {
    let mut visited = HashSet::new();
    while part.form_fields.is_none()
        && let Some((key, target)) = wrapped_schema(part.value)
    {
        if !visited.insert(address(part.value)) {
            return Err(Diagnostic::at(&*part.pointer, "the reference is circular"));
        }

        if visited.len() > MAX_REFERENCES {
            let message = format!("the chain has more than {MAX_REFERENCES} references");
            return Err(Diagnostic::at(&*part.pointer, message)
                .help("let the first reference point to the target of the last one"));
        }

        *part = match key {
            "$ref" => resolver.resolve_reference(target, &part.pointer)?,
            _ => Located::new(target, format!("{}/{key}/0", part.pointer)),
        };
    }

    Ok(())
}

/// Returns the only content of a schema that merely wraps another: a `$ref`, or an `allOf` with one
/// member.
fn wrapped_schema(schema: &Value) -> Option<(&str, &Value)> {
    let (key, value) = schema.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    match (key.as_str(), value.as_array().map(Vec::as_slice)) {
        ("$ref", _) => Some((key, value)),
        ("allOf", Some([only])) => Some((key, only)),
        _ => None,
    }
}

/// The keywords whose lists have no order.
const UNORDERED: [&str; 6] = ["allOf", "oneOf", "anyOf", "enum", "required", "type"];

fn sort_unordered_lists(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                sort_unordered_lists(inner);
                if let (true, Value::Array(list)) = (UNORDERED.contains(&key.as_str()), inner) {
                    list.sort_by_cached_key(Value::to_string);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sort_unordered_lists),
        _ => {}
    }
}
