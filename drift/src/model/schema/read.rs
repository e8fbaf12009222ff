//! From what is written of a schema to what it means.

use std::collections::HashSet;

use connect_codegen::diagnostic::{Diagnostic, Result, pointer_segment};
use serde_json::Value;

use super::join::{say, when_true};
use super::limits::Limit;
use super::{Member, Schema, SingleUnion, Union};
use crate::model::fact::{Fact, same};
use crate::model::node::{Node, Part};
use crate::model::{Api, address, list, object};

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
        let mut open: Vec<Part<'a>> = node.parts.iter().rev().cloned().collect();
        let mut seen = HashSet::new();

        while let Some(part) = open.pop() {
            if seen.insert(address(part.value)) {
                schema.take(api, &part, single, &mut open)?;
            }
            if seen.len() > PARTS {
                let message = format!("more than {PARTS} schemas hold at once");
                return Err(Diagnostic::at(&**node.at(), message));
            }
        }

        schema.kinds = schema.kinds.or_implied(&schema);
        schema.join_unions();

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

        if let Some(fields) = &part.fields {
            return self.take_form(fields);
        }

        let mut inner: Vec<Part<'a>> = Vec::new();
        let members = object(part.value, &part.at)?;
        for (key, value) in members {
            if part.besides.contains(&key.as_str()) {
                continue;
            }

            let fact = Fact { key, value, at: part.at.clone() };
            let at = fact.pointer();

            match key.as_str() {
                "$ref" => inner.push(api.resolve(value, &part.at)?),
                "allOf" => inner.extend(list_of(value, &at)?),
                "oneOf" | "anyOf" => self.take_union(api, fact, single, &mut inner)?,
                "type" => self.take_type(fact)?,
                "format" => say(&mut self.formats, fact),
                "nullable" | "x-nullable" => self.take_nullable(fact)?,
                "enum" | "x-extensible-enum" => {
                    let values = list(value, &at)?.iter().collect();
                    self.take_values(values, fact);
                }
                "const" => self.take_values(vec![value], fact),
                "default" => say(&mut self.defaults, fact),
                "pattern" => self.take_pattern(fact)?,
                "properties" => {
                    for (name, value) in object(value, &at)? {
                        let at = format!("{at}/{}", pointer_segment(name)).into();
                        self.properties.entry(name).or_default().push(Part::new(value, at));
                    }
                }
                "required" => self.take_required(&fact)?,
                "additionalProperties" => {
                    if !Part::new(value, at.into()).is_anything() {
                        self.additional.push(fact);
                    }
                }
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
                limit if Limit::is_said_by(limit) => {
                    let limit = Limit::of(fact, members);
                    limit.into_iter().for_each(|limit| self.take_limit(limit));
                }
                _ => say(self.rest.entry(key).or_default(), fact),
            }
        }

        open.extend(inner.into_iter().rev());
        Ok(())
    }

    fn take_union(
        &mut self,
        api: &Api<'a>,
        fact: Fact<'a>,
        single: SingleUnion,
        inner: &mut Vec<Part<'a>>,
    ) -> Result<()> {
        let mut members = list_of(fact.value, &fact.pointer())?;
        let count = members.len();
        members.retain(|member| !is_null(member.value));

        if members.len() < count {
            self.nullable.get_or_insert_with(|| fact.clone());
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

        self.unions.push(Union { members: nodes, fact });
        Ok(())
    }
}

/// How many schemas may hold at once.
const PARTS: usize = 1_000;

fn list_of<'a>(value: &'a Value, at: &str) -> Result<Vec<Part<'a>>> {
    let members = list(value, at)?.iter().enumerate();
    Ok(members.map(|(index, member)| Part::new(member, format!("{at}/{index}").into())).collect())
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
