//! Recognises the shapes of the normalised document: envelopes, union members and references.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};

use super::ir::UnionMember;
use super::types::component_of;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::envelope_names::is_envelope;

/// The content of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope {
    /// Errors.
    Errors,
    /// One model.
    One(String),
    /// A list of models.
    List(String),
    /// A list of models with paging information.
    Page(String),
}

/// Recognises a component that is an envelope.
pub fn envelope(name: &str, schema: &Schema) -> Option<Envelope> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else { return None };
    if !is_envelope(name) {
        return None;
    }

    let Some(data) = object.properties.get("data") else {
        return object.properties.contains_key("errors").then_some(Envelope::Errors);
    };
    if let Some(model) = component_of(data) {
        return Some(Envelope::One(model.to_owned()));
    }

    let SchemaKind::Type(Type::Array(array)) = &data.as_item()?.schema_kind else { return None };
    let model = component_of(array.items.as_ref()?)?.to_owned();
    let has_paging = object.properties.contains_key("meta");
    Some(if has_paging { Envelope::Page(model) } else { Envelope::List(model) })
}

/// Reads a member of a union, which is an object `{type, value}`.
pub fn union_member(member: &ReferenceOr<Schema>, pointer: &str) -> Result<UnionMember> {
    let wrapper =
        member.as_item().and_then(|wrapper| Some((wrapper, property_ref(wrapper, "value")?)));
    let (wrapper, model) = wrapper.ok_or_else(|| {
        Diagnostic::at(pointer, "a member of the union is not an object `{type, value}`")
    })?;

    let tag = match &wrapper.schema_kind {
        SchemaKind::Type(Type::Object(object)) => object.properties.get("type"),
        _ => None,
    };

    let tag = tag.and_then(|tag| match &tag.as_item()?.schema_kind {
        SchemaKind::Type(Type::String(string)) => string.enumeration.first()?.clone(),
        _ => None,
    });

    Ok(UnionMember { model: model.to_owned(), tag })
}

/// The component that a property refers to.
pub fn property_ref<'a>(schema: &'a Schema, property: &str) -> Option<&'a str> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => component_of(object.properties.get(property)?),
        _ => None,
    }
}
