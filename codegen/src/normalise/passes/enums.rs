//! Turns enums into named components, one per set of values.

use std::collections::HashSet;

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value, json};

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::context::Context;
use crate::normalise::envelope_names::reject_envelope_name;
use crate::openapi::walk;
use crate::policy::UnusedEntries;

pub(crate) const REASON: &str = "Upstream repeats an enum at every use. Each set of values becomes one \
     component; the keywords that describe the use (description, default, nullability) stay at the use.";

/// The keywords that describe the values; they move to the component.
const COMPONENT_KEYWORDS: &[&str] = &["type", "enum", "x-enum-count", "pattern"];

/// The keywords that describe the use; they stay at the use.
const USE_KEYWORDS: &[&str] = &["description", "default", "nullable"];

/// A set of values, and every schema that has it.
struct Enum {
    values: Vec<String>,
    /// The number of values according to upstream, if that is not the number of known values.
    count: Option<u64>,
    description: Option<Value>,
    /// The pointers of the schemas.
    pointers: Vec<String>,
}

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    let enums = collect_enums(document, changes)?;
    let mut names = context.policy.enum_names();
    let mut components = Map::new();

    for each in &enums {
        let name = match policy_name(each, &mut names, changes)? {
            Some(name) => name,
            None => derive_name(&each.pointers[0], document, context),
        };
        reject_envelope_name(&name)?;

        replace_uses(document, each, &name, changes)?;
        if components.insert(name.clone(), component(each)).is_some() {
            return Err(name_conflict(&name));
        }
    }

    names.report_stale(changes)?;

    let schemas = walk::object_at(document, "/components/schemas")?;
    for (name, component) in components {
        if schemas.insert(name.clone(), component).is_some() {
            return Err(name_conflict(&name));
        }
    }

    Ok(())
}

/// Collects the enums of the document. Enums with the same values and count are one.
fn collect_enums(document: &mut Value, changes: &mut Changes) -> Result<Vec<Enum>> {
    let mut enums: Vec<Enum> = Vec::new();

    walk::schemas(document, &mut |pointer, schema| {
        // The enum of a tag stays in its union.
        if schema.get("enum").is_none() || pointer.contains("/oneOf/") {
            return Ok(());
        }

        if walk::text(schema, "type") != Some("string") {
            let pointer = format!("{pointer}/enum");
            return Err(Diagnostic::at(pointer, "only enums of strings are supported"));
        }

        check_keywords(pointer, schema, changes)?;
        let values = read_values(pointer, schema, changes)?;
        let count = read_count(pointer, schema, values.len() as u64, changes)?;

        let is_same = |known: &&mut Enum| {
            known.count == count
                && known.values.len() == values.len()
                && values.iter().all(|value| known.values.contains(value))
        };
        match enums.iter_mut().find(is_same) {
            Some(known) => known.pointers.push(pointer.to_owned()),
            None => enums.push(Enum {
                description: schema.get("description").cloned(),
                pointers: vec![pointer.to_owned()],
                values,
                count,
            }),
        }

        Ok(())
    })?;

    Ok(enums)
}

/// Rejects keywords that would be lost, because they belong neither to the component nor to the use.
fn check_keywords(pointer: &str, schema: &Value, changes: &mut Changes) -> Result<()> {
    let mut keywords = schema.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    let unknown = keywords
        .find(|keyword| !COMPONENT_KEYWORDS.contains(keyword) && !USE_KEYWORDS.contains(keyword));

    if let Some(keyword) = unknown {
        let pointer = format!("{pointer}/{}", pointer_segment(keyword));
        let message = format!("the keyword `{keyword}` beside an enum is not supported");
        return Err(Diagnostic::at(pointer, message).help(
            "extend codegen/src/normalise/passes/enums.rs to move it to the component or to keep it",
        ));
    }

    if let Some(count) = schema.get("x-enum-count").filter(|count| !count.is_u64()) {
        let pointer = format!("{pointer}/x-enum-count");
        return Err(walk::unexpected_type(pointer, "a non-negative integer", count));
    }

    if schema.get("pattern").is_some() {
        changes.record_fix(format!("{pointer}/pattern"), "removed: the values are more specific");
    }

    Ok(())
}

