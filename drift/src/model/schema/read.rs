//! From what is written of a schema to what it means.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use connect_codegen::problem::{Problem, Result, pointer_segment};
use serde_json::Value;

use super::{Discriminator, Kinds, Member, Schema, SingleUnion, Union};
use crate::model::fact::{Fact, same};
use crate::model::node::{Node, Part};
use crate::model::{Api, address, flag, list, object, text};

/// The keywords that limit a value's size.
const LIMITS: [&str; 12] = [
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
                "additionalProperties" if is_anything(value) => {}
                "additionalProperties" => self.additional.push(fact),
                "items" => self.items.push(Part::new(value, at.into())),
                "not" => {
                    let node = Node::of(api, Part::new(value, at.into()))?;
                    let said = |other: &Node| same(other.parts[0].value, node.parts[0].value);
                    if !self.not.iter().any(said) {
                        self.not.push(node);
                    }
                }
                "discriminator" => self.take_discriminator(fact)?,
                "readOnly" => when_true(&mut self.read_only, fact)?,
                "writeOnly" => when_true(&mut self.write_only, fact)?,
                "deprecated" => when_true(&mut self.deprecated, fact)?,
                limit if LIMITS.contains(&limit) => self.take_limit(fact),
                _ => match self.rest.get(key.as_str()) {
                    Some(said) if !same(said.value, value) => self.overruled.push(fact),
                    Some(_) => {}
                    None => _ = self.rest.insert(key, fact),
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
            if seen.insert(node.key()) {
                nodes.push(Member { at, node });
            }
        }
        if nodes.len() == 1 && single == SingleUnion::Open {
            inner.extend(nodes.into_iter().flat_map(|member| member.node.parts));
            return Ok(());
        }
        if !self.unions.iter().any(|said| same(said.fact.value, fact.value)) {
            self.unions.push(Union { members: nodes, fact });
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
