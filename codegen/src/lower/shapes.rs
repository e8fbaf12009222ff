//! The shapes that the normalised document gives to envelopes, unions and references.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};

use super::Member;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::envelope::is_envelope;

/// The type of ours that stands for an envelope, if the component is one.
pub fn envelope_type(name: &str, schema: &Schema) -> Option<String> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else { return None };
    if !is_envelope(name) {
        return None;
    }

    let data = match object.properties.get("data") {
        // The envelope of errors: read by our error type, never by progenitor's.
        None => return object.properties.contains_key("errors").then(|| "crate::Error".to_owned()),
        Some(data) => data,
    };

    if let Some(model) = referenced_boxed(data) {
        return Some(format!("crate::json::envelope::Data<crate::models::{model}>"));
    }

    let SchemaKind::Type(Type::Array(array)) = &data.as_item()?.schema_kind else { return None };
    let model = referenced_boxed(array.items.as_ref()?)?;

    Some(if object.properties.contains_key("meta") {
        format!("crate::Page<crate::models::{model}>")
    } else {
        format!("crate::json::envelope::Data<Vec<crate::models::{model}>>")
    })
}

/// A member of a union, in its wrapper.
pub fn union_member(member: &ReferenceOr<Schema>, pointer: &str) -> Result<Member> {
    let wrapper =
        member.as_item().and_then(|wrapper| Some((wrapper, property_ref(wrapper, "value")?)));
    let (wrapper, model) = wrapper
        .ok_or_else(|| Diagnostic::at(pointer, "a member of the union is not `{type, value}`"))?;

    let tag = match &wrapper.schema_kind {
        SchemaKind::Type(Type::Object(object)) => object.properties.get("type"),
        _ => None,
    };

    let tag = tag.and_then(|tag| match &tag.as_item()?.schema_kind {
        SchemaKind::Type(Type::String(string)) => string.enumeration.first()?.clone(),
        _ => None,
    });

    Ok(Member { model: model.to_owned(), tag })
}

/// The component that a property refers to.
pub fn property_ref<'a>(schema: &'a Schema, property: &str) -> Option<&'a str> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            referenced_boxed(object.properties.get(property)?)
        }
        _ => None,
    }
}

/// The component that a schema refers to.
pub fn referenced<T>(schema: &ReferenceOr<T>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => reference.strip_prefix("#/components/schemas/"),
        ReferenceOr::Item(_) => None,
    }
}

fn referenced_boxed(schema: &ReferenceOr<Box<Schema>>) -> Option<&str> {
    referenced(schema)
}
