//! The corrections of data, as an OpenAPI Overlay 1.0.0 document: `spec/overlay.yaml`.
//!
//! Two words of ours, which the standard has room for. `x-was` is what an action was written
//! against: of an object the members named, with `null` for one that is not there. Whatever is
//! replaced or removed must be named so, so that no change upstream is overwritten. `x-wrap` makes
//! a list of what stands there.

mod apply;

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result};
use crate::io::yaml;
use crate::normalise::Context;

pub(crate) const REASON: &str = "What upstream says wrongly or hides is corrected in `spec/overlay.yaml`, \
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
    /// Makes what stands there the one entry of a list.
    #[serde(default, rename = "x-wrap")]
    wrap: bool,
    /// What the action was written against.
    #[serde(default, rename = "x-was")]
    was: Option<Value>,
}

impl Overlay {
    /// Reads an overlay document.
    pub fn parse(text: &str) -> Result<Self> {
        let overlay: Self = yaml::parse(text)?;
        if overlay.overlay != "1.0.0" {
            return Err(Diagnostic::at(
                "/overlay",
                format!("version `{}` is not 1.0.0", overlay.overlay),
            ));
        }

        for (index, action) in overlay.actions.iter().enumerate() {
            let pointer = format!("/actions/{index}");
            if action.description.trim().is_empty() {
                return Err(Diagnostic::at(pointer, "the description must state the evidence"));
            }

            let does = [action.update.is_some(), action.remove, action.wrap];
            if does.iter().filter(|does| **does).count() != 1 {
                return Err(Diagnostic::at(pointer, "an action either updates, removes or wraps"));
            }
        }

        Ok(overlay)
    }
}

pub(crate) fn run(document: &mut Value, context: &Context, changes: &mut Changes) -> Result<()> {
    for (index, action) in context.overlay.actions.iter().enumerate() {
        let named = |problem: Diagnostic| {
            Diagnostic {
                message: format!("{} (the target is {})", problem.message, action.target),
                place: Some(crate::diagnostic::Place::Pointer(format!("/actions/{index}"))),
                ..problem
            }
            .in_file("spec/overlay.yaml")
        };
        let pointers = matched(document, action);
        if pointers.is_empty() {
            let problem =
                Diagnostic::new("the action was never applied: its target matches nothing")
                    .help("upstream has changed there: correct the target, or remove the action");
            changes.stale_rule(Rule::Overlay, named(problem))?;
        }

        for pointer in pointers {
            match apply::apply(document, action, &pointer) {
                Ok(()) => changes.note(pointer, action.description.trim()),
                Err(problem) => changes.stale_rule(Rule::Overlay, named(problem))?,
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
        let update = "update: { b: [2], c: 2, d: { f: 2 } }\n    x-was: { c: 1 }";
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
        assert!(applied("$.a[*]", "remove: true", json!({"a": [[1], [2]]})).is_ok());
    }

    #[test]
    fn what_upstream_says_now_is_not_overwritten_by_what_was_written_against_other_words() {
        let was = "update: { b: mended }\n    x-was: { b: wrong }";
        assert_eq!(
            applied("$.a", was, json!({"a": {"b": "wrong"}})),
            Ok(json!({"a": {"b": "mended"}}))
        );

        let added = "update: { b: said }\n    x-was: { b: null }";
        assert_eq!(applied("$.a", added, json!({"a": {}})), Ok(json!({"a": {"b": "said"}})));

        let gone = "remove: true\n    x-was: { c: 1 }";
        assert_eq!(
            applied("$.a.b", gone, json!({"a": {"b": {"c": 1, "d": 2}}})),
            Ok(json!({"a": {}}))
        );

        for (target, action, document) in [
            ("$.a", was, json!({"a": {"b": "other"}})),
            ("$.a", was, json!({"a": {}})),
            ("$.a", added, json!({"a": {"b": "other"}})),
            ("$.a", "update: { b: said }", json!({"a": {"b": "other"}})),
            ("$.a", "update: { b: { c: 2 } }", json!({"a": {"b": {"c": 1}}})),
            ("$.a.b", gone, json!({"a": {"b": {"c": 2, "d": 2}}})),
            ("$.a.b", "remove: true", json!({"a": {"b": 1}})),
        ] {
            let problem = applied(target, action, document).unwrap_err();
            assert!(problem.help.is_some_and(|help| help.starts_with("upstream")), "{action}");
        }
    }

    #[test]
    fn what_is_no_list_can_be_wrapped_in_one() {
        let wrapped = applied("$.a", "x-wrap: true", json!({"a": {"b": 1}}));
        assert_eq!(wrapped, Ok(json!({"a": [{"b": 1}]})));
        assert!(applied("$.a", "x-wrap: true", json!({"a": [{"b": 1}]})).is_err());
    }
}
