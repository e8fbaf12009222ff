//! Merges the keywords of several schemas that apply at once. The result does not depend on their
//! order.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::sync::LazyLock;

use connect_codegen::diagnostic::{Result, pointer_segment};
use serde_json::Value;

use super::limits::Limit;
use super::{Discriminator, Schema, TypeSet, Union};
use crate::model::keyword::Keyword;
use crate::model::located::Located;
use crate::model::node::SchemaNode;
use crate::model::value::{
    canonical, expect_bool, expect_list, expect_object, expect_string, is_equivalent,
};

/// The type of files in Swagger 2.0.
const FILE_TYPE: &str = "file";

static BINARY_FORMAT: LazyLock<Value> = LazyLock::new(|| "binary".into());

/// Patterns that allow any string.
const TRIVIAL_PATTERNS: [&str; 5] = ["", ".*", "^.*$", "^.*", ".*$"];

impl<'a> Schema<'a> {
    /// Restricts the types to those that all schemas allow.
    pub(super) fn add_type(&mut self, keyword: Keyword<'a>) -> Result<()> {
        // The type `file` of Swagger 2.0 is a binary string in OpenAPI 3.0.
        if keyword.value == FILE_TYPE {
            let format = Keyword { value: &BINARY_FORMAT, ..keyword.clone() };
            push_distinct(&mut self.formats, format);
        }

        let (types, is_nullable) = TypeSet::read(&keyword)?;
        if is_nullable {
            self.nullable.get_or_insert_with(|| keyword.clone());
        }
        if types == TypeSet::NONE {
            return Ok(());
        }

        let is_first = self.type_keyword.is_none();
        let types = if is_first { types } else { self.types.intersection(types) };
        if is_first || types != self.types {
            self.types = types;
            self.type_keyword = Some(keyword);
        }

        Ok(())
    }

