//! Which documents are the Connect API's, in whatever form they come, and what they are compared
//! as.

use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::{Source, Wire};
use connect_drift::report::{NoteKind, Report};
use connect_drift::{Input, drift};
use serde_json::{Value, json};

use crate::workspace::Workspace;

fn inputs(base: &str, revision: &str) -> (Input, Input) {
    let input = |name: &str, text: &str| Input { location: name.into(), bytes: text.into() };
    (input("base", base), input("revision", revision))
}

fn compared(workspace: &Workspace, base: &str, revision: &str) -> Report {
    let (base, revision) = inputs(base, revision);
    drift(&base, &revision, &workspace.rules).unwrap_or_else(|problem| panic!("{problem}"))
}

fn says_nothing(report: &Report) {
    assert_eq!((&*report.findings, &*report.notes, report.unreached), (&[][..], &[][..], 0));
    assert!(report.base.is_connect && report.revision.is_connect);
}

#[test]
fn the_committed_document_does_not_differ_from_itself_in_any_form() {
    let workspace = Workspace::committed();
    let upstream = format!("{:#}", workspace.upstream);
    let yaml = serde_saphyr::to_string(&workspace.upstream).expect("YAML");

    assert!(yaml.starts_with("swagger:"), "{}", &yaml[..40]);

    for base in [&upstream, &workspace.normalised] {
        for revision in [&upstream, &yaml, &workspace.normalised] {
            let report = compared(&workspace, base, revision);
            says_nothing(&report);
            // The pointers of findings are looked up in the texts.
            assert_eq!(report.base.text, workspace.normalised);
            assert_eq!(report.revision.text, workspace.normalised);
        }
    }

    let report = compared(&workspace, &upstream, &workspace.normalised);
    let languages = (&*report.base.language, &*report.revision.language);
    assert_eq!(languages, ("Swagger 2.0", "OpenAPI 3.0.3"));
    assert_ne!(report.base.sha256, report.revision.sha256);
}

#[test]
fn a_normalised_document_has_its_items_too() {
    let workspace = Workspace::committed();
    let mut document: Value = serde_json::from_str(&workspace.normalised).expect("JSON");
    let schemas = document["components"]["schemas"].as_object_mut().expect("the schemas");
    let properties = schemas["ClusterResponse"]["properties"].as_object_mut().expect("them");
    properties.shift_remove("note");

    let report = compared(&workspace, &workspace.normalised, &document.to_string());
    let [finding] = &*report.findings else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.rust_items, ["models::ClusterResponse::note"]);
    assert_eq!((finding.wire, finding.source), (Wire::None, Source::Major));
}

#[test]
fn name_and_address_do_not_make_it() {
    let workspace = Workspace::committed();
    let mut renamed = workspace.upstream.clone();
    renamed["info"]["title"] = json!("Factory");
    renamed["host"] = json!("example.com");
    renamed["basePath"] = json!("/");

    let paths = renamed["paths"].as_object_mut().expect("the paths");
    paths.retain(|path, _| !path.starts_with("/clusters?/"));
    assert!(
        compared(&workspace, &workspace.upstream.to_string(), &renamed.to_string()).base.is_connect
    );

    let other = include_str!("../../../tests/stand-in/tests/fixtures/stand_in.openapi.json");
    let report = compared(&workspace, other, other);
    assert!(!report.base.is_connect && report.notes.is_empty() && report.findings.is_empty());

    let report = compared(&workspace, &workspace.upstream.to_string(), other);
    assert!(!report.base.is_connect && !report.revision.is_connect);

    let [note] = &*report.notes else { panic!("{:?}", report.notes) };
    assert_eq!(note.kind, NoteKind::NeverApplied);
    assert!(note.message.contains("only the base is the Connect API's document"), "{note:?}");

    let gone = report.findings.iter().filter(|of| of.class == ChangeKind::OperationRemoved).count();
    assert!(gone > 25, "{gone} operations are gone");
}

#[test]
fn what_leaves_the_crate_without_another_finding_is_one_of_its_own() {
    let workspace = Workspace::committed();
    let mut base = workspace.upstream.clone();
    base["definitions"]["SpareResponse"] =
        json!({ "type": "object", "properties": { "when": { "type": "string" } } });

    let report = compared(&workspace, &base.to_string(), &workspace.upstream.to_string());
    let [finding] = &*report.findings else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.class, ChangeKind::RustSurfaceChanged);
    assert_eq!((finding.wire, finding.source), (Wire::None, Source::Major));
    assert_eq!(finding.rust_items, ["models::SpareResponse"]);
    assert_eq!(finding.pointer.as_deref(), Some("/components/schemas/SpareResponse"));
    assert_eq!(finding.revision_pointer, None);
    assert_eq!(report.unreached, 1);
}

#[test]
fn what_cannot_be_read_is_a_problem_that_names_the_document() {
    let workspace = Workspace::committed();
    let good = workspace.upstream.to_string();

    for (bad, says) in [
        ("<html>", "revision"),
        (&good[..good.len() / 2], "revision"),
        ("{}", "neither a Swagger nor an OpenAPI document"),
    ] {
        let (base, revision) = inputs(&good, bad);
        let problem = drift(&base, &revision, &workspace.rules).expect_err("no report");
        assert!(problem.to_string().contains(says), "{problem}");
        assert_eq!(problem.file.as_deref(), Some("revision"));

        let problem = drift(&revision, &base, &workspace.rules).expect_err("no report");
        assert_eq!(problem.file.as_deref(), Some("revision"));
    }
}

#[test]
fn a_note_has_the_line_to_paste() {
    let workspace = Workspace::committed();
    let mut revision = workspace.upstream.clone();
    let id = json!({ "name": "cluster_id", "in": "path", "required": true, "type": "string" });
    revision["paths"]["/clusters?/{cluster_id}/queue"] = json!({
        "get": { "parameters": [id], "responses": { "204": { "description": "Empty." } } },
    });

    let report = compared(&workspace, &workspace.upstream.to_string(), &revision.to_string());
    let [note] = &*report.notes else { panic!("{:?}", report.notes) };
    assert_eq!(note.kind, NoteKind::Policy);

    let help = note.help.as_deref().expect("help");
    let line = help.lines().last().expect("a line");
    assert_eq!(
        line,
        "  - { id: get_clusters_by_cluster_id_queue, \
         route: \"GET /clusters/{cluster_id}/queue\", resource: clusters }"
    );

    // With the line in the policy, `regen` goes on and drift has nothing to note.
    let policy = workspace.policy.replacen("operations:\n", &format!("operations:\n{line}\n"), 1);
    let workspace = workspace.with_policy(&policy);
    assert!(workspace.regen(&revision).is_ok());

    let report = compared(&workspace, &revision.to_string(), &revision.to_string());
    says_nothing(&report);
}
