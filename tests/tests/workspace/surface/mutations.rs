//! Changes of the upstream document, one at a time: each changes the surface or is rejected.

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files;
use connect_codegen::normalise::normalise;
use connect_codegen::openapi::document::Upstream;
use connect_codegen::openapi::overlay::Overlay;
use connect_codegen::pipeline;
use connect_codegen::policy::Policy;
use connect_tests::surface::document::Surface;
use serde_json::{Value, json};

use super::layout;

/// The upstream document, and the inputs that normalise it.
struct Source {
    upstream: Upstream,
    overlay: Overlay,
    policy: Policy,
}

impl Source {
    fn read() -> Self {
        let layout = layout();
        let text = |path| files::read(path).expect("a file of the specification");

        Self {
            upstream: pipeline::load_upstream(&layout).expect("the document"),
            overlay: Overlay::parse(&text(&layout.overlay())).expect("the overlay"),
            policy: Policy::parse(&text(&layout.policy())).expect("the policy"),
        }
    }

    fn surface(&self, document: Value) -> Result<Surface> {
        let upstream = Upstream { document, ..self.upstream.clone() };
        let normalised = normalise(&upstream, &self.overlay, &self.policy)?;
        Ok(Surface::new(&serde_json::from_str(&normalised.to_json()).expect("JSON")))
    }
}