/// The values of an enum, each once.
fn read_values(pointer: &str, schema: &Value, changes: &mut Changes) -> Result<Vec<String>> {
    let pointer = format!("{pointer}/enum");
    let mut values: Vec<String> = serde_json::from_value(schema["enum"].clone())
        .map_err(|_| Diagnostic::at(&pointer, "an enum of strings has a value of another type"))?;

    let mut seen = HashSet::new();
    if let Some(duplicate) = values.iter().find(|value| !seen.insert(value.as_str())) {
        let diagnostic = Diagnostic::at(&pointer, format!("duplicate value `{duplicate}`")).help(
            "if the upstream document lists its values now, remove them from spec/overlay.yaml",
        );
        changes.report_stale_rule(RuleKind::Overlay, diagnostic)?;

        let mut unique = HashSet::new();
        values.retain(|value| unique.insert(value.clone()));
    }

    Ok(values)
}

/// The number of values according to upstream, or `None` if it is the number of known values.
fn read_count(
    pointer: &str,
    schema: &Value,
    known: u64,
    changes: &mut Changes,
) -> Result<Option<u64>> {
    let count = schema.get("x-enum-count").and_then(Value::as_u64);

    if let Some(count) = count.filter(|count| known > *count) {
        let message = format!("{known} values, but upstream counts {count}");
        let diagnostic = Diagnostic::at(format!("{pointer}/enum"), message)
            .help("correct the values in spec/overlay.yaml");
        changes.report_stale_rule(RuleKind::Overlay, diagnostic)?;
    }

    Ok(count.filter(|count| *count != known))
}

/// The name that the policy has for any of the uses.
fn policy_name(
    each: &Enum,
    names: &mut UnusedEntries<String>,
    changes: &mut Changes,
) -> Result<Option<String>> {
    let pointers = each.pointers.iter();
    let mut policy_names = pointers.filter_map(|pointer| Some((pointer, names.take(pointer)?)));

    let first = policy_names.next();
    if let (Some((_, name)), Some((pointer, other))) = (&first, policy_names.next()) {
        let message = format!("the policy has two names for this enum, `{name}` and `{other}`");
        let diagnostic = Diagnostic::at(pointer, message)
            .help("remove one of them from spec/policy.yaml, under `names`");
        changes.report_stale_rule(RuleKind::Policy, diagnostic)?;
    }

    Ok(first.map(|(_, name)| name))
}

/// Derives a name from the first use: `/components/schemas/Model/properties/status` becomes
/// `ModelStatus`, and a parameter's name is appended to that of its operation.
fn derive_name(pointer: &str, document: &Value, context: &Context) -> String {
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

fn component(each: &Enum) -> Value {
    let mut component = json!({ "type": "string", "enum": each.values });
    if let Some(description) = &each.description {
        component["description"] = description.clone();
    }

    if let Some(count) = each.count {
        component["x-enum-count"] = count.into();
    }

    component
}

/// Replaces each use of an enum by a reference to its component.
fn replace_uses(
    document: &mut Value,
    each: &Enum,
    name: &str,
    changes: &mut Changes,
) -> Result<()> {
    for pointer in &each.pointers {
        changes.record_fix(pointer, format!("replaced by a reference to `{name}`"));
        let schema = document
            .pointer_mut(pointer)
            .ok_or_else(|| Diagnostic::at(pointer, "an enum inside another enum"))?;
        *schema = reference_with_use_keywords(schema, name);
    }

    Ok(())
}

fn reference_with_use_keywords(schema: &Value, name: &str) -> Value {
    let mut reference = Map::new();
    for keyword in USE_KEYWORDS {
        if let Some(value) = schema.get(*keyword) {
            reference.insert((*keyword).into(), value.clone());
        }
    }

    if reference.is_empty() {
        return walk::component_ref(name);
    }

    // OpenAPI 3.0 ignores keywords beside a `$ref`.
    reference.insert("allOf".into(), json!([walk::component_ref(name)]));
    Value::Object(reference)
}

fn name_conflict(name: &str) -> Diagnostic {
    Diagnostic::at(
        format!("/components/schemas/{name}"),
        format!("an enum has the name `{name}` of another component"),
    )
    .help("give the enum another name in spec/policy.yaml, under `names`")
}
