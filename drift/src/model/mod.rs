//! The model that comparing works on: an API as its document means it.
//!
//! It is our own, and not the one that generating uses, since it must take what is wrong, unknown
//! or of another language, and must not lose it: each place keeps its JSON pointer, and each
//! member that has no field here is kept in a `rest`. Schemas are read when they are compared, so
//! that a large document is not held twice.

mod fact;
mod form;
mod media;
mod node;
mod number;
mod operation;
mod parameter;
mod schema;
mod security;
mod server;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::LazyLock;

use connect_codegen::diagnostic::{Diagnostic, Result, pointer_segment, unescaped_segment};
use connect_codegen::openapi::document::Flavour;
use serde_json::{Map, Value};

use crate::load::Document;

pub use fact::{Fact, same, sorted};
pub use form::{Encoding, Encodings, essence, is_form, is_query_form};
pub use media::{Body, Media, Response, is_json};
pub use node::{Node, Part};
pub use number::Quantity;
pub use operation::Operation;
pub use parameter::{Parameter, Serialization};
pub use schema::{Discriminator, Kinds, Limit, Member, Schema, SingleUnion, Union};
pub use security::{Flow, Scheme, Security};
pub use server::{Server, Servers};

/// A document as it is compared.
pub struct Api<'a> {
    /// Where references lead.
    pub source: Source<'a>,
    /// The operations, in the document's order.
    pub operations: Vec<Operation<'a>>,
    /// What is said under `paths` that is no operation: extensions, and paths without operations.
    pub paths: Vec<Fact<'a>>,
    /// The ways to authenticate, by name.
    pub schemes: Vec<Scheme<'a>>,
    /// What is said of the tags, by name, each with its pointer.
    pub tags: BTreeMap<&'a str, (String, &'a Value)>,
    /// What the root says beside.
    pub rest: Vec<Fact<'a>>,
    /// What `info` says.
    pub info: Vec<Fact<'a>>,
}

/// What is looked up in a document while it is compared.
pub struct Source<'a> {
    root: &'a Map<String, Value>,
    document: &'a Document,
    /// The values that references led to, by their address.
    reached: RefCell<HashSet<usize>>,
    /// The component schemas of which each is a part, by `allOf`.
    heirs: HashMap<String, Vec<&'a str>>,
}

