//! The corrections of data, as an OpenAPI Overlay 1.0.0 document: `spec/overlay.yaml`.

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::{Changes, Context};
use crate::problem::{Problem, Result};
use crate::yaml;

pub(super) const REASON: &str = "What upstream says wrongly or hides is corrected in `spec/overlay.yaml`, \
     each correction with its evidence.";

/// An OpenAPI Overlay 1.0.0 document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: JsonPath,
    /// The standard leaves it optional; here it states the evidence, so it is not.
    description: String,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

impl Overlay {
    /// Reads an overlay document.
    pub fn parse(text: &str) -> Result<Self> {
        let overlay: Self = yaml::parse(text)?;
        if overlay.overlay != "1.0.0" {
            return Err(Problem::at(
                "/overlay",
                format!("version `{}` is not 1.0.0", overlay.overlay),
            ));
        }
        for (index, action) in overlay.actions.iter().enumerate() {
            let pointer = format!("/actions/{index}");
            if action.description.trim().is_empty() {
                return Err(Problem::at(pointer, "the description must state the evidence"));
            }
            if action.remove == action.update.is_some() {
                return Err(Problem::at(pointer, "an action either updates or removes"));
            }
        }
        Ok(overlay)
    }
}

pub(super) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    for (index, action) in context.overlay.actions.iter().enumerate() {
        apply(document, action, changes).map_err(|problem| {
            Problem {
                message: format!("{} (the target is {})", problem.message, action.target),
                place: Some(crate::problem::Place::Pointer(format!("/actions/{index}"))),
                ..problem
            }
            .in_file("spec/overlay.yaml")
        })?;
    }
    Ok(())
}

fn apply(document: &mut Value, action: &Action, changes: &mut Changes) -> Result<()> {
    let located = action.target.query_located(document);
    // Backwards, so that removing one match does not move the next.
    let mut pointers: Vec<String> =
        located.locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect();
    pointers.reverse();
    if pointers.is_empty() {
        return Err(Problem::new("the action was never applied: its target matches nothing")
            .help("upstream has changed there: correct the target, or remove the action"));
    }
    for pointer in pointers {
        let before = document.pointer(&pointer).cloned();
        match &action.update {
            Some(update) => {
                let target = document.pointer_mut(&pointer).expect("the query has just found it");
                merge(target, update)?;
            }
            None => remove(document, &pointer)?,
        }
        if document.pointer(&pointer) == before.as_ref() {
            return Err(Problem::new("the action changes nothing")
                .help("upstream says the same by now: remove the action"));
        }
        changes.note(&pointer, action.description.trim());
    }
    Ok(())
}

/// Overlay 1.0.0's merge: objects member by member, arrays by appending, the rest by replacing.
fn merge(target: &mut Value, update: &Value) -> Result<()> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, value) in update {
                match target.get_mut(key) {
                    Some(current @ (Value::Object(_) | Value::Array(_))) => {
                        merge_member(current, value)?
                    }
                    _ => {
                        target.insert(key.clone(), value.clone());
                    }
                }
            }
            Ok(())
        }
        (Value::Array(target), entry) => {
            target.push(entry.clone());
            Ok(())
        }
        _ => Err(Problem::new("an update needs an object or an array as its target")),
    }
}

fn merge_member(current: &mut Value, update: &Value) -> Result<()> {
    match (current, update) {
        (Value::Array(current), Value::Array(update)) => {
            current.extend(update.iter().cloned());
            Ok(())
        }
        (current @ Value::Object(_), Value::Object(_)) => merge(current, update),
        _ => Err(Problem::new("the update has another type than what stands there")
            .help("remove what stands there in an action before this one")),
    }
}

fn remove(document: &mut Value, pointer: &str) -> Result<()> {
    let (parent, last) = pointer
        .rsplit_once('/')
        .ok_or_else(|| Problem::new("the whole document cannot be removed"))?;
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&last.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(members)) => {
            members.remove(last.parse().expect("the query has just found this index"));
        }
        _ => unreachable!("only objects and arrays have members"),
    }
    Ok(())
}
