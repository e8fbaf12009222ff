//! Turns unions into named components. Swagger 2.0 has no unions.

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::context::Context;
use crate::openapi::walk;
use crate::policy::UnusedEntries;

pub(crate) const REASON: &str = "Swagger 2.0 has no unions: upstream writes a placeholder with `x-oneOf`, \
     and in its OpenAPI 3.0 form a `oneOf` of the bare values. On the wire a union is adjacently \
     tagged, `{\"type\": …, \"value\": …}`. Each union becomes a component with that form. The values \
     of the tags are data: the overlay contains those that are attested.";

/// The keywords of a placeholder or of a union: those of its members, and those that are kept. The
/// type and the title of a placeholder only say that Swagger 2.0 has no unions.
const KEYWORDS: [&str; 6] = ["x-oneOf", "oneOf", "type", "title", "description", "nullable"];

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut names = context.policy.union_names();
    let mut unions = Map::new();

    let schemas = walk::object_at(document, "/components/schemas")?;
    for (model, schema) in schemas.iter_mut() {
        let model_pointer = format!("/components/schemas/{model}");
        walk::members(schema, &model_pointer, "properties", &mut |pointer, property| {
            let Some(members) = union_members(property, pointer)? else { return Ok(()) };
            let name = union_name(model, pointer, &mut names);
            let union = tagged_union(&members, property, pointer)?;

            changes.record_fix(pointer, format!("replaced by a reference to the union `{name}`"));
            *property = reference(property, &name);

            match unions.insert(name.clone(), union) {
                None => Ok(()),
                Some(_) => {
                    Err(Diagnostic::at(pointer, format!("two unions have the name `{name}`"))
                        .help("name one of them in spec/policy.yaml, under `names`"))
                }
            }
        })?;
    }

    names.report_stale(changes)?;

    for (name, union) in unions {
        if schemas.insert(name.clone(), union).is_some() {
            return Err(Diagnostic::at(
                format!("/components/schemas/{name}"),
                format!("a union has the name `{name}` of another component"),
            )
            .help("give the union another name in spec/policy.yaml, under `names`"));
        }
    }

    Ok(())
}

/// The name of a union from the policy, or one derived from the names of the model and the property.
fn union_name(model: &str, pointer: &str, names: &mut UnusedEntries<String>) -> String {
    let property = pointer.rsplit('/').next().unwrap_or_default();
    names.take(pointer).unwrap_or_else(|| format!("{model}_{property}").to_upper_camel_case())
}

/// The members of a union or of the placeholder for one. `None` for another schema.
fn union_members(schema: &Value, pointer: &str) -> Result<Option<Vec<Value>>> {
    let mut lists = ["x-oneOf", "oneOf"]
        .iter()
        .filter_map(|keyword| Some((keyword, schema.get(*keyword)?.as_array()?)));

    let Some((keyword, members)) = lists.next() else { return Ok(None) };
    if members.is_empty() || lists.next().is_some() {
        let pointer = format!("{pointer}/{keyword}");
        return Err(Diagnostic::at(pointer, "a union needs exactly one non-empty list of members"));
    }

    let mut keywords = schema.as_object().into_iter().flat_map(Map::keys);
    match keywords.find(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
        None => Ok(Some(members.clone())),
        Some(keyword) => {
            let pointer = format!("{pointer}/{}", pointer_segment(keyword));
            let message = format!("the keyword `{keyword}` beside a union is not supported");
            Err(Diagnostic::at(pointer, message).help(
                "extend codegen/src/normalise/passes/unions.rs to move it to the component or to \
                 keep it",
            ))
        }
    }
}

/// The component for a union with these members.
fn tagged_union(members: &[Value], property: &Value, pointer: &str) -> Result<Value> {
    let members = members.iter().map(|member| tagged_member(member, pointer));
    let mut union = json!({ "oneOf": members.collect::<Result<Vec<_>>>()? });

    if let Some(description) = walk::text(property, "description") {
        union["description"] = description.into();
    }

    Ok(union)
}

/// The wire form of a member: an object with the tag and the value.
fn tagged_member(member: &Value, pointer: &str) -> Result<Value> {
    let name = walk::component_name(member).ok_or_else(|| {
        Diagnostic::at(pointer, "a member of a union must be a reference to a component")
    })?;

    Ok(json!({
        "type": "object",
        "required": ["type", "value"],
        "properties": { "type": { "type": "string" }, "value": walk::component_ref(name) },
    }))
}

/// A reference to the component, with the property's nullability.
fn reference(property: &Value, name: &str) -> Value {
    match property.get("nullable") {
        // OpenAPI 3.0 ignores keywords beside a `$ref`.
        Some(nullable) => json!({ "nullable": nullable, "allOf": [walk::component_ref(name)] }),
        None => walk::component_ref(name),
    }
}
