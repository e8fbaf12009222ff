//! Schemas, as they mean it: references followed, `allOf` made one, the ways to say `null` made one.

mod kinds;

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use connect_codegen::problem::{Problem, Result, pointer_segment};
use serde_json::Value;

use super::fact::Fact;
use super::node::{Node, Part};
use super::{Api, address, flag, list, object, same, sorted, text};
pub use kinds::Kinds;

/// A schema. Comparing takes it apart field by field, so that a new field must be judged.
#[derive(Debug, Default)]
pub struct Schema<'a> {
    /// The types that a value may have, as said or as the other keywords imply.
    pub kinds: Kinds,
    /// Who says the type.
    pub kind: Option<Fact<'a>>,
    /// `format`.
    pub format: Option<Fact<'a>>,
    /// Who says that the value may be null, or may not.
    pub nullable: Option<(bool, Fact<'a>)>,
    /// The values that it may have: `enum`, `const` and `x-extensible-enum`; without null.
    pub values: Option<(Vec<&'a Value>, Fact<'a>)>,
    /// `default`.
    pub default: Option<Fact<'a>>,
    /// `pattern`, unless it allows everything.
    pub pattern: Option<Fact<'a>>,
    /// The limits of length, size and number.
    pub limits: Vec<Fact<'a>>,
    /// The properties by name, each with all that is said of it.
    pub properties: BTreeMap<&'a str, Vec<Part<'a>>>,
    /// The names of required properties, each with the pointer of who says so.
    pub required: BTreeMap<&'a str, Rc<str>>,
    /// `additionalProperties`, unless it allows everything, which is what saying nothing means.
    pub additional: Option<Fact<'a>>,
    /// `items`.
    pub items: Option<Part<'a>>,
    /// `oneOf` or `anyOf`.
    pub union: Option<Union<'a>>,
    /// `discriminator`.
    pub discriminator: Option<Discriminator<'a>>,
    /// `readOnly`, where it is true.
    pub read_only: Option<Fact<'a>>,
    /// `writeOnly`, where it is true.
    pub write_only: Option<Fact<'a>>,
    /// `deprecated`, where it is true.
    pub deprecated: Option<Fact<'a>>,
    /// What is said beside: words, extensions, keywords that nobody knows.
    pub rest: Vec<Fact<'a>>,
    /// What another part of the schema has said before, and otherwise.
    pub overruled: Vec<Fact<'a>>,
}

/// One of several schemas.
#[derive(Debug)]
pub struct Union<'a> {
    /// `oneOf` or `anyOf`, and who says it.
    pub fact: Fact<'a>,
    /// The members.
    pub members: Vec<Member<'a>>,
}

/// A member of a union.
#[derive(Debug)]
pub struct Member<'a> {
    /// The pointer of its place in the union.
    pub at: Rc<str>,
    /// Its schema.
    pub node: Node<'a>,
}

/// What tells the members of a union apart.
#[derive(Debug)]
pub struct Discriminator<'a> {
    /// The property that does.
    pub property: &'a str,
    /// Its values, each with the member that it tells: a reference or a name.
    pub mapping: BTreeMap<&'a str, &'a Value>,
    /// Who says so.
    pub fact: Fact<'a>,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// What to make of a `oneOf` or `anyOf` of one schema: it means that schema, but the place may
/// have been, or may become, a union of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUnion {
    /// Keep it, to be compared with another union.
    Keep,
    /// Take the one schema for it.
    Open,
}

/// The keywords that limit a value's size.
pub const LIMITS: [&str; 12] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Patterns that allow everything.
const ANYTHING: [&str; 5] = ["", ".*", "^.*$", "^.*", ".*$"];

impl<'a> Schema<'a> {
    /// Reads the schema of a node.
    ///
    /// # Errors
    ///
    /// If something stands where a schema has no place for it, or a reference leads nowhere.
    pub fn read(api: &Api<'a>, node: &Node<'a>, single: SingleUnion) -> Result<Self> {
        Self::flattened(api, node, single).map_err(|problem| problem.in_file(api.location()))
    }

