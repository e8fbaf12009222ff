//! The corrections of data, as an OpenAPI Overlay 1.0.0 document: `spec/overlay.yaml`.

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::{Changes, Context, Rule};
use crate::problem::{Problem, Result, unescaped_segment};
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
        let named = |problem: Problem| {
            Problem {
                message: format!("{} (the target is {})", problem.message, action.target),
                place: Some(crate::problem::Place::Pointer(format!("/actions/{index}"))),
                ..problem
            }
            .in_file("spec/overlay.yaml")
        };
        let pointers = matched(document, action);
        if pointers.is_empty() {
            let problem = Problem::new("the action was never applied: its target matches nothing")
                .help("upstream has changed there: correct the target, or remove the action");
            changes.lapse(Rule::Overlay, named(problem))?;
        }
        for pointer in pointers {
            match apply(document, action, &pointer) {
                Ok(()) => changes.note(pointer, action.description.trim()),
                Err(problem) => changes.lapse(Rule::Overlay, named(problem))?,
            }
        }
    }
    Ok(())
}

/// What an action's target matches.
fn matched(document: &Value, action: &Action) -> Vec<String> {
    let located = action.target.query_located(document);
    let mut pointers: Vec<String> =
        located.locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect();
    // Each once and backwards, so that removing one match does not move the next.
    pointers.sort_by_cached_key(|pointer| {
        let segments = pointer.split('/').map(str::to_owned);
        let segments = segments.map(|segment| segment.parse::<usize>().map_err(|_| segment));
        std::cmp::Reverse(segments.collect::<Vec<_>>())
    });
    pointers.dedup();
    pointers
}

fn apply(document: &mut Value, action: &Action, pointer: &str) -> Result<()> {
    let before = document.pointer(pointer).cloned();
    match (&action.update, document.pointer_mut(pointer)) {
        (_, None) => return Err(gone(pointer)),
        (Some(update), Some(target)) => {
            let merged = merge(target, update);
            // What cannot be done in whole is not done in part.
            if let (Err(_), Some(before)) = (&merged, &before) {
                target.clone_from(before);
            }
            merged?;
        }
        (None, Some(_)) => remove(document, pointer)?,
    }
    if document.pointer(pointer) == before.as_ref() {
        return Err(Problem::new("the action changes nothing")
            .help("upstream says the same by now: remove the action"));
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
    let removed = match document.pointer_mut(parent) {
        Some(Value::Object(members)) => members.shift_remove(&unescaped_segment(last)),
        Some(Value::Array(members)) => match last.parse() {
            Ok(index) if index < members.len() => Some(members.remove(index)),
            _ => None,
        },
        _ => None,
    };
    removed.map(|_| ()).ok_or_else(|| gone(pointer))
}

/// A match that an earlier match of the same action has taken with it.
fn gone(pointer: &str) -> Problem {
    Problem::new(format!("the action's own change took {pointer} away"))
        .help("make the target match each place once")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(target: &str, action: &str, mut document: Value) -> Result<Value> {
        let overlay = Overlay::parse(&format!(
            "overlay: 1.0.0\ninfo: {{ title: t, version: v }}\nactions:\n  - target: {target}\n    \
             description: because\n    {action}\n"
        ))?;
        let context = Context { policy: &Default::default(), overlay: &overlay };
        run(&mut document, &context, &mut Changes::default())?;
        Ok(document)
    }

    #[test]
    fn whatever_a_target_matches_is_removed_once_each() {
        for target in ["$.a[1,0]", "$.a[::-1]", "$.a[0,0,1]", "$.a[*]"] {
            let left = applied(target, "remove: true", json!({"a": [1, 2]})).unwrap();
            assert_eq!(left, json!({"a": []}), "{target}");
        }
    }

    #[test]
    fn an_update_merges_objects_appends_to_lists_and_replaces_the_rest() {
        let document = json!({"a": {"b": [1], "c": 1, "d": {"e": 1}}});
        let update = "update: { b: [2], c: 2, d: { f: 2 } }";
        let wanted = json!({"a": {"b": [1, 2], "c": 2, "d": {"e": 1, "f": 2}}});
        assert_eq!(applied("$.a", update, document), Ok(wanted));
    }

    #[test]
    fn a_dead_action_is_an_error_that_names_it() {
        for (target, action) in
            [("$.gone", "remove: true"), ("$.a", "update: { b: 1 }"), ("$.a.b", "update: 1")]
        {
            let problem = applied(target, action, json!({"a": {"b": 1}})).unwrap_err();
            assert!(
                problem.to_string().starts_with("spec/overlay.yaml: /actions/0: "),
                "{problem}"
            );
        }
        assert!(applied("$", "remove: true", json!({})).is_err());
        assert!(applied("$..*", "remove: true", json!({"a": {"b": [1]}})).is_ok());
    }
}