/// A change of the member at a JSON pointer.
enum Change {
    Replace(Value),
    Add(&'static str, Value),
    Remove,
    Rename(&'static str),
}
use Change::{Add, Remove, Rename, Replace};

/// Expected result: lines of the surface differ, or an error names this location.
enum Expected {
    Lines,
    Diagnostic(&'static str),
}
use Expected::{Diagnostic, Lines};

const CLUSTER: &str = "/definitions/ClusterResponse";
const CLUSTERS: &str = "/paths/~1clusters?/get";

fn changes() -> Vec<(String, Change, Expected)> {
    let below = |parent: &str, path: &str| format!("{parent}/{path}");
    vec![
        (below(CLUSTER, "properties/host_internal_ip"), Rename("host_external_ip"), Lines),
        (below(CLUSTER, "properties/host_guid"), Rename("host_uuid"), Diagnostic("/required/")),
        (below(CLUSTER, "properties/status"), Rename("state"), Diagnostic("/actions/")),
        (below(CLUSTER, "properties/host_internal_ip"), Remove, Lines),
        (below(CLUSTER, "properties/host_guid"), Remove, Diagnostic("/required/")),
        (below(CLUSTER, "properties"), Add("colour", json!({"type": "string"})), Lines),
        (below(CLUSTER, "required/0"), Remove, Lines),
        (below(CLUSTER, "required"), Replace(json!([])), Diagnostic("/actions/")),
        (below(CLUSTER, "properties/host_guid/type"), Replace(json!("boolean")), Lines),
        (
            below(CLUSTER, "properties/host_guid/type"),
            Replace(json!("file")),
            Diagnostic("host_guid"),
        ),
        (below(CLUSTER, "properties/host_guid/maxLength"), Replace(json!(37)), Lines),
        (below(CLUSTER, "properties/host_guid/minLength"), Remove, Lines),
        (below(CLUSTER, "properties/host_guid/pattern"), Replace(json!("/^a$/")), Lines),
        (below(CLUSTER, "properties/host_guid"), Add("default", json!("x")), Lines),
        (
            below(CLUSTER, "properties/host_guid"),
            Add("readOnly", json!(true)),
            Diagnostic("host_guid"),
        ),
        (below(CLUSTER, "properties/host_name/description"), Replace(json!("Ein Name.")), Lines),
        (below(CLUSTER, "properties/display_status/x-enum-count"), Replace(json!(30)), Lines),
        (
            below(CLUSTER, "properties/display_status/x-enum-count"),
            Replace(json!(3)),
            Diagnostic("display_status/enum"),
        ),
        (
            below(CLUSTER, "properties/host_printer/$ref"),
            Replace(json!("#/definitions/Base")),
            Diagnostic("host_printer"),
        ),
        (
            below(CLUSTER, "description"),
            Replace(json!("Model for the list of clusters sent to the users!")),
            Lines,
        ),
        ("/definitions/ClusterResponse".into(), Rename("ClusterAnswer"), Diagnostic("/actions/")),
        (below(CLUSTERS, "description"), Replace(json!("Lists the clusters.")), Lines),
        (below(CLUSTERS, "operationId"), Replace(json!("listClusters")), Lines),
        (below(CLUSTERS, "parameters/0/type"), Replace(json!("string")), Lines),
        (below(CLUSTERS, "parameters/0/name"), Replace(json!("limits")), Lines),
        (below(CLUSTERS, "parameters/0/required"), Replace(json!(true)), Lines),
        (below(CLUSTERS, "parameters/0/in"), Replace(json!("header")), Diagnostic("/parameters/0")),
        (below(CLUSTERS, "responses/401"), Rename("402"), Lines),
        (below(CLUSTERS, "responses/401"), Remove, Lines),
        (below(CLUSTERS, "responses/200"), Rename("201"), Lines),
        (below(CLUSTERS, "responses/200"), Rename("302"), Diagnostic("/responses/302")),
        (
            below(CLUSTERS, "responses/200/examples/application~1json/data/0/printer_count"),
            Replace(json!(2)),
            Lines,
        ),
        (below(CLUSTERS, "responses/200/description"), Replace(json!("Clusters.")), Lines),
        (CLUSTERS.into(), Rename("head"), Diagnostic("/paths/~1clusters")),
        ("/paths/~1clusters?".into(), Rename("/groups"), Diagnostic("/paths/")),
        ("/paths/~1clusters?".into(), Remove, Diagnostic("/paths/")),
        ("/host".into(), Replace(json!("example.com")), Lines),
        ("/info/version".into(), Replace(json!("v2")), Lines),
    ]
}

#[test]
fn every_change_of_the_document_changes_the_surface_or_is_rejected() {
    let source = Source::read();
    let before = source.surface(source.upstream.document.clone()).expect("the surface");

    for (pointer, change, expected) in changes() {
        let description = format!("{pointer} {}", describe(&change));
        let mut document = source.upstream.document.clone();
        apply(&mut document, &pointer, change);

        match (source.surface(document), expected) {
            (Ok(after), Lines) => {
                let lines = changed_lines(&before, &after);
                assert!((1..=8).contains(&lines), "{description}: {lines} lines differ");
            }
            (Err(problem), Diagnostic(expected)) => {
                let named =
                    problem.location.as_ref().is_some_and(|at| at.to_string().contains(expected));
                assert!(named, "{description}: {problem}");
            }
            (Err(problem), Lines) => panic!("{description}: {problem}"),
            (Ok(_), Diagnostic(_)) => panic!("{description}: no error"),
        }
    }
}

/// Number of lines that differ.
fn changed_lines(before: &Surface, after: &Surface) -> usize {
    let text =
        |surface: &Surface| [&*surface.operations, &*surface.models, &*surface.enums].join("\n");
    let (before, after) = (text(before), text(after));
    let diff = similar::TextDiff::from_lines(&before, &after);
    diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal).count()
}

fn apply(document: &mut Value, pointer: &str, change: Change) {
    let target = document.pointer_mut(pointer).unwrap_or_else(|| panic!("no value at {pointer}"));
    match change {
        Replace(value) => {
            assert_ne!(*target, value, "{pointer} does not change");
            *target = value;
        }
        Add(key, value) => {
            let members = target.as_object_mut().expect("an object");
            assert!(members.insert(key.to_owned(), value).is_none(), "{key} exists already");
        }
        Remove => {
            take(document, pointer);
        }
        Rename(name) => {
            let value = take(document, pointer);
            let parent = pointer.rsplit_once('/').expect("a parent").0;
            document.pointer_mut(parent).expect("the parent")[name] = value;
        }
    }
}

/// Removes and returns the value at a JSON pointer.
fn take(document: &mut Value, pointer: &str) -> Value {
    let (parent, last) = pointer.rsplit_once('/').expect("a parent");
    match document.pointer_mut(parent).expect("the parent") {
        Value::Object(members) => {
            members.shift_remove(&last.replace("~1", "/").replace("~0", "~")).expect("a member")
        }
        Value::Array(items) => items.remove(last.parse().expect("an index")),
        _ => unreachable!("only objects and arrays have members"),
    }
}

fn describe(change: &Change) -> String {
    match change {
        Replace(value) => format!("replaced by {value}"),
        Add(key, value) => format!("with {key}: {value}"),
        Remove => "removed".to_owned(),
        Rename(name) => format!("renamed to {name}"),
    }
}
