//! A place that holds a schema.

use std::collections::HashSet;
use std::rc::Rc;

use connect_codegen::diagnostic::{Diagnostic, Result, unescaped_segment};
use serde_json::Value;

use super::{Api, address, sorted};

/// One schema object as it is written.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// What is written.
    pub value: &'a Value,
    /// Where.
    pub at: Rc<str>,
    /// Members that belong to what holds the schema: a parameter of Swagger 2.0 is its schema.
    pub besides: &'static [&'static str],
    /// The fields of a form of Swagger 2.0, which are listed as parameters and are an object.
    pub fields: Option<Rc<[Part<'a>]>>,
}

/// A schema: one object that is written somewhere, or several that hold at once, as all that
/// `allOf` says of one property. Two places that refer to one component are one node.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The objects that hold at once; the first is said first.
    pub parts: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    /// A schema that stands alone.
    pub fn new(value: &'a Value, at: Rc<str>) -> Self {
        Self { value, at, besides: &[], fields: None }
    }

    /// Whether it allows everything.
    pub(super) fn is_anything(&self) -> bool {
        match self.value {
            Value::Bool(allowed) => *allowed,
            Value::Object(members) => members.is_empty(),
            _ => false,
        }
    }
}

impl<'a> Node<'a> {
    /// The schema at a place, with a bare reference followed.
    ///
    /// # Errors
    ///
    /// If a reference leads nowhere, to another document or in a circle.
    pub fn of(api: &Api<'a>, part: Part<'a>) -> Result<Self> {
        Self::all(api, vec![part])
    }

    /// The schema of which several objects speak.
    ///
    /// # Errors
    ///
    /// As of [`Node::of`].
    pub fn all(api: &Api<'a>, parts: Vec<Part<'a>>) -> Result<Self> {
        Self::followed(api, parts).map_err(|problem| problem.in_file(api.location()))
    }

    fn followed(api: &Api<'a>, mut parts: Vec<Part<'a>>) -> Result<Self> {
        for part in &mut parts {
            let mut seen = HashSet::new();
            while let Some((key, target)) = wrapped(part.value).filter(|_| part.fields.is_none()) {
                if !seen.insert(address(part.value)) {
                    return Err(Diagnostic::at(&*part.at, "the reference leads in a circle"));
                }

                if seen.len() > STEPS {
                    let message = format!("more than {STEPS} references lead to one another");
                    return Err(Diagnostic::at(&*part.at, message)
                        .help("let the first refer to what the last one leads to"));
                }

                *part = match key {
                    "$ref" => api.resolve(target, &part.at)?,
                    _ => Part::new(target, format!("{}/{key}/0", part.at).into()),
                };
            }
        }

        Ok(Self { parts })
    }

    /// Whether it allows everything.
    pub fn is_anything(&self) -> bool {
        self.parts.iter().all(Part::is_anything)
    }

    /// What the node is known by in both documents: the component's name, else what is written.
    pub fn key(&self) -> String {
        self.component().unwrap_or_else(|| self.written())
    }

    /// What is written, whatever the order of its keys and of what its lists hold.
    pub fn written(&self) -> String {
        let mut written = sorted(self.parts[0].value);
        unordered(&mut written);
        written.to_string()
    }

    /// What the node is known by in its document.
    pub fn id(&self) -> Vec<usize> {
        self.parts.iter().map(|part| address(part.value)).collect()
    }

    /// The pointer of the first object.
    pub fn at(&self) -> &Rc<str> {
        &self.parts[0].at
    }

    /// The name of the component that the node is, if it is one.
    pub fn component(&self) -> Option<String> {
        let [only] = &*self.parts else { return None };
        let name = SCHEMAS.iter().find_map(|section| only.at.strip_prefix(section))?;
        (!name.contains('/')).then(|| unescaped_segment(name))
    }
}

/// Where components lie in the two languages.
pub(super) const SCHEMAS: [&str; 2] = ["/components/schemas/", "/definitions/"];

/// How many references may lead to one another. Each place that holds one follows them all.
const STEPS: usize = 1_000;

/// What a schema holds that says nothing itself: a reference, or an `allOf` of one.
fn wrapped(schema: &Value) -> Option<(&str, &Value)> {
    let (key, value) = schema.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    match (key.as_str(), value.as_array().map(Vec::as_slice)) {
        ("$ref", _) => Some((key, value)),
        ("allOf", Some([only])) => Some((key, only)),
        _ => None,
    }
}

/// The lists of a schema of which the order says nothing.
const UNORDERED: [&str; 6] = ["allOf", "oneOf", "anyOf", "enum", "required", "type"];

/// Puts what stands in lists of which the order says nothing into one order.
fn unordered(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, inner) in members {
                unordered(inner);
                if let (true, Value::Array(list)) = (UNORDERED.contains(&key.as_str()), inner) {
                    list.sort_by_cached_key(Value::to_string);
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(unordered),
        _ => {}
    }
}
