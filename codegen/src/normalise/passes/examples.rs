//! Example Objects where an example belongs.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Result, pointer_segment};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream puts whole OpenAPI Example Objects (`summary`, `description`, \
     `value`) where the value itself belongs; public clients send the bare value.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::media_types(document, &mut |pointer, media| {
        if let Some(schema) = media.get_mut("schema")
            && let Some(example) =
                schema.as_object_mut().and_then(|schema| schema.shift_remove("example"))
        {
            // Where Swagger 2.0 has no other place for it, this is no fault.
            changes.book(format!("{pointer}/schema/example"), "moved beside the schema");
            media["example"] = example;
        }

        if let Some(example) = media.get_mut("example") {
            unwrap(example, &format!("{pointer}/example"), changes);
        }
        Ok(())
    })
}

fn unwrap(example: &mut Value, pointer: &str, changes: &mut Changes) {
    if let Value::Object(object) = example
        && object.len() > 1
        && object.keys().all(|key| ["summary", "description", "value"].contains(&key.as_str()))
        && let Some(value) = object.get_mut("value")
    {
        changes.note(pointer, "is its `value`");
        *example = value.take();
        return;
    }

    match example {
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
            unwrap(member, &format!("{pointer}/{}", pointer_segment(name)), changes);
        }),
        Value::Array(members) => members
            .iter_mut()
            .enumerate()
            .for_each(|(index, member)| unwrap(member, &format!("{pointer}/{index}"), changes)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_example_object_is_known_by_what_stands_beside_its_value() {
        for (object, wanted) in [
            (json!({ "summary": "", "description": "", "value": 1 }), json!(1)),
            (json!({ "description": "", "value": { "a": 1 } }), json!({ "a": 1 })),
            (json!({ "summary": "", "value": null }), json!(null)),
            (json!({ "value": 1 }), json!({ "value": 1 })),
            (json!({ "type": "", "value": 1 }), json!({ "type": "", "value": 1 })),
        ] {
            let mut example = json!({ "a/b": [object] });
            let mut changes = Changes::default();
            unwrap(&mut example, "", &mut changes);
            assert_eq!(example, json!({ "a/b": [wanted] }));
            assert!(changes.made.iter().all(|change| change.pointer == "/a~1b/0"));
        }
    }
}