    /// Adds the fields of a form as properties of an object.
    pub(super) fn add_form_fields(&mut self, fields: &[Located<'a>]) -> Result<()> {
        for field in fields {
            let members = expect_object(field.value, &field.pointer)?;
            let Some(name) = members.get("name").and_then(Value::as_str) else { continue };

            self.properties.entry(name).or_default().push(field.clone());
            if members.get("required") == Some(&Value::Bool(true)) {
                self.required.entry(name).or_insert_with(|| field.pointer.clone());
            }
        }

        Ok(())
    }

    /// Restricts the values to those that all schemas list.
    pub(super) fn add_values(&mut self, mut values: Vec<&'a Value>, keyword: Keyword<'a>) {
        let count = values.len();
        values.retain(|value| !value.is_null());
        if values.len() < count {
            self.nullable.get_or_insert_with(|| keyword.clone());
        }
        if values.is_empty() {
            return;
        }

        let Some((existing, _)) = &mut self.values else {
            self.values = Some((values, keyword));
            return;
        };
        let text = |value: &Value| canonical(value).to_string();
        let added: HashSet<String> = values.iter().map(|value| text(value)).collect();
        let existing_count = existing.len();
        existing.retain(|value| added.contains(&text(value)));

        // If the new list is a subset of the existing one, it is the one to refer to.
        if existing.len() < existing_count && existing.len() == added.len() {
            self.values = Some((values, keyword));
        }
    }

    pub(super) fn add_pattern(&mut self, keyword: Keyword<'a>) -> Result<()> {
        if !TRIVIAL_PATTERNS.contains(&expect_string(keyword.value, &keyword.pointer())?) {
            push_distinct(&mut self.patterns, keyword);
        }
        Ok(())
    }

    /// Adds a limit and keeps only the strictest ones of each kind.
    pub(super) fn add_limit(&mut self, limit: Limit<'a>) {
        use std::cmp::Ordering::{Equal, Greater, Less};

        let compare = |existing: &Limit| match existing.kind == limit.kind {
            true => existing.compare_strictness(&limit),
            false => None,
        };
        self.limits.retain(|existing| compare(existing) != Some(Less));

        let is_redundant = |existing: &Limit| matches!(compare(existing), Some(Equal | Greater));
        if !self.limits.iter().any(is_redundant) {
            self.limits.push(limit);
        }
    }

    pub(super) fn add_required(&mut self, keyword: &Keyword<'a>) -> Result<()> {
        let pointer = keyword.pointer();
        for name in expect_list(keyword.value, &pointer)? {
            let name = expect_string(name, &pointer)?;
            self.required.entry(name).or_insert_with(|| keyword.object.clone());
        }

        Ok(())
    }

    pub(super) fn add_not(&mut self, node: SchemaNode<'a>) {
        let is_equal =
            |other: &SchemaNode| is_equivalent(other.parts[0].value, node.parts[0].value);
        if !self.not.iter().any(is_equal) {
            self.not.push(node);
        }
    }

    /// Removes repeated unions, except those that a discriminator refers to.
    pub(super) fn remove_duplicate_unions(&mut self) {
        let has_discriminator = |union: &Union| {
            self.discriminators.iter().any(|it| it.keyword.object == union.keyword.object)
        };
        let (mut kept, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.unions).into_iter().partition(has_discriminator);

        for union in others {
            let is_equal = |other: &Union| has_same_content(&other.keyword, &union.keyword);
            if !kept.iter().any(is_equal) {
                kept.push(union);
            }
        }

        self.unions = kept;
    }

    pub(super) fn add_discriminator(&mut self, keyword: Keyword<'a>) -> Result<()> {
        let is_equal = |other: &Discriminator| is_equivalent(other.keyword.value, keyword.value);
        if self.discriminators.iter().any(is_equal) {
            return Ok(());
        }

        self.discriminators.push(read_discriminator(keyword)?);
        // The order of the schemas must not matter.
        self.discriminators.sort_by_cached_key(|discriminator| {
            (discriminator.property, canonical(discriminator.keyword.value).to_string())
        });

        Ok(())
    }
}

fn read_discriminator(keyword: Keyword<'_>) -> Result<Discriminator<'_>> {
    let mut discriminator = Discriminator {
        property: "",
        mapping: BTreeMap::new(),
        other_keywords: Vec::new(),
        keyword: keyword.clone(),
    };

    // Swagger 2.0 has only the name of the property.
    if let Value::String(property) = keyword.value {
        discriminator.property = property;
        return Ok(discriminator);
    }

    let object: Rc<str> = keyword.pointer().into();
    for (key, value) in expect_object(keyword.value, &object)? {
        let pointer = format!("{object}/{}", pointer_segment(key));
        match key.as_str() {
            "propertyName" => discriminator.property = expect_string(value, &pointer)?,
            "mapping" => {
                let mapping = expect_object(value, &pointer)?.iter();
                discriminator.mapping =
                    mapping.map(|(value, target)| (value.as_str(), target)).collect();
            }
            _ => {
                let keyword = Keyword { key, value, object: object.clone() };
                discriminator.other_keywords.push(keyword);
            }
        }
    }

    Ok(discriminator)
}

fn has_same_content(one: &Keyword, other: &Keyword) -> bool {
    one.key == other.key && is_equivalent(one.value, other.value)
}

/// Adds a keyword, unless an equal one is present.
pub(super) fn push_distinct<'a>(keywords: &mut Vec<Keyword<'a>>, keyword: Keyword<'a>) {
    if !keywords.iter().any(|existing| has_same_content(existing, &keyword)) {
        keywords.push(keyword);
    }
}

/// Keeps the first keyword whose value is `true`.
pub(super) fn set_if_true<'a>(slot: &mut Option<Keyword<'a>>, keyword: Keyword<'a>) -> Result<()> {
    if expect_bool(keyword.value, &keyword.pointer())? {
        slot.get_or_insert(keyword);
    }
    Ok(())
}
