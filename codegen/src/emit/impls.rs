//! The macro calls that implement JSON, conversions and a redacted `Debug` for the models.
//!
//! They are in separate files, so that a reader of the types sees each member once.

use proc_macro2::Literal;

use super::names;
use super::secrets::Secrets;
use super::source_text::MacroCall;
use super::types::{Field, Model};
use crate::lower::ir::{Enum, Union};

/// The call that implements the JSON of a model, and its `Debug` if it has secrets.
pub fn model_call(model: &Model, secrets: &Secrets) -> MacroCall {
    let member = |field: &Field| {
        let attribute = if secrets.contains(&field.json_name) { "#[redacted] " } else { "" };
        match field.is_renamed() {
            true => format!("{attribute}{} = {}", field.name, Literal::string(&field.json_name)),
            false => format!("{attribute}{}", field.name),
        }
    };

    let has_secrets = model.fields.iter().any(|field| secrets.contains(&field.json_name));
    MacroCall {
        name: if has_secrets { "secret_model" } else { "model" },
        ty: names::ident(&model.name).to_string(),
        members: model.fields.iter().map(member).collect(),
        groups: Vec::new(),
    }
}

/// The call that implements the conversions and the JSON of an open enum.
pub fn enum_call(open_enum: &Enum) -> MacroCall {
    let variants = names::variants(&open_enum.values).into_iter().zip(&open_enum.values);
    MacroCall {
        name: "open_enum",
        ty: names::ident(&open_enum.name).to_string(),
        members: variants
            .map(|(variant, value)| format!("{variant} = {}", Literal::string(value)))
            .collect(),
        groups: Vec::new(),
    }
}

/// The call that implements the JSON of a union.
pub fn union_call(union: &Union) -> MacroCall {
    let (mut tagged, mut untagged) = (Vec::new(), Vec::new());
    for member in &union.members {
        let variant = names::ident(&member.model);
        match &member.tag {
            Some(tag) => tagged.push(format!("{variant} = {}", Literal::string(tag))),
            None => untagged.push(variant.to_string()),
        }
    }

    MacroCall {
        name: "tagged_union",
        ty: names::ident(&union.name).to_string(),
        members: tagged,
        groups: if untagged.is_empty() { Vec::new() } else { vec![("untagged", untagged)] },
    }
}
