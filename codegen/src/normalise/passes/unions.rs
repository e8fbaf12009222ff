//! Unions, which Swagger 2.0 cannot say.

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Swagger 2.0 has no unions: upstream leaves a placeholder with `x-oneOf`, \
     and its OpenAPI 3.0 form a `oneOf` of the bare values. On the wire a union is adjacently \
     tagged, `{\"type\": …, \"value\": …}`. Each union becomes a component that says so. Tags are \
     data: the overlay states those that are attested, and no other is invented.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let mut names = context.policy.union_names();
    let schemas = walk::object_at(document, "/components/schemas")?;
    let mut named = Map::new();

    for (model, schema) in schemas.iter_mut() {
        walk::each(
            schema,
            &format!("/components/schemas/{model}"),
            "properties",
            &mut |at, property| {
                let Some(members) = members(property, at)? else { return Ok(()) };
                let label = at.rsplit('/').next().unwrap_or_default();
                let name = names
                    .remove(at)
                    .unwrap_or_else(|| format!("{model}_{label}").to_upper_camel_case());
                let wrapped =
                    members.iter().map(|member| wrapper(member, at)).collect::<Result<Vec<_>>>()?;
                let mut union = json!({ "oneOf": wrapped });

                if let Some(description) = walk::text(property, "description") {
                    union["description"] = description.into();
                }

                changes.note(at, format!("is the union `{name}`"));
                *property = match property.get("nullable") {
                    // OpenAPI 3.0 ignores what stands beside a `$ref`.
                    Some(it) => json!({ "nullable": it, "allOf": [walk::component_ref(&name)] }),
                    None => walk::component_ref(&name),
                };

                match named.insert(name.clone(), union) {
                    None => Ok(()),
                    Some(_) => Err(Diagnostic::at(at, format!("another union is a `{name}`"))
                        .help("name one of them in spec/policy.yaml, under `names`")),
                }
            },
        )?;
    }

    names.finish(changes)?;

    for (name, union) in named {
        if schemas.insert(name.clone(), union).is_some() {
            return Err(Diagnostic::at(
                format!("/components/schemas/{name}"),
                "a union would take this name",
            )
            .help("give the union another name in spec/policy.yaml, under `names`"));
        }
    }

    Ok(())
}

/// What a placeholder can hold: its members, under one keyword or the other, and what is carried.
/// Its type and title only say that there is no word for a union.
const CARRIED: [&str; 6] = ["x-oneOf", "oneOf", "type", "title", "description", "nullable"];

/// The members of the placeholder for a union, or of a real one.
fn members(schema: &Value, pointer: &str) -> Result<Option<Vec<Value>>> {
    let mut found = ["x-oneOf", "oneOf"]
        .iter()
        .filter_map(|keyword| Some((keyword, schema.get(*keyword)?.as_array()?)));
    let Some((keyword, members)) = found.next() else { return Ok(None) };
    if members.is_empty() || found.next().is_some() {
        let at = format!("{pointer}/{keyword}");
        return Err(Diagnostic::at(at, "a union has members, in one list"));
    }

    let mut keys = schema.as_object().into_iter().flat_map(Map::keys);
    match keys.find(|key| !CARRIED.contains(&key.as_str())) {
        None => Ok(Some(members.clone())),
        Some(key) => {
            let at = format!("{pointer}/{}", pointer_segment(key));
            Err(Diagnostic::at(at, format!("`{key}` beside a union is not understood"))
                .help("teach normalise/unions.rs to carry it to the component or to the place"))
        }
    }
}

/// What stands on the wire for one member of a union.
fn wrapper(member: &Value, pointer: &str) -> Result<Value> {
    let name = walk::component_name(member).ok_or_else(|| {
        Diagnostic::at(pointer, "a member of a union must be a reference to a component")
    })?;
    Ok(json!({
        "type": "object",
        "required": ["type", "value"],
        "properties": { "type": { "type": "string" }, "value": walk::component_ref(name) },
    }))
}
