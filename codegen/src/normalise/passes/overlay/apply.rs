//! One action at one place: its update, its removal or its wrapping, all of it or nothing.

use serde_json::Value;

use super::Action;
use crate::diagnostic::{Diagnostic, Result, unescaped_segment};

/// Does what the action says at a place that its target matches.
pub fn apply(document: &mut Value, action: &Action, pointer: &str) -> Result<()> {
    let before = document.pointer(pointer).cloned().ok_or_else(|| gone(pointer))?;
    let was = action.was.as_ref();
    if was.is_some_and(|was| !is_as_it_was(&before, was)) {
        return Err(Diagnostic::new("the action was written against something else (its `x-was`)")
            .help(
                "upstream has changed there: hold the action against it, then correct or remove it",
            ));
    }

    let after = match &action.update {
        Some(update) => merged(&before, update, was)?,
        None if action.wrap && before.is_array() => {
            return Err(Diagnostic::new("there is a list already")
                .help("upstream says the same by now: remove the action"));
        }
        None if action.wrap => Value::Array(vec![before.clone()]),
        None => {
            // The target of a list's entry says which one it is; that of a member only its name.
            let parent = pointer.rsplit_once('/').and_then(|(parent, _)| document.pointer(parent));
            if was.is_none() && !parent.is_some_and(Value::is_array) {
                return Err(unsaid(&before));
            }
            return remove(document, pointer);
        }
    };

    if after == before {
        return Err(Diagnostic::new("the action changes nothing")
            .help("upstream says the same by now: remove the action"));
    }

    if let Some(target) = document.pointer_mut(pointer) {
        *target = after;
    }
    Ok(())
}

/// Whether a value is what an action was written against.
fn is_as_it_was(value: &Value, was: &Value) -> bool {
    match (value, was) {
        (Value::Object(value), Value::Object(was)) => was.iter().all(|(key, was)| {
            value.get(key).map_or(was.is_null(), |value| is_as_it_was(value, was))
        }),
        (value, was) => value == was,
    }
}

/// Overlay 1.0.0's merge: objects member by member, arrays by appending, the rest by replacing.
fn merged(target: &Value, update: &Value, was: Option<&Value>) -> Result<Value> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut merged = target.clone();
            for (key, update) in update {
                let was = was.and_then(|was| was.get(key));
                let value = match target.get(key) {
                    None => update.clone(),
                    Some(current) => member(current, update, was)?,
                };

                merged.insert(key.clone(), value);
            }

            Ok(merged.into())
        }
        (Value::Array(target), entry) => {
            Ok(target.iter().chain([entry]).cloned().collect::<Vec<_>>().into())
        }
        _ => Err(Diagnostic::new("an update needs an object or an array as its target")),
    }
}

fn member(current: &Value, update: &Value, was: Option<&Value>) -> Result<Value> {
    match (current, update) {
        (Value::Array(current), Value::Array(update)) => {
            Ok(current.iter().chain(update).cloned().collect::<Vec<_>>().into())
        }
        (Value::Object(_), Value::Object(_)) => merged(current, update, was),
        (Value::Object(_) | Value::Array(_), _) => {
            Err(Diagnostic::new("the update has another type than what stands there")
                .help("remove what stands there in an action before this one"))
        }
        _ if current == update || was.is_some() => Ok(update.clone()),
        _ => Err(unsaid(current)),
    }
}

/// What is replaced or removed without a word.
fn unsaid(current: &Value) -> Diagnostic {
    let shown: String = current.to_string().chars().take(100).collect();
    Diagnostic::new(format!("the action would overwrite what it does not name: {shown}"))
        .help("upstream has something there: if it is wrong, say in `x-was` what it is")
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

    removed.map(|_| ()).ok_or_else(|| gone(pointer))
}

/// A match that an earlier match of the same action has taken with it.
fn gone(pointer: &str) -> Diagnostic {
    Diagnostic::new(format!("the action's own change took {pointer} away"))
        .help("make the target match each place once")
}