    fn flattened(api: &Api<'a>, node: &Node<'a>, single: SingleUnion) -> Result<Self> {
        let mut schema = Self::default();
        // Own words come before those of a part, and a part's before those of the next.
        let mut open: Vec<Part<'a>> = node.parts.iter().rev().cloned().collect();
        let mut seen = HashSet::new();
        while let Some(part) = open.pop() {
            if seen.insert(address(part.value)) {
                schema.take(api, &part, single, &mut open)?;
            }
            if seen.len() > PARTS {
                let message = format!("more than {PARTS} schemas hold at once");
                return Err(Problem::at(&**node.at(), message));
            }
        }
        schema.kinds = schema.kinds.or_implied(&schema);
        Ok(schema)
    }

    fn take(
        &mut self,
        api: &Api<'a>,
        part: &Part<'a>,
        single: SingleUnion,
        open: &mut Vec<Part<'a>>,
    ) -> Result<()> {
        if part.value == &Value::Bool(true) {
            return Ok(());
        }
        let mut inner: Vec<Part<'a>> = Vec::new();
        for (key, value) in object(part.value, &part.at)? {
            if part.besides.contains(&key.as_str()) {
                continue;
            }
            let fact = Fact { key, value, at: part.at.clone() };
            let at = fact.pointer();
            match key.as_str() {
                "$ref" => inner.push(api.resolve(value, &part.at)?),
                "allOf" => inner.extend(members(value, &at)?),
                "oneOf" | "anyOf" => self.take_union(api, fact, single, &mut inner)?,
                "type" => self.take_type(fact)?,
                "format" => say(&mut self.format, fact, &mut self.overruled),
                "nullable" | "x-nullable" => {
                    let nullable = flag(value, &at)?;
                    self.nullable.get_or_insert((nullable, fact));
                }
                "enum" | "x-extensible-enum" => {
                    let values = list(value, &at)?.iter().collect();
                    self.take_values(values, fact);
                }
                "const" => self.take_values(vec![value], fact),
                "default" => say(&mut self.default, fact, &mut self.overruled),
                "pattern" => {
                    if !ANYTHING.contains(&text(value, &at)?) {
                        say(&mut self.pattern, fact, &mut self.overruled);
                    }
                }
                "properties" => {
                    for (name, value) in object(value, &at)? {
                        let at = format!("{at}/{}", pointer_segment(name)).into();
                        self.properties.entry(name).or_default().push(Part::new(value, at));
                    }
                }
                "required" => {
                    for name in list(value, &at)? {
                        let name = text(name, &at)?;
                        self.required.entry(name).or_insert_with(|| part.at.clone());
                    }
                }
                "additionalProperties" => {
                    if !is_anything(value) {
                        say(&mut self.additional, fact, &mut self.overruled);
                    }
                }
                "items" => match &self.items {
                    Some(first) if !same(first.value, value) => self.overruled.push(fact),
                    Some(_) => {}
                    None => self.items = Some(Part::new(value, at.into())),
                },
                "discriminator" => self.take_discriminator(fact)?,
                "readOnly" => when_true(&mut self.read_only, fact)?,
                "writeOnly" => when_true(&mut self.write_only, fact)?,
                "deprecated" => when_true(&mut self.deprecated, fact)?,
                limit if LIMITS.contains(&limit) => self.take_limit(fact),
                _ => match self.rest.iter().find(|said| said.key == key) {
                    Some(said) if !same(said.value, value) => self.overruled.push(fact),
                    Some(_) => {}
                    None => self.rest.push(fact),
                },
            }
        }
        open.extend(inner.into_iter().rev());
        Ok(())
    }

    fn take_type(&mut self, fact: Fact<'a>) -> Result<()> {
        let (kinds, null) = Kinds::read(&fact)?;
        if null {
            self.nullable.get_or_insert_with(|| (true, fact.clone()));
        }
        match &self.kind {
            Some(_) if self.kinds != kinds => self.overruled.push(fact),
            Some(_) => {}
            None if kinds == Kinds::default() => {}
            None => (self.kinds, self.kind) = (kinds, Some(fact)),
        }
        Ok(())
    }

    fn take_values(&mut self, mut values: Vec<&'a Value>, fact: Fact<'a>) {
        let count = values.len();
        values.retain(|value| !value.is_null());
        if values.len() < count {
            self.nullable.get_or_insert_with(|| (true, fact.clone()));
        }
        match &self.values {
            Some((_, said)) if !same(said.value, fact.value) => self.overruled.push(fact),
            Some(_) => {}
            None if values.is_empty() => {}
            None => self.values = Some((values, fact)),
        }
    }