/// The members of the root that are read elsewhere.
const ROOT: [&str; 15] = [
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
    /// Reads all but the schemas of a document.
    ///
    /// # Errors
    ///
    /// If something stands where the language has no place for it, or a reference leads nowhere.
    pub fn of(document: &'a Document) -> Result<Self> {
        Self::read(document).map_err(|problem| problem.in_file(&document.location))
    }

    fn read(document: &'a Document) -> Result<Self> {
        let mut api = Self {
            source: Source {
                root: object(&document.value, "")?,
                document,
                reached: RefCell::default(),
                heirs: HashMap::new(),
            },
            operations: Vec::new(),
            paths: Vec::new(),
            schemes: Vec::new(),
            rest: Vec::new(),
            tags: BTreeMap::new(),
            info: Vec::new(),
        };
        api.source.heirs = api.read_heirs();
        (api.operations, api.paths) = operation::read_all(&api)?;
        api.schemes = security::read_schemes(&api)?;

        let at: Rc<str> = "".into();
        let known = |key: &str| ROOT.contains(&key) || SECTIONS_2.contains(&key);
        api.rest = fact::rest(api.source.root, &at, known);

        if let Some(tags) = api.source.root.get("tags") {
            for (index, tag) in list(tags, "/tags")?.iter().enumerate() {
                let at = format!("/tags/{index}");
                let name = object(tag, &at)?.get("name").and_then(Value::as_str);
                api.tags.insert(name.unwrap_or_default(), (at, tag));
            }
        }

        if let Some(info) = api.source.root.get("info") {
            api.info = fact::rest(object(info, "/info")?, &"/info".into(), |_| false);
        }
        Ok(api)
    }

    /// The language of the document.
    pub fn flavour(&self) -> Flavour {
        self.source.document.flavour
    }

    /// What problems call the document.
    fn location(&self) -> &'a str {
        &self.source.document.location
    }

    /// Whether there is a component schema of a name.
    pub fn has_component(&self, name: &str) -> bool {
        self.schemas().is_some_and(|schemas| schemas.contains_key(name))
    }

    /// The component schema of a name.
    pub fn component(&self, name: &str) -> Option<Part<'a>> {
        let value = self.schemas()?.get(name)?;
        self.source.reached.borrow_mut().insert(address(value));

        let section = match self.flavour() {
            Flavour::Swagger2 => "/definitions",
            Flavour::OpenApi3 => "/components/schemas",
        };

        Some(Part::new(value, format!("{section}/{}", pointer_segment(name)).into()))
    }

    /// The component schemas that have the one of a name for a part: of a schema with a
    /// discriminator and no union, they are the members.
    pub fn heirs(&self, name: &str) -> &[&'a str] {
        self.source.heirs.get(name).map_or(&[], Vec::as_slice)
    }

    fn read_heirs(&self) -> HashMap<String, Vec<&'a str>> {
        let mut heirs: HashMap<String, Vec<&'a str>> = HashMap::new();
        for (heir, schema) in self.schemas().into_iter().flatten() {
            let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            for target in parts.filter_map(|part| part.get("$ref")?.as_str()) {
                let name = target.rsplit('/').next().unwrap_or_default();
                heirs.entry(unescaped_segment(name)).or_default().push(heir);
            }
        }

        heirs
    }

    fn schemas(&self) -> Option<&'a Map<String, Value>> {
        let schemas = match self.flavour() {
            Flavour::Swagger2 => self.member("definitions"),
            Flavour::OpenApi3 => self.member("components").and_then(|inside| inside.get("schemas")),
        };
        schemas.and_then(Value::as_object)
    }

    fn member(&self, key: &str) -> Option<&'a Value> {
        self.source.root.get(key)
    }

    /// Where a reference leads: one step, to another reference perhaps.
    fn resolve(&self, reference: &Value, at: &str) -> Result<Part<'a>> {
        let Value::String(reference) = reference else {
            return Err(Diagnostic::at(format!("{at}/$ref"), "a reference is a string"));
        };
        let wrong = |message: String| Diagnostic::at(format!("{at}/$ref"), message);

        let Some(fragment) = reference.strip_prefix('#') else {
            let message = format!("`{reference}` leads to another document");
            return Err(wrong(message).help("bundle the documents into one, and compare that"));
        };
        let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        let value = self.source.document.value.pointer(&pointer).filter(|_| !pointer.is_empty());
        let value = value.ok_or_else(|| wrong(format!("`{reference}` leads nowhere")))?;
        self.source.reached.borrow_mut().insert(address(value));

        Ok(Part::new(value, pointer.as_ref().into()))
    }

    /// What stands at a place that may hold a reference to it.
    fn followed(&self, mut part: Part<'a>) -> Result<Part<'a>> {
        let mut seen = HashSet::new();
        while let Some(reference) = part.value.get("$ref") {
            if !seen.insert(address(part.value)) {
                return Err(Diagnostic::at(&*part.at, "the reference leads in a circle"));
            }
            part = self.resolve(reference, &part.at)?;
        }

        Ok(part)
    }

    /// Each component but the ways to authenticate, with its pointer, and whether it was reached.
    pub fn components(&self) -> Vec<(String, &'a Value, bool)> {
        let inside = self.member("components").and_then(Value::as_object).into_iter().flatten();
        let nested = inside.map(|(section, value)| (format!("/components/{section}"), value));
        let flat = SECTIONS_2.iter().filter_map(|section| {
            self.source.root.get(*section).map(|value| (format!("/{section}"), value))
        });
        let sections = nested.chain(flat).filter(|(at, _)| !at.ends_with("/securitySchemes"));
        let reached = self.source.reached.borrow();

        let members = sections.flat_map(|(at, section)| {
            let members = section.as_object().into_iter().flatten();
            members
                .map(move |(name, value)| (format!("{at}/{}", pointer_segment(name)), value))
                .collect::<Vec<_>>()
        });

        members.map(|(at, value)| (at, value, reached.contains(&address(value)))).collect()
    }
}

/// The sections of Swagger 2.0 that hold what references lead to.
const SECTIONS_2: [&str; 3] = ["definitions", "parameters", "responses"];

/// What a value is known by: two places with one address are one place.
fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

/// A key without a value, as YAML lets one write, is as good as an empty object or list.
static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(&NOTHING),
        _ => Err(Diagnostic::at(at, "an object belongs here")),
    }
}

fn list<'a>(value: &'a Value, at: &str) -> Result<&'a [Value]> {
    match value {
        Value::Array(members) => Ok(members),
        Value::Null => Ok(&[]),
        _ => Err(Diagnostic::at(at, "a list belongs here")),
    }
}

fn text<'a>(value: &'a Value, at: &str) -> Result<&'a str> {
    value.as_str().ok_or_else(|| Diagnostic::at(at, "a string belongs here"))
}

fn flag(value: &Value, at: &str) -> Result<bool> {
    value.as_bool().ok_or_else(|| Diagnostic::at(at, "`true` or `false` belongs here"))
}
