//! Replaces Example Objects by their values where OpenAPI expects the plain value.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Result, pointer_segment};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream writes whole OpenAPI Example Objects (`summary`, `description`, \
     `value`) where OpenAPI expects the plain value. Public clients send the plain value.";

const EXAMPLE_OBJECT_KEYS: [&str; 3] = ["summary", "description", "value"];

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::media_types(document, &mut |pointer, media| {
        if let Some(schema) = media.get_mut("schema")
            && let Some(example) =
                schema.as_object_mut().and_then(|schema| schema.shift_remove("example"))
        {
            // Not a quirk: Swagger 2.0 has no other location for the example of a request body.
            changes.record_rewrite(format!("{pointer}/schema/example"), "moved beside the schema");
            media["example"] = example;
        }

        if let Some(example) = media.get_mut("example") {
            unwrap_example_objects(example, &format!("{pointer}/example"), changes);
        }

        Ok(())
    })
}

/// Replaces each Example Object inside an example by its value.
fn unwrap_example_objects(example: &mut Value, pointer: &str, changes: &mut Changes) {
    if is_example_object(example) {
        changes.record_fix(pointer, "replaced by its `value`");
        *example = example["value"].take();
        return;
    }

    match example {
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
            let pointer = format!("{pointer}/{}", pointer_segment(name));
            unwrap_example_objects(member, &pointer, changes);
        }),
        Value::Array(members) => members.iter_mut().enumerate().for_each(|(index, member)| {
            unwrap_example_objects(member, &format!("{pointer}/{index}"), changes);
        }),
        _ => {}
    }
}

/// Whether a value is an Example Object. An object with only `value` can be ordinary data.
fn is_example_object(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        object.len() > 1
            && object.contains_key("value")
            && object.keys().all(|key| EXAMPLE_OBJECT_KEYS.contains(&key.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn example_object_is_recognised_by_the_keys_beside_value() {
        for (object, expected) in [
            (json!({ "summary": "", "description": "", "value": 1 }), json!(1)),
            (json!({ "description": "", "value": { "a": 1 } }), json!({ "a": 1 })),
            (json!({ "summary": "", "value": null }), json!(null)),
            (json!({ "value": 1 }), json!({ "value": 1 })),
            (json!({ "type": "", "value": 1 }), json!({ "type": "", "value": 1 })),
        ] {
            let mut example = json!({ "a/b": [object] });
            let mut changes = Changes::default();
            unwrap_example_objects(&mut example, "", &mut changes);

            assert_eq!(example, json!({ "a/b": [expected] }));
            let (recorded, _) = changes.take_recorded();
            assert!(recorded.iter().all(|change| change.pointer == "/a~1b/0"));
        }
    }
}
