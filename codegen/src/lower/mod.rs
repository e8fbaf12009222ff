//! Lowering: from the normalised document to the intermediate representation of the emitter.
//!
//! progenitor generates the types of the models, but not from the normalised document: it
//! closes every enum, makes a type of each pattern, and does not distinguish an absent list from an
//! empty one. It reads a `view` of the components, in which limits and patterns are documentation.
//! The emitter writes envelopes, enums and unions instead of progenitor.

pub mod ir;
mod operation;
mod shapes;
pub mod types;
mod view;

use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, StringType, Type};

use self::ir::{Enum, LoweredDocument, Replacement, Union};
pub use self::operation::is_request_method;
use self::operation::lower_operation;
use self::shapes::{envelope, union_member};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Normalised;
use crate::policy::Policy;

/// The path of the module of the generated models, as progenitor's type graph spells it.
pub const MODELS_PATH: &str = "crate::models::";

/// Lowers the normalised document.
pub fn lower(normalised: &Normalised, policy: &Policy) -> Result<LoweredDocument> {
    let api = &normalised.openapi;
    let mut operations = Vec::new();
    for (path, item) in &api.paths.paths {
        let item =
            item.as_item().ok_or_else(|| Diagnostic::at("/paths", "a path is a reference"))?;
        for (method, operation) in item.iter() {
            operations.push(lower_operation(api, policy, path, method, operation)?);
        }
    }
    operations.sort_by(|one, other| one.id.cmp(&other.id));

    let bodies = operations.iter().filter_map(|operation| operation.body.as_ref());
    let request_models = view::reachable(api, bodies.map(|body| body.model.as_str()));

    let mut lowered = LoweredDocument {
        view: view::for_progenitor(api, &request_models),
        replacements: Vec::new(),
        operations,
        enums: Vec::new(),
        unions: Vec::new(),
        request_models,
        resources: policy.resources.clone(),
        component_resources: Vec::new(),
        paging: policy.paging.clone(),
        secrets: policy.secrets.clone(),
    };
    for (name, schema) in api.components.iter().flat_map(|components| &components.schemas) {
        lower_component(&mut lowered, api, policy, name, schema)?;
    }

    Ok(lowered)
}

/// Lowers one component: an envelope, an enum, a union or a model.
fn lower_component(
    lowered: &mut LoweredDocument,
    api: &OpenAPI,
    policy: &Policy,
    name: &str,
    schema: &ReferenceOr<Schema>,
) -> Result<()> {
    let pointer = format!("/components/schemas/{}", pointer_segment(name));
    let schema = schema.as_item().ok_or_else(|| not_a_model(&pointer))?;
    if !is_type_name(name) {
        let message = format!("`{name}` cannot be the name of a Rust type");
        return Err(Diagnostic::at(pointer, message));
    }

    if envelope(name, schema).is_some() {
        // No model contains an envelope, so the path of the replacement is never printed.
        lowered.replacements.push(Replacement {
            component: name.to_owned(),
            path: format!("crate::envelopes::{name}"),
        });
        return Ok(());
    }

    let replaced = match &schema.schema_kind {
        SchemaKind::Type(Type::String(string)) if !string.enumeration.is_empty() => {
            lowered.enums.push(lower_enum(name, schema, string));
            true
        }
        SchemaKind::OneOf { one_of } => {
            lowered.unions.push(lower_union(api, name, schema, one_of, pointer)?);
            true
        }
        SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => false,
        _ => return Err(not_a_model(&pointer)),
    };

    if replaced {
        lowered
            .replacements
            .push(Replacement { component: name.to_owned(), path: format!("{MODELS_PATH}{name}") });
    }

    let resource = policy.resource_of(name).or(policy.resources.last());
    let resource = resource.ok_or_else(|| Diagnostic::new("the policy names no resource"))?;
    lowered.component_resources.push((name.to_owned(), resource.name.clone()));

    Ok(())
}

fn lower_enum(name: &str, schema: &Schema, string: &StringType) -> Enum {
    let count = schema.schema_data.extensions.get("x-enum-count");
    Enum {
        name: name.to_owned(),
        description: schema.schema_data.description.clone(),
        values: string.enumeration.iter().flatten().cloned().collect(),
        count: count.and_then(|count| count.as_u64()),
    }
}

fn lower_union(
    api: &OpenAPI,
    name: &str,
    schema: &Schema,
    one_of: &[ReferenceOr<Schema>],
    pointer: String,
) -> Result<Union> {
    let mut members = Vec::new();
    for member in one_of {
        let member = union_member(member, &pointer)?;
        if members.iter().any(|other: &ir::UnionMember| other.model == member.model) {
            let message = format!("`{}` is a member of the union twice", member.model);
            return Err(Diagnostic::at(pointer, message));
        }
        members.push(member);
    }

    let models = members.iter().map(|member| member.model.as_str());
    if view::reachable(api, models).iter().any(|model| model == name) {
        return Err(Diagnostic::at(pointer, "a union that contains itself is not supported"));
    }

    let description = schema.schema_data.description.clone();
    Ok(Union { name: name.to_owned(), description, members })
}

fn not_a_model(pointer: &str) -> Diagnostic {
    Diagnostic::at(pointer, "this component cannot be a model")
        .help("only objects with properties, string enums and unions can be models")
}

fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}
