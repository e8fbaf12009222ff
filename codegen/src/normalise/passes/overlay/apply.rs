//! Applies one overlay action to one value: its update, removal or wrapping, completely or not at
//! all.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result, unescaped_segment};
use crate::openapi::overlay::Action;

/// Applies an action to the value at a pointer, which its target matches.
pub fn apply_action(document: &mut Value, action: &Action, pointer: &str) -> Result<()> {
    let current = document.pointer(pointer).cloned().ok_or_else(|| removed_earlier(pointer))?;
    let expected = action.expected.as_ref();

    if expected.is_some_and(|expected| !matches_expected(&current, expected)) {
        return Err(Diagnostic::new("stale action: the value is not the one in its `x-was`")
            .help("the upstream document has changed there: correct or remove the action"));
    }

    let Some(updated) = compute_update(action, &current)? else {
        // The target of a list entry identifies its value, the target of an object's member only its
        // name. So the removal of a member needs the value in `x-was`.
        let parent = pointer.rsplit_once('/').and_then(|(parent, _)| document.pointer(parent));
        if expected.is_none() && !parent.is_some_and(Value::is_array) {
            return Err(not_in_expected(&current));
        }

        return remove(document, pointer);
    };

    if updated == current {
        return Err(Diagnostic::new("stale action: it changes nothing")
            .help("the upstream document has this value now: remove the action"));
    }

    if let Some(target) = document.pointer_mut(pointer) {
        *target = updated;
    }

    Ok(())
}

/// The value after the action, or `None` if the action removes it.
fn compute_update(action: &Action, current: &Value) -> Result<Option<Value>> {
    match &action.update {
        Some(update) => merge(current, update, action.expected.as_ref()).map(Some),
        None if action.wrap && current.is_array() => {
            Err(Diagnostic::new("stale action: the value to wrap is a list already")
                .help("the upstream document has a list now: remove the action"))
        }
        None if action.wrap => Ok(Some(Value::Array(vec![current.clone()]))),
        None => Ok(None),
    }
}

/// Whether a value matches an action's `x-was`.
fn matches_expected(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| match value.get(key) {
                Some(value) => matches_expected(value, expected),
                None => expected.is_null(),
            })
        }
        (value, expected) => value == expected,
    }
}

/// The merge of Overlay 1.0.0: objects member by member, arrays by appending, other values by
/// replacing.
fn merge(target: &Value, update: &Value, expected: Option<&Value>) -> Result<Value> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut merged = target.clone();
            for (key, update) in update {
                let expected = expected.and_then(|expected| expected.get(key));
                let value = match target.get(key) {
                    None => update.clone(),
                    Some(current) => merge_member(current, update, expected)?,
                };

                merged.insert(key.clone(), value);
            }

            Ok(merged.into())
        }
        (Value::Array(target), entry) => {
            Ok(target.iter().chain([entry]).cloned().collect::<Vec<_>>().into())
        }
        _ => Err(Diagnostic::new("the target of an update must be an object or an array")),
    }
}

fn merge_member(current: &Value, update: &Value, expected: Option<&Value>) -> Result<Value> {
    match (current, update) {
        (Value::Array(current), Value::Array(update)) => {
            Ok(current.iter().chain(update).cloned().collect::<Vec<_>>().into())
        }
        (Value::Object(_), Value::Object(_)) => merge(current, update, expected),
        (Value::Object(_) | Value::Array(_), _) => {
            Err(Diagnostic::new("the update has another type than the current value")
                .help("remove the current value in an earlier action"))
        }
        _ if current == update || expected.is_some() => Ok(update.clone()),
        _ => Err(not_in_expected(current)),
    }
}

/// A diagnostic for a value that would be replaced or removed although `x-was` does not state it.
fn not_in_expected(current: &Value) -> Diagnostic {
    let excerpt: String = current.to_string().chars().take(100).collect();
    let message =
        format!("the action would overwrite a value that is not in its `x-was`: {excerpt}");
    Diagnostic::new(message).help("if the upstream value is wrong, state it in `x-was`")
}

fn remove(document: &mut Value, pointer: &str) -> Result<()> {
    let (parent, last) = pointer
        .rsplit_once('/')
        .ok_or_else(|| Diagnostic::new("the whole document cannot be removed"))?;

    let removed = match document.pointer_mut(parent) {
        Some(Value::Object(members)) => members.shift_remove(&unescaped_segment(last)),
        Some(Value::Array(members)) => match last.parse() {
            Ok(index) if index < members.len() => Some(members.remove(index)),
            _ => None,
        },
        _ => None,
    };

    removed.map(|_| ()).ok_or_else(|| removed_earlier(pointer))
}

fn removed_earlier(pointer: &str) -> Diagnostic {
    Diagnostic::new(format!("an earlier match of the same action has removed {pointer}"))
        .help("change the target so that it matches no value inside another match")
}
