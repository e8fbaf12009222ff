//! Detection of the Connect API's document in all its forms, and the comparison of these forms.

use connect_drift::change_kind::ChangeKind;
use connect_drift::report::{NoteKind, Report};
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use connect_drift::{Input, drift};
use serde_json::{Value, json};

use super::workspace::Workspace;

fn inputs(base: &str, revision: &str) -> (Input, Input) {
    let input = |name: &str, text: &str| Input { location: name.into(), bytes: text.into() };
    (input("base", base), input("revision", revision))
}

fn compare(workspace: &Workspace, base: &str, revision: &str) -> Report {
    let (base, revision) = inputs(base, revision);
    drift(&base, &revision, &workspace.rules).unwrap_or_else(|diagnostic| panic!("{diagnostic}"))
}

fn assert_empty(report: &Report) {
    assert_eq!((&*report.findings, &*report.notes, report.unreached), (&[][..], &[][..], 0));
    assert!(report.base.is_connect && report.revision.is_connect);
}

#[test]
fn all_forms_of_the_committed_document_are_equivalent() {
    let workspace = Workspace::committed();
    let upstream = format!("{:#}", workspace.upstream);
    let yaml = serde_saphyr::to_string(&workspace.upstream).expect("YAML");

    assert!(yaml.starts_with("swagger:"), "{}", &yaml[..40]);

    for base in [&upstream, &workspace.normalised] {
        for revision in [&upstream, &yaml, &workspace.normalised] {
            let report = compare(&workspace, base, revision);
            assert_empty(&report);
            // The pointers of findings refer to these texts.
            assert_eq!(report.base.text, workspace.normalised);
            assert_eq!(report.revision.text, workspace.normalised);
        }
    }

    let report = compare(&workspace, &upstream, &workspace.normalised);
    let versions = (&*report.base.specification_version, &*report.revision.specification_version);
    assert_eq!(versions, ("Swagger 2.0", "OpenAPI 3.0.3"));
    assert_ne!(report.base.sha256, report.revision.sha256);
}

#[test]
fn finding_in_normalised_document_has_rust_items() {
    let workspace = Workspace::committed();
    let mut document: Value = serde_json::from_str(&workspace.normalised).expect("JSON");
    let schemas = document["components"]["schemas"].as_object_mut().expect("the schemas");
    let properties =
        schemas["ClusterResponse"]["properties"].as_object_mut().expect("the properties");
    properties.shift_remove("note");

    let report = compare(&workspace, &workspace.normalised, &document.to_string());
    let [finding] = &*report.findings else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.rust_items, ["models::ClusterResponse::note"]);
    assert_eq!((finding.wire, finding.source), (WireVerdict::None, SourceVerdict::Major));
}

#[test]
fn detection_does_not_depend_on_title_and_server() {
    let workspace = Workspace::committed();
    let mut renamed = workspace.upstream.clone();
    renamed["info"]["title"] = json!("Factory");
    renamed["host"] = json!("example.com");
    renamed["basePath"] = json!("/");

    let paths = renamed["paths"].as_object_mut().expect("the paths");
    paths.retain(|path, _| !path.starts_with("/clusters?/"));
    assert!(
        compare(&workspace, &workspace.upstream.to_string(), &renamed.to_string()).base.is_connect
    );

    let other = include_str!("../../../../tests/stand-in/tests/fixtures/stand_in.openapi.json");
    let report = compare(&workspace, other, other);
    assert!(!report.base.is_connect && report.notes.is_empty() && report.findings.is_empty());

    let report = compare(&workspace, &workspace.upstream.to_string(), other);
    assert!(!report.base.is_connect && !report.revision.is_connect);

    let [note] = &*report.notes else { panic!("{:?}", report.notes) };
    assert_eq!((note.kind, note.kind.id()), (NoteKind::NotNormalised, "never-applied"));
    assert!(note.message.contains("only the base is a document of the Connect API"), "{note:?}");

    let removed = report
        .findings
        .iter()
        .filter(|finding| finding.kind == ChangeKind::OperationRemoved)
        .count();
    assert!(removed > 25, "only {removed} operations were removed");
}

#[test]
fn unexplained_removal_from_the_crate_is_a_finding() {
    let workspace = Workspace::committed();
    let mut base = workspace.upstream.clone();
    base["definitions"]["SpareResponse"] =
        json!({ "type": "object", "properties": { "when": { "type": "string" } } });

    let report = compare(&workspace, &base.to_string(), &workspace.upstream.to_string());
    let [finding] = &*report.findings else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.kind, ChangeKind::PublicApiChanged);
    assert_eq!((finding.wire, finding.source), (WireVerdict::None, SourceVerdict::Major));
    assert_eq!(finding.rust_items, ["models::SpareResponse"]);
    assert_eq!(finding.pointer.as_deref(), Some("/components/schemas/SpareResponse"));
    assert_eq!(finding.revision_pointer, None);
    assert_eq!(report.unreached, 1);
}

#[test]
fn invalid_document_error_names_the_document() {
    let workspace = Workspace::committed();
    let valid = workspace.upstream.to_string();

    for (invalid, expected) in [
        ("<html>", "revision"),
        (&valid[..valid.len() / 2], "revision"),
        ("{}", "neither a Swagger nor an OpenAPI document"),
    ] {
        let (base, revision) = inputs(&valid, invalid);
        let diagnostic = drift(&base, &revision, &workspace.rules).expect_err("an error");
        assert!(diagnostic.to_string().contains(expected), "{diagnostic}");
        assert_eq!(diagnostic.file.as_deref(), Some("revision"));

        let diagnostic = drift(&revision, &base, &workspace.rules).expect_err("an error");
        assert_eq!(diagnostic.file.as_deref(), Some("revision"));
    }
}

#[test]
fn note_about_missing_policy_entry_contains_the_line_to_add() {
    let workspace = Workspace::committed();
    let mut revision = workspace.upstream.clone();
    let id = json!({ "name": "cluster_id", "in": "path", "required": true, "type": "string" });
    revision["paths"]["/clusters?/{cluster_id}/queue"] = json!({
        "get": { "parameters": [id], "responses": { "204": { "description": "Empty." } } },
    });

    let report = compare(&workspace, &workspace.upstream.to_string(), &revision.to_string());
    let [note] = &*report.notes else { panic!("{:?}", report.notes) };
    assert_eq!(note.kind, NoteKind::Policy);

    let help = note.help.as_deref().expect("a help text");
    let line = help.lines().last().expect("a line");
    assert_eq!(
        line,
        "  - { id: get_clusters_by_cluster_id_queue, \
         route: \"GET /clusters/{cluster_id}/queue\", resource: clusters }"
    );

    // With this line in the policy, `regen` succeeds and the comparison has no note.
    let policy = workspace.policy.replacen("operations:\n", &format!("operations:\n{line}\n"), 1);
    let workspace = workspace.with_policy(&policy);
    assert!(workspace.regen(&revision).is_ok());

    let report = compare(&workspace, &revision.to_string(), &revision.to_string());
    assert_empty(&report);
}
