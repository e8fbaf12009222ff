//! Reads a schema: visits all schema objects that apply at once, keyword by keyword.

use std::collections::HashSet;

use connect_codegen::diagnostic::{Diagnostic, Result, pointer_segment};
use serde_json::{Map, Value};

use super::limits::Limit;
use super::merge::{push_distinct, set_if_true};
use super::{Member, Schema, SingleUnion, TypeSet, Union};
use crate::model::keyword::Keyword;
use crate::model::located::Located;
use crate::model::node::SchemaNode;
use crate::model::resolver::Resolver;
use crate::model::value::{address, expect_list, expect_object};

/// The maximum number of schema objects that apply at once.
const MAX_PARTS: usize = 1_000;

impl<'a> Schema<'a> {
    /// Reads the schema of a node.
    ///
    /// # Errors
    ///
    /// If a value has an unexpected type, or a reference has no target.
    pub fn read(
        resolver: &Resolver<'a>,
        node: &SchemaNode<'a>,
        single: SingleUnion,
    ) -> Result<Self> {
        let mut reader = Reader { resolver, single, schema: Self::default(), pending: Vec::new() };
        reader.pending.extend(node.parts.iter().rev().cloned());
        reader.read_all(node).map_err(|diagnostic| diagnostic.in_file(resolver.location()))?;

        let mut schema = reader.schema;
        schema.types = schema.declared_or_implied_types();
        schema.remove_duplicate_unions();

        Ok(schema)
    }

    /// Returns the declared types, or the types that the other keywords imply.
    fn declared_or_implied_types(&self) -> TypeSet {
        if self.type_keyword.is_some() {
            return self.types;
        }

        let is_object =
            !self.properties.is_empty() || !self.required.is_empty() || !self.additional.is_empty();
        match &self.values {
            _ if is_object => TypeSet::OBJECT,
            _ if !self.items.is_empty() => TypeSet::ARRAY,
            Some((values, _)) => {
                values.iter().fold(TypeSet::NONE, |types, value| types.union(TypeSet::of(value)))
            }
            None => TypeSet::ANY,
        }
    }
}

/// Reads the schema objects that apply at once into one schema.
struct Reader<'r, 'a> {
    resolver: &'r Resolver<'a>,
    single: SingleUnion,
    schema: Schema<'a>,
    /// The schema objects that are still to be read, the next one last.
    pending: Vec<Located<'a>>,
}

