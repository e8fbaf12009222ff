//! What several schemas that hold at once come to, in whichever order they stand.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::sync::LazyLock;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::limits::Limit;
use super::{Discriminator, Kinds, Schema, Union};
use crate::model::fact::{Fact, same, sorted};
use crate::model::node::Part;
use crate::model::{flag, list, object, text};

/// The type of files in Swagger 2.0.
const FILE: &str = "file";

static BINARY: LazyLock<Value> = LazyLock::new(|| "binary".into());

/// Patterns that allow everything.
const ANYTHING: [&str; 5] = ["", ".*", "^.*$", "^.*", ".*$"];

impl<'a> Schema<'a> {
    /// A value is of a type that all parts allow; of none, if they allow different ones.
    pub(super) fn take_type(&mut self, fact: Fact<'a>) -> Result<()> {
        // A file of Swagger 2.0 is what OpenAPI 3.0 calls a binary string.
        if fact.value == FILE {
            say(&mut self.formats, Fact { value: &BINARY, ..fact.clone() });
        }

        let (kinds, null) = Kinds::read(&fact)?;
        if null {
            self.nullable.get_or_insert_with(|| fact.clone());
        }

        if kinds == Kinds::default() {
            return Ok(());
        }

        let met = if self.kind.is_some() { self.kinds.met(kinds) } else { kinds };
        if self.kind.is_none() || met != self.kinds {
            (self.kinds, self.kind) = (met, Some(fact));
        }

        Ok(())
    }

    /// The fields of a form are the properties of an object.
    pub(super) fn take_form(&mut self, fields: &[Part<'a>]) -> Result<()> {
        for field in fields {
            let members = object(field.value, &field.at)?;
            let Some(name) = members.get("name").and_then(Value::as_str) else { continue };
            self.properties.entry(name).or_default().push(field.clone());

            if members.get("required") == Some(&Value::Bool(true)) {
                self.required.entry(name).or_insert_with(|| field.at.clone());
            }
        }

        Ok(())
    }

    pub(super) fn take_nullable(&mut self, fact: Fact<'a>) -> Result<()> {
        if flag(fact.value, &fact.pointer())? {
            self.nullable.get_or_insert(fact);
        }
        Ok(())
    }

    /// A value is one that all parts list.
    pub(super) fn take_values(&mut self, mut values: Vec<&'a Value>, fact: Fact<'a>) {
        let count = values.len();
        values.retain(|value| !value.is_null());

        if values.len() < count {
            self.nullable.get_or_insert_with(|| fact.clone());
        }
        match &mut self.values {
            _ if values.is_empty() => {}
            Some((said, _)) => {
                let both: HashSet<String> =
                    values.iter().map(|value| sorted(value).to_string()).collect();
                let before = said.len();
                said.retain(|value| both.contains(&sorted(value).to_string()));

                if said.len() < before && said.len() == both.len() {
                    self.values = Some((values, fact));
                }
            }
            None => self.values = Some((values, fact)),
        }
    }

    pub(super) fn take_pattern(&mut self, fact: Fact<'a>) -> Result<()> {
        if !ANYTHING.contains(&text(fact.value, &fact.pointer())?) {
            say(&mut self.patterns, fact);
        }
        Ok(())
    }

    /// Of two limits of one kind, the one that allows less.
    pub(super) fn take_limit(&mut self, limit: Limit<'a>) {
        use std::cmp::Ordering::{Equal, Greater, Less};

        let of_kind = |said: &Limit| said.kind == limit.kind;
        self.limits.retain(|said| !(of_kind(said) && said.strength(&limit) == Some(Less)));
        let mut said = self.limits.iter().filter(|said| of_kind(said));

        if !said.any(|said| matches!(said.strength(&limit), Some(Equal | Greater))) {
            self.limits.push(limit);
        }
    }

    pub(super) fn take_required(&mut self, fact: &Fact<'a>) -> Result<()> {
        for name in list(fact.value, &fact.pointer())? {
            let name = text(name, &fact.pointer())?;
            self.required.entry(name).or_insert_with(|| fact.at.clone());
        }
        Ok(())
    }

    /// A union that stands twice says nothing more, unless a discriminator is for it.
    pub(super) fn join_unions(&mut self) {
        let is_told =
            |union: &Union| self.discriminators.iter().any(|told| told.fact.at == union.fact.at);
        let (mut kept, untold): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.unions).into_iter().partition(is_told);
        for union in untold {
            let stands = |said: &Union| {
                said.fact.key == union.fact.key && same(said.fact.value, union.fact.value)
            };
            if !kept.iter().any(stands) {
                kept.push(union);
            }
        }

        self.unions = kept;
    }

    pub(super) fn take_discriminator(&mut self, fact: Fact<'a>) -> Result<()> {
        if self.discriminators.iter().any(|said| same(said.fact.value, fact.value)) {
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

        self.discriminators.push(new);
        // Which of several comes first does not matter.
        self.discriminators
            .sort_by_cached_key(|said| (said.property, sorted(said.fact.value).to_string()));

        Ok(())
    }
}

/// Adds what is said, unless it is said already.
pub(super) fn say<'a>(said: &mut Vec<Fact<'a>>, fact: Fact<'a>) {
    if !said.iter().any(|said| said.key == fact.key && same(said.value, fact.value)) {
        said.push(fact);
    }
}

pub(super) fn when_true<'a>(slot: &mut Option<Fact<'a>>, fact: Fact<'a>) -> Result<()> {
    if flag(fact.value, &fact.pointer())? {
        slot.get_or_insert(fact);
    }
    Ok(())
}
