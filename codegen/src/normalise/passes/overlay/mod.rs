//! Applies `spec/overlay.yaml`: corrections of the upstream document's data.

mod apply;

use std::cmp::Reverse;

use serde_json::Value;
use serde_json_path::NormalizedPath;

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::{Diagnostic, Location, Result};
use crate::normalise::context::Context;
use crate::openapi::overlay::Action;
use crate::workspace;

pub(crate) const REASON: &str = "Data that is wrong or missing upstream is corrected in `spec/overlay.yaml`, \
     each correction with its evidence.";

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    for (index, action) in context.overlay.actions.iter().enumerate() {
        let pointers = find_matches(document, action);
        if pointers.is_empty() {
            let diagnostic = Diagnostic::new("stale action: its target matches nothing").help(
                "the upstream document has changed there: correct the target, or remove the action",
            );
            changes.report_stale_rule(RuleKind::Overlay, in_action(diagnostic, index, action))?;
        }

        for pointer in pointers {
            match apply::apply_action(document, action, &pointer) {
                Ok(()) => changes.record_fix(pointer, action.description.trim()),
                Err(diagnostic) => {
                    let diagnostic = in_action(diagnostic, index, action);
                    changes.report_stale_rule(RuleKind::Overlay, diagnostic)?;
                }
            }
        }
    }

    Ok(())
}

/// Sets the location of a diagnostic to an action of the overlay, and adds its target.
fn in_action(diagnostic: Diagnostic, index: usize, action: &Action) -> Diagnostic {
    let diagnostic = Diagnostic {
        message: format!("{} (target: {})", diagnostic.message, action.target),
        location: Some(Location::Pointer(format!("/actions/{index}"))),
        ..diagnostic
    };

    diagnostic.in_file(workspace::OVERLAY)
}

/// The pointers of the values that an action's target matches, each once. They are in reverse order,
/// so that the removal of one does not change the pointers of the next.
fn find_matches(document: &Value, action: &Action) -> Vec<String> {
    let located = action.target.query_located(document);
    let mut pointers: Vec<String> =
        located.locations().map(NormalizedPath::to_json_pointer).collect();

    pointers.sort_by_cached_key(|pointer| {
        let segments = pointer.split('/').map(Segment::parse);
        Reverse(segments.collect::<Vec<_>>())
    });
    pointers.dedup();

    pointers
}

/// A segment of a pointer, as a sort key. Indices sort as numbers: `10` comes after `9`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Index(usize),
    Key(String),
}

impl Segment {
    fn parse(segment: &str) -> Self {
        segment.parse().map_or_else(|_| Self::Key(segment.to_owned()), Self::Index)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::overlay::Overlay;

    fn apply(target: &str, action: &str, mut document: Value) -> Result<Value> {
        let overlay = Overlay::parse(&format!(
            "overlay: 1.0.0\ninfo: {{ title: t, version: v }}\nactions:\n  - target: {target}\n    \
             description: because\n    {action}\n"
        ))?;
        let context = Context { policy: &Default::default(), overlay: &overlay };
        run(&mut document, &context, &mut Changes::default())?;

        Ok(document)
    }

    #[test]
    fn each_match_of_a_target_is_removed_once() {
        for target in ["$.a[1,0]", "$.a[::-1]", "$.a[0,0,1]", "$.a[*]"] {
            let result = apply(target, "remove: true", json!({"a": [1, 2]})).unwrap();
            assert_eq!(result, json!({"a": []}), "{target}");
        }
    }

    #[test]
    fn update_merges_objects_appends_to_lists_and_replaces_scalars() {
        let document = json!({"a": {"b": [1], "c": 1, "d": {"e": 1}}});
        let update = "update: { b: [2], c: 2, d: { f: 2 } }\n    x-was: { c: 1 }";
        let expected = json!({"a": {"b": [1, 2], "c": 2, "d": {"e": 1, "f": 2}}});
        assert_eq!(apply("$.a", update, document), Ok(expected));
    }

    #[test]
    fn stale_action_is_an_error_with_its_pointer() {
        for (target, action) in
            [("$.absent", "remove: true"), ("$.a", "update: { b: 1 }"), ("$.a.b", "update: 1")]
        {
            let error = apply(target, action, json!({"a": {"b": 1}})).unwrap_err();
            assert!(error.to_string().starts_with("spec/overlay.yaml: /actions/0: "), "{error}");
        }

        assert!(apply("$", "remove: true", json!({})).is_err());
        assert!(apply("$.a[*]", "remove: true", json!({"a": [[1], [2]]})).is_ok());
    }

    #[test]
    fn action_fails_when_current_value_differs_from_x_was() {
        let replace = "update: { b: right }\n    x-was: { b: wrong }";
        assert_eq!(
            apply("$.a", replace, json!({"a": {"b": "wrong"}})),
            Ok(json!({"a": {"b": "right"}}))
        );

        let add = "update: { b: new }\n    x-was: { b: null }";
        assert_eq!(apply("$.a", add, json!({"a": {}})), Ok(json!({"a": {"b": "new"}})));

        let remove = "remove: true\n    x-was: { c: 1 }";
        assert_eq!(
            apply("$.a.b", remove, json!({"a": {"b": {"c": 1, "d": 2}}})),
            Ok(json!({"a": {}}))
        );

        for (target, action, document) in [
            ("$.a", replace, json!({"a": {"b": "other"}})),
            ("$.a", replace, json!({"a": {}})),
            ("$.a", add, json!({"a": {"b": "other"}})),
            ("$.a", "update: { b: new }", json!({"a": {"b": "other"}})),
            ("$.a", "update: { b: { c: 2 } }", json!({"a": {"b": {"c": 1}}})),
            ("$.a.b", remove, json!({"a": {"b": {"c": 2, "d": 2}}})),
            ("$.a.b", "remove: true", json!({"a": {"b": 1}})),
        ] {
            let error = apply(target, action, document).unwrap_err();
            assert!(error.help.is_some_and(|help| help.contains("upstream")), "{action}");
        }
    }

    #[test]
    fn wrap_makes_a_list_of_a_value_that_is_not_a_list() {
        let wrapped = apply("$.a", "x-wrap: true", json!({"a": {"b": 1}}));
        assert_eq!(wrapped, Ok(json!({"a": [{"b": 1}]})));
        assert!(apply("$.a", "x-wrap: true", json!({"a": [{"b": 1}]})).is_err());
    }
}