    /// A limit that limits nothing is as good as none.
    fn take_limit(&mut self, fact: Fact<'a>) {
        let idle = match fact.key {
            "minLength" | "minItems" | "minProperties" => fact.value.as_f64() == Some(0.0),
            _ => fact.value == &Value::Bool(false),
        };
        match self.limits.iter().find(|said| said.key == fact.key) {
            _ if idle => {}
            Some(said) if !same(said.value, fact.value) => self.overruled.push(fact),
            Some(_) => {}
            None => self.limits.push(fact),
        }
    }

    fn take_union(
        &mut self,
        api: &Api<'a>,
        fact: Fact<'a>,
        single: SingleUnion,
        inner: &mut Vec<Part<'a>>,
    ) -> Result<()> {
        let mut members = members(fact.value, &fact.pointer())?;
        let count = members.len();
        members.retain(|member| !is_null(member.value));
        if members.len() < count {
            self.nullable.get_or_insert_with(|| (true, fact.clone()));
        }
        let mut nodes: Vec<Member<'a>> = Vec::with_capacity(members.len());
        let mut seen = HashSet::new();
        for part in members {
            let at = part.at.clone();
            let node = Node::of(api, part)?;
            // A member that stands twice says nothing more.
            if seen.insert(sorted(node.parts[0].value).to_string()) {
                nodes.push(Member { at, node });
            }
        }
        if nodes.len() == 1 && single == SingleUnion::Open {
            inner.extend(nodes.into_iter().flat_map(|member| member.node.parts));
            return Ok(());
        }
        let union = Union { members: nodes, fact };
        match &self.union {
            Some(said) if !same(said.fact.value, union.fact.value) => {
                self.overruled.push(union.fact);
            }
            Some(_) => {}
            None => self.union = Some(union),
        }
        Ok(())
    }

    fn take_discriminator(&mut self, fact: Fact<'a>) -> Result<()> {
        if let Some(said) = &self.discriminator {
            if !same(said.fact.value, fact.value) {
                self.overruled.push(fact);
            }
            return Ok(());
        }
        let at: Rc<str> = fact.pointer().into();
        let mut new = Discriminator {
            property: "",
            mapping: BTreeMap::new(),
            rest: Vec::new(),
            fact: fact.clone(),
        };
        match fact.value {
            // Swagger 2.0 names the property only.
            Value::String(property) => new.property = property,
            value => {
                for (key, value) in object(value, &at)? {
                    let here = format!("{at}/{}", pointer_segment(key));
                    match key.as_str() {
                        "propertyName" => new.property = text(value, &here)?,
                        "mapping" => {
                            let mapping = object(value, &here)?.iter();
                            new.mapping = mapping.map(|(tag, to)| (tag.as_str(), to)).collect();
                        }
                        _ => new.rest.push(Fact { key, value, at: at.clone() }),
                    }
                }
            }
        }
        self.discriminator = Some(new);
        Ok(())
    }
}

/// How many schemas may hold at once.
const PARTS: usize = 1_000;

/// The first who says something is heard; who says otherwise later is not lost.
fn say<'a>(slot: &mut Option<Fact<'a>>, fact: Fact<'a>, overruled: &mut Vec<Fact<'a>>) {
    match slot {
        Some(said) if !same(said.value, fact.value) => overruled.push(fact),
        Some(_) => {}
        None => *slot = Some(fact),
    }
}

fn when_true<'a>(slot: &mut Option<Fact<'a>>, fact: Fact<'a>) -> Result<()> {
    if flag(fact.value, &fact.pointer())? {
        slot.get_or_insert(fact);
    }
    Ok(())
}

fn members<'a>(value: &'a Value, at: &str) -> Result<Vec<Part<'a>>> {
    let members = list(value, at)?.iter().enumerate();
    Ok(members.map(|(index, member)| Part::new(member, format!("{at}/{index}").into())).collect())
}

/// Whether a schema allows everything.
fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(allowed) => *allowed,
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether a member of a union only says that the value may be null.
fn is_null(member: &Value) -> bool {
    let Some(members) = member.as_object() else { return false };
    let only = |key: &str| members.len() == 1 && members.contains_key(key);
    let null =
        |value: &Value| value == "null" || value.as_array().is_some_and(|l| l[..] == ["null"]);
    members.get("type").is_some_and(null)
        || members.get("enum").and_then(Value::as_array).is_some_and(|l| l[..] == [Value::Null])
        || members.get("const").is_some_and(Value::is_null)
        || only("nullable") && members["nullable"] == true
}
