//! Compares two schemas, and finds the corresponding schemas nested in them.

use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use super::context::Context;
use super::other_keywords::{self, ObjectKind};
use super::schema_diff::SchemaDiff;
use super::unions::NonUnion;
use super::{discriminators, object, types, unions, values};
use crate::change_kind::ChangeKind;
use crate::model::{Keyword, Schema, SchemaNode, SingleUnion, TypeSet};

/// Compares two schemas; `reference_pointers` are the pointers of the first references to them.
pub(super) fn compare<'a>(
    context: &Context<'a>,
    base: &SchemaNode<'a>,
    revision: &SchemaNode<'a>,
    reference_pointers: (Rc<str>, Rc<str>),
) -> Result<SchemaDiff<'a>> {
    let (old, new) = read_schemas(context, base, revision)?;
    let mut diff = new_diff(context, base, revision, reference_pointers);

    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Schema {
        types,
        type_keyword,
        formats,
        nullable,
        values,
        defaults,
        patterns,
        limits,
        properties,
        required,
        additional,
        items,
        not,
        unions,
        discriminators,
        read_only: _,
        write_only: _,
        deprecated: _,
        other_keywords: _,
    } = &old;

    compare_annotations(&mut diff, &old, &new);
    values::compare_not(&mut diff, not, &new.not);
    values::compare_defaults(&mut diff, defaults, &new.defaults);
    types::compare_nullable(&mut diff, nullable.as_ref(), new.nullable.as_ref());

    if !compare_unions(context, &mut diff, (&old, base), (&new, revision))? {
        return Ok(diff);
    }
    let discriminated = (&**discriminators, &**unions);
    discriminators::compare(context, &mut diff, discriminated, (&new.discriminators, &new.unions))?;

    if !types::compare(&mut diff, (*types, type_keyword.as_ref(), formats), &new) {
        return Ok(diff);
    }
    values::compare_enum(&mut diff, values.as_ref(), new.values.as_ref());
    values::compare_patterns(&mut diff, patterns, &new.patterns);
    values::compare_limits(&mut diff, limits, &new.limits);
    object::compare_properties(context, &mut diff, (properties, required), &new)?;

    // Only a plain object without listed properties is a map.
    let is_plain_object = *types == TypeSet::OBJECT && unions.is_empty() && new.unions.is_empty();
    let has_properties = |schema: &Schema| !is_plain_object || !schema.properties.is_empty();
    let has_properties = (has_properties(&old), has_properties(&new));
    object::compare_additional(&mut diff, has_properties, additional, &new.additional);
    object::compare_items(&mut diff, items, &new.items);

    Ok(diff)
}

/// Reads both schemas. A union with one member is replaced by that member, unless the other schema
/// is a union, too.
fn read_schemas<'a>(
    context: &Context<'a>,
    base: &SchemaNode<'a>,
    revision: &SchemaNode<'a>,
) -> Result<(Schema<'a>, Schema<'a>)> {
    let (base_resolver, revision_resolver) = (&context.base.resolver, &context.revision.resolver);
    let mut old = Schema::read(base_resolver, base, SingleUnion::Keep)?;
    let mut new = Schema::read(revision_resolver, revision, SingleUnion::Keep)?;

    if !old.unions.is_empty() && new.unions.is_empty() {
        old = Schema::read(base_resolver, base, SingleUnion::Unwrap)?;
    }
    if !new.unions.is_empty() && old.unions.is_empty() {
        new = Schema::read(revision_resolver, revision, SingleUnion::Unwrap)?;
    }

    Ok((old, new))
}

fn new_diff<'a>(
    context: &Context<'a>,
    base: &SchemaNode<'a>,
    revision: &SchemaNode<'a>,
    reference_pointers: (Rc<str>, Rc<str>),
) -> SchemaDiff<'a> {
    let schema_pointers = (base.pointer().clone(), revision.pointer().clone());
    let has_component = base.component().is_some() || revision.component().is_some();
    let is_same_component = context.common_component(base, revision).is_some();

    SchemaDiff {
        reference_pointers: match has_component && !is_same_component {
            true => reference_pointers,
            false => schema_pointers.clone(),
        },
        schema_pointers,
        changes: Vec::new(),
        nested: Vec::new(),
    }
}

/// Compares the keywords that do not restrict the value: flags, documentation and unknown keywords.
fn compare_annotations<'a>(diff: &mut SchemaDiff<'a>, old: &Schema<'a>, new: &Schema<'a>) {
    compare_flag(
        diff,
        (&old.read_only, &new.read_only),
        (ChangeKind::BecameReadOnly, "is now read-only"),
        (ChangeKind::BecameNotReadOnly, "is no longer read-only"),
    );
    compare_flag(
        diff,
        (&old.write_only, &new.write_only),
        (ChangeKind::RequiredBecameWriteOnly, "is now write-only"),
        (ChangeKind::BecameNotWriteOnly, "is no longer write-only"),
    );
    compare_flag(
        diff,
        (&old.deprecated, &new.deprecated),
        (ChangeKind::SchemaDeprecated, "is now deprecated"),
        (ChangeKind::SchemaReactivated, "is no longer deprecated"),
    );

    let (base, revision) = diff.schema_pointers.clone();
    let old = old.other_keywords.values().flatten();
    let new = new.other_keywords.values().flatten();
    let pointers = (&base, &revision);
    other_keywords::compare(&mut diff.changes, ObjectKind::Schema, pointers, old, new);
}

/// Compares a flag; each outcome has a change kind and a predicate.
fn compare_flag(
    diff: &mut SchemaDiff,
    (old, new): (&Option<Keyword>, &Option<Keyword>),
    set: (ChangeKind, &str),
    cleared: (ChangeKind, &str),
) {
    let (kind, predicate) = match (old, new) {
        (None, Some(_)) => set,
        (Some(_), None) => cleared,
        _ => return,
    };
    diff.add_keyword_change(kind, old.as_ref(), new.as_ref(), predicate);
}

/// Compares the unions of both schemas. Returns whether the rest of the schemas can be compared.
fn compare_unions<'a>(
    context: &Context<'a>,
    diff: &mut SchemaDiff<'a>,
    (old, base): (&Schema<'a>, &SchemaNode<'a>),
    (new, revision): (&Schema<'a>, &SchemaNode<'a>),
) -> Result<bool> {
    // If only one schema is a union, this is the one cause of all further differences. Properties
    // beside a union are an exception, because they apply to all members.
    let have_properties = !old.properties.is_empty() && !new.properties.is_empty();

    match (&*old.unions, &*new.unions) {
        ([union, ..], []) => {
            let other = NonUnion::Revision(new, revision);
            let comparable = unions::compare_with_non_union(context, diff, other, union)?;
            Ok(comparable || have_properties)
        }
        ([], [union, ..]) => {
            let other = NonUnion::Base(old, base);
            let comparable = unions::compare_with_non_union(context, diff, other, union)?;
            Ok(comparable || have_properties)
        }
        (old, new) => {
            unions::compare_all(context, diff, old, new)?;
            Ok(true)
        }
    }
}
