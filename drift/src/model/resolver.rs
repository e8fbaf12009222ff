//! Looks up references and components in a document.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use connect_codegen::diagnostic::{Diagnostic, Result, pointer_segment, unescaped_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::{Map, Value};

use super::located::Located;
use super::value::{address, expect_object};
use crate::load::Document;

/// The sections of Swagger 2.0 that contain components.
pub(super) const SWAGGER2_SECTIONS: [&str; 3] = ["definitions", "parameters", "responses"];

/// Access to the document by reference and by component name.
pub struct Resolver<'a> {
    root: &'a Map<String, Value>,
    document: &'a Document,
    /// The addresses of all values that were looked up by reference or by name.
    referenced: RefCell<HashSet<usize>>,
    /// The component schemas that extend another one by `allOf`, by the name of the latter.
    subtypes: HashMap<String, Vec<&'a str>>,
}

/// A component of a document.
pub struct Component<'a> {
    /// The pointer.
    pub pointer: String,
    /// The content.
    pub value: &'a Value,
    /// Whether any reference to it was resolved.
    pub is_referenced: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(document: &'a Document) -> Result<Self> {
        let mut resolver = Self {
            root: expect_object(&document.value, "")?,
            document,
            referenced: RefCell::default(),
            subtypes: HashMap::new(),
        };
        resolver.subtypes = resolver.find_subtypes();

        Ok(resolver)
    }

    /// Returns the flavour of the document.
    pub fn flavour(&self) -> Flavour {
        self.document.flavour
    }

    pub(super) fn is_swagger2(&self) -> bool {
        self.flavour() == Flavour::Swagger2
    }

    /// Returns the name of the document in error messages.
    pub(super) fn location(&self) -> &'a str {
        &self.document.location
    }

    pub(super) fn root(&self) -> &'a Map<String, Value> {
        self.root
    }

    /// Returns a member of the root object.
    pub(super) fn member(&self, key: &str) -> Option<&'a Value> {
        self.root.get(key)
    }

    /// Whether a component schema exists.
    pub fn has_schema(&self, name: &str) -> bool {
        self.schemas().is_some_and(|schemas| schemas.contains_key(name))
    }

    /// Returns a component schema.
    pub fn schema(&self, name: &str) -> Option<Located<'a>> {
        let value = self.schemas()?.get(name)?;
        self.referenced.borrow_mut().insert(address(value));

        let section = match self.flavour() {
            Flavour::Swagger2 => "/definitions",
            Flavour::OpenApi3 => "/components/schemas",
        };
        Some(Located::new(value, format!("{section}/{}", pointer_segment(name))))
    }

    /// Returns the component schemas that extend a component schema by `allOf`. They are the members
    /// of a schema that has a discriminator but no union.
    pub fn subtypes(&self, name: &str) -> &[&'a str] {
        self.subtypes.get(name).map_or(&[], Vec::as_slice)
    }

    fn find_subtypes(&self) -> HashMap<String, Vec<&'a str>> {
        let mut subtypes: HashMap<String, Vec<&'a str>> = HashMap::new();
        for (subtype, schema) in self.schemas().into_iter().flatten() {
            let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            for reference in parts.filter_map(|part| part.get("$ref")?.as_str()) {
                let name = reference.rsplit('/').next().unwrap_or_default();
                subtypes.entry(unescaped_segment(name)).or_default().push(subtype);
            }
        }

        subtypes
    }

    fn schemas(&self) -> Option<&'a Map<String, Value>> {
        let schemas = match self.flavour() {
            Flavour::Swagger2 => self.member("definitions"),
            Flavour::OpenApi3 => self.member("components").and_then(|inside| inside.get("schemas")),
        };
        schemas.and_then(Value::as_object)
    }

    /// Resolves one reference. The result may be another reference.
    pub(super) fn resolve_reference(
        &self,
        reference: &Value,
        pointer: &str,
    ) -> Result<Located<'a>> {
        let error = |message: String| Diagnostic::at(format!("{pointer}/$ref"), message);
        let Value::String(reference) = reference else {
            return Err(error("a reference must be a string".to_owned()));
        };

        let Some(fragment) = reference.strip_prefix('#') else {
            let message = format!("`{reference}` refers to another document");
            return Err(error(message).help("bundle the documents into one and compare the result"));
        };

        let target = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        let value = self.document.value.pointer(&target).filter(|_| !target.is_empty());
        let value =
            value.ok_or_else(|| error(format!("the target of `{reference}` is missing")))?;
        self.referenced.borrow_mut().insert(address(value));

        Ok(Located::new(value, target.as_ref()))
    }

    /// Resolves a value that may be a reference, or a chain of references.
    pub(super) fn resolve(&self, mut located: Located<'a>) -> Result<Located<'a>> {
        let mut visited = HashSet::new();
        while let Some(reference) = located.value.get("$ref") {
            if !visited.insert(address(located.value)) {
                return Err(Diagnostic::at(&*located.pointer, "the reference is circular"));
            }
            located = self.resolve_reference(reference, &located.pointer)?;
        }

        Ok(located)
    }

    /// Returns all components except security schemes.
    pub fn components(&self) -> Vec<Component<'a>> {
        let sections = self.member("components").and_then(Value::as_object).into_iter().flatten();
        let openapi3 = sections.map(|(section, value)| (format!("/components/{section}"), value));
        let swagger2 = SWAGGER2_SECTIONS.iter().filter_map(|section| {
            self.root.get(*section).map(|value| (format!("/{section}"), value))
        });
        let sections =
            openapi3.chain(swagger2).filter(|(pointer, _)| !pointer.ends_with("/securitySchemes"));

        let referenced = self.referenced.borrow();
        let mut components = Vec::new();
        for (section, value) in sections {
            for (name, value) in value.as_object().into_iter().flatten() {
                components.push(Component {
                    pointer: format!("{section}/{}", pointer_segment(name)),
                    value,
                    is_referenced: referenced.contains(&address(value)),
                });
            }
        }

        components
    }
}