impl<'a> Reader<'_, 'a> {
    fn read_all(&mut self, node: &SchemaNode<'a>) -> Result<()> {
        let mut visited = HashSet::new();
        while let Some(part) = self.pending.pop() {
            if visited.insert(address(part.value)) {
                self.read_part(&part)?;
            }

            if visited.len() > MAX_PARTS {
                let message = format!("more than {MAX_PARTS} schemas apply at once");
                return Err(Diagnostic::at(&**node.pointer(), message));
            }
        }

        Ok(())
    }

    fn read_part(&mut self, part: &Located<'a>) -> Result<()> {
        if part.value == &Value::Bool(true) {
            return Ok(());
        }
        if let Some(fields) = &part.form_fields {
            return self.schema.add_form_fields(fields);
        }

        let members = expect_object(part.value, &part.pointer)?;
        let mut nested: Vec<Located<'a>> = Vec::new();
        for (key, value) in members {
            if !part.ignored_keys.contains(&key.as_str()) {
                let keyword = Keyword { key, value, object: part.pointer.clone() };
                self.read_keyword(keyword, members, &mut nested)?;
            }
        }

        self.pending.extend(nested.into_iter().rev());
        Ok(())
    }

    /// Reads one keyword. Schemas that apply in addition are appended to `nested`.
    fn read_keyword(
        &mut self,
        keyword: Keyword<'a>,
        members: &Map<String, Value>,
        nested: &mut Vec<Located<'a>>,
    ) -> Result<()> {
        let schema = &mut self.schema;
        let (key, value, pointer) = (keyword.key, keyword.value, keyword.pointer());

        match key {
            "$ref" => nested.push(self.resolver.resolve_reference(value, &keyword.object)?),
            "allOf" => nested.extend(located_items(value, &pointer)?),
            "oneOf" | "anyOf" => self.read_union(keyword, nested)?,
            "type" => schema.add_type(keyword)?,
            "format" => push_distinct(&mut schema.formats, keyword),
            "nullable" | "x-nullable" => set_if_true(&mut schema.nullable, keyword)?,
            "enum" | "x-extensible-enum" => {
                let values = expect_list(value, &pointer)?.iter().collect();
                schema.add_values(values, keyword);
            }
            "const" => schema.add_values(vec![value], keyword),
            "default" => push_distinct(&mut schema.defaults, keyword),
            "pattern" => schema.add_pattern(keyword)?,
            "properties" => {
                for (name, value) in expect_object(value, &pointer)? {
                    let property =
                        Located::new(value, format!("{pointer}/{}", pointer_segment(name)));
                    schema.properties.entry(name).or_default().push(property);
                }
            }
            "required" => schema.add_required(&keyword)?,
            "additionalProperties" => {
                if !Located::new(value, pointer).allows_anything() {
                    schema.additional.push(keyword);
                }
            }
            "items" => schema.items.push(Located::new(value, pointer)),
            "not" => schema.add_not(SchemaNode::new(self.resolver, Located::new(value, pointer))?),
            "discriminator" => schema.add_discriminator(keyword)?,
            "readOnly" => set_if_true(&mut schema.read_only, keyword)?,
            "writeOnly" => set_if_true(&mut schema.write_only, keyword)?,
            "deprecated" => set_if_true(&mut schema.deprecated, keyword)?,
            _ if Limit::is_limit_keyword(key) => {
                if let Some(limit) = Limit::read(keyword, members) {
                    schema.add_limit(limit);
                }
            }
            _ => push_distinct(schema.other_keywords.entry(key).or_default(), keyword),
        }

        Ok(())
    }

    fn read_union(&mut self, keyword: Keyword<'a>, nested: &mut Vec<Located<'a>>) -> Result<()> {
        let mut entries = located_items(keyword.value, &keyword.pointer())?;
        let count = entries.len();
        entries.retain(|entry| !allows_only_null(entry.value));
        if entries.len() < count {
            self.schema.nullable.get_or_insert_with(|| keyword.clone());
        }

        // A repeated member has no effect.
        let mut members: Vec<Member<'a>> = Vec::with_capacity(entries.len());
        let mut keys = HashSet::new();
        for entry in entries {
            let pointer = entry.pointer.clone();
            let node = SchemaNode::new(self.resolver, entry)?;
            if keys.insert(node.key()) {
                members.push(Member { pointer, node });
            }
        }

        if members.len() == 1 && self.single == SingleUnion::Unwrap {
            nested.extend(members.into_iter().flat_map(|member| member.node.parts));
            return Ok(());
        }

        self.schema.unions.push(Union { members, keyword });
        Ok(())
    }
}

fn located_items<'a>(value: &'a Value, pointer: &str) -> Result<Vec<Located<'a>>> {
    let items = expect_list(value, pointer)?.iter().enumerate();
    Ok(items.map(|(index, item)| Located::new(item, format!("{pointer}/{index}"))).collect())
}

/// Whether a union member only adds `null` to the allowed values.
fn allows_only_null(member: &Value) -> bool {
    let Some(members) = member.as_object() else { return false };
    let is_null_type = |value: &Value| {
        value == "null" || value.as_array().is_some_and(|types| types[..] == ["null"])
    };
    let is_null_enum =
        |value: &Value| value.as_array().is_some_and(|values| values[..] == [Value::Null]);
    let is_only_nullable =
        || members.len() == 1 && members.get("nullable") == Some(&Value::Bool(true));

    members.get("type").is_some_and(is_null_type)
        || members.get("enum").is_some_and(is_null_enum)
        || members.get("const").is_some_and(Value::is_null)
        || is_only_nullable()
}
