//! Enums: each once, by name.

use std::collections::HashSet;

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::normalise::passes::envelopes;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream repeats an enum wherever it is used. Each set of values becomes \
     one component; what is said of the place (description, default, whether it can be null) stays at the place.";

/// What becomes the component's, or is said by it.
const CARRIED: &[&str] = &["type", "enum", "x-enum-count", "pattern"];

/// What stays at the place.
const PLACE: &[&str] = &["description", "default", "nullable"];

/// One enum: its values, and every place that has it.
struct Enum {
    values: Vec<String>,
    count: Option<u64>,
    description: Option<Value>,
    places: Vec<String>,
}

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let enums = collect(document, changes)?;
    let mut unused = context.policy.enum_names();
    let mut named = Map::new();

    for each in &enums {
        let name = match name(each, &mut unused, changes)? {
            Some(name) => name,
            None => from_place(&each.places[0], document, context),
        };
        envelopes::free(&name)?;
        let mut component = json!({ "type": "string", "enum": each.values });

        if let Some(description) = &each.description {
            component["description"] = description.clone();
        }

        if let Some(count) = each.count {
            component["x-enum-count"] = count.into();
        }

        for place in &each.places {
            changes.note(place, format!("is `{name}`"));
            let schema = document
                .pointer_mut(place)
                .ok_or_else(|| Diagnostic::at(place, "this enum stands inside another one"))?;
            refer(schema, &name);
        }

        if named.insert(name.clone(), component).is_some() {
            return Err(clash(&name));
        }
    }

    unused.finish(changes)?;
    let schemas = walk::object_at(document, "/components/schemas")?;
    for (name, component) in named {
        if schemas.insert(name.clone(), component).is_some() {
            return Err(clash(&name));
        }
    }

    Ok(())
}

fn collect(document: &mut Value, changes: &mut Changes) -> Result<Vec<Enum>> {
    let mut enums: Vec<Enum> = Vec::new();
    walk::schemas(document, &mut |pointer, schema| {
        let Some(values) = schema.get("enum") else { return Ok(()) };
        let at = format!("{pointer}/enum");
        if pointer.contains("/oneOf/") {
            // The tag of a union's member belongs to the union.
            return Ok(());
        }

        if walk::text(schema, "type") != Some("string") {
            return Err(Diagnostic::at(at, "only enums of strings are understood"));
        }

        carried(pointer, schema, changes)?;
        let mut values: Vec<String> = serde_json::from_value(values.clone())
            .map_err(|_| Diagnostic::at(&at, "an enum of strings holds strings"))?;
        let mut seen = HashSet::new();

        if let Some(twice) = values.iter().find(|value| !seen.insert(value.as_str())) {
            let problem = Diagnostic::at(&at, format!("`{twice}` stands there twice"))
                .help("if upstream names its values by now, remove them from spec/overlay.yaml");
            changes.stale_rule(Rule::Overlay, problem)?;
            let mut kept = HashSet::new();
            values.retain(|value| kept.insert(value.clone()));
        }

        let count = schema.get("x-enum-count").and_then(Value::as_u64);
        if count.is_some_and(|count| (values.len() as u64) > count) {
            let problem = Diagnostic::at(
                at,
                format!("more values than the {} that upstream counts", count.unwrap_or(0)),
            );

            changes.stale_rule(
                Rule::Overlay,
                problem.help("correct the values in spec/overlay.yaml"),
            )?;
        }

        // A count that is reached says no more than the values themselves.
        let count = count.filter(|count| *count != values.len() as u64);
        let same = |known: &&mut Enum| {
            known.count == count
                && known.values.len() == values.len()
                && values.iter().all(|value| known.values.contains(value))
        };

        match enums.iter_mut().find(same) {
            Some(known) => known.places.push(pointer.to_owned()),
            None => enums.push(Enum {
                description: schema.get("description").cloned(),
                places: vec![pointer.to_owned()],
                values,
                count,
            }),
        }

        Ok(())
    })?;

    Ok(enums)
}

/// Refuses what would be lost, since neither the component nor the place carries it.
fn carried(pointer: &str, schema: &Value, changes: &mut Changes) -> Result<()> {
    let of = schema.as_object().into_iter().flat_map(Map::keys);
    if let Some(key) =
        of.map(String::as_str).find(|key| !CARRIED.contains(key) && !PLACE.contains(key))
    {
        let at = format!("{pointer}/{}", pointer_segment(key));
        return Err(Diagnostic::at(at, format!("`{key}` beside an enum is not understood"))
            .help("teach normalise/enums.rs to carry it to the component or to the place"));
    }

    if schema.get("x-enum-count").is_some_and(|count| !count.is_u64()) {
        let at = format!("{pointer}/x-enum-count");
        return Err(Diagnostic::at(at, "a whole number from 0 belongs here"));
    }

    if schema.get("pattern").is_some() {
        let at = format!("{pointer}/pattern");
        changes.note(at, "gives way to the values, which say more");
    }

    Ok(())
}

/// The name that the policy gives to any of the places.
fn name(
    each: &Enum,
    unused: &mut crate::policy::Unused<String>,
    changes: &mut Changes,
) -> Result<Option<String>> {
    let mut given =
        each.places.iter().filter_map(|place| unused.remove(place).map(|name| (place, name)));
    let chosen = given.next();
    if let (Some((_, one)), Some((place, other))) = (&chosen, given.next()) {
        let said = format!("this enum has two names, `{one}` and `{other}`");
        let problem =
            Diagnostic::at(place, said).help("keep one of them in spec/policy.yaml, under `names`");
        changes.stale_rule(Rule::Policy, problem)?;
    }

    Ok(chosen.map(|(_, name)| name))
}

/// `/components/schemas/Model/properties/status` → `ModelStatus`; of a parameter, the names of
/// the operation and its own.
fn from_place(pointer: &str, document: &Value, context: &Context) -> String {
    if let Some((parameter, _)) = pointer.split_once("/schema")
        && let Some(operation) = context.policy.operation_at(pointer)
        && let Some(Value::String(name)) = document.pointer(&format!("{parameter}/name"))
    {
        return format!("{}_{name}", operation.id).to_upper_camel_case();
    }

    let words: Vec<&str> = pointer
        .split('/')
        .skip_while(|segment| *segment != "schemas")
        .skip(1)
        .filter(|segment| !["properties", "items"].contains(segment))
        .collect();

    words.join("_").to_upper_camel_case()
}

/// Replaces an enum by a reference to its component, and keeps what is said of the place.
fn refer(schema: &mut Value, name: &str) {
    let mut place = Map::new();
    for key in PLACE {
        if let Some(value) = schema.get(*key) {
            place.insert((*key).into(), value.clone());
        }
    }

    *schema = if place.is_empty() {
        walk::component_ref(name)
    } else {
        // OpenAPI 3.0 ignores what stands beside a `$ref`.
        place.insert("allOf".into(), json!([walk::component_ref(name)]));
        Value::Object(place)
    };
}

fn clash(name: &str) -> Diagnostic {
    Diagnostic::at(format!("/components/schemas/{name}"), "an enum would take this name")
        .help("give the enum another name in spec/policy.yaml, under `names`")
}
