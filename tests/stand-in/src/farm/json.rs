//! Helpers for JSON values.

use serde_json::{Map, Value};

/// An object with these members. Unlike `json!`, it does not copy the values.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// The envelope of the API around some data.
pub(crate) fn envelope(data: Value) -> Value {
    object([("data", data)])
}

/// Removes all members that are null, as the service does.
pub(crate) fn without_nulls(mut value: Value) -> Value {
    fn remove_nulls(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, value| !value.is_null());
                members.values_mut().for_each(remove_nulls);
            }
            Value::Array(items) => items.iter_mut().for_each(remove_nulls),
            _ => {}
        }
    }

    remove_nulls(&mut value);
    value
}
