//! The generator from end to end: both formats of the service's document give the committed crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::Mode;
use connect_codegen::lower::lower;
use connect_codegen::normalise::{Normalised, normalise};
use connect_codegen::openapi::document::{Flavour, Upstream};
use connect_codegen::openapi::overlay::Overlay;
use connect_codegen::pipeline;
use connect_codegen::policy::Policy;
use connect_codegen::workspace::Layout;
use connect_stand_in::spec::to_openapi_3;
use serde_json::{Value, json};
use xtask::fetch::{Fetch, RequestedVersion};
use xtask::store::{StoreOutcome, store};

/// The committed workspace.
fn committed() -> Layout {
    Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace"))
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expect_normalised(document: &Value) -> Normalised {
    try_normalise(document).unwrap_or_else(|problem| panic!("{problem}"))
}

fn try_normalise(document: &Value) -> Result<Normalised> {
    let upstream = Upstream::parse(&document.to_string()).expect("a document");
    let overlay = Overlay::parse(&read(committed().overlay())).expect("an overlay");
    let policy = Policy::parse(&read(committed().policy())).expect("a policy");
    normalise(&upstream, &overlay, &policy)
}

fn swagger() -> Value {
    serde_json::from_str(&read(committed().upstream())).expect("JSON")
}

#[test]
fn swagger_2_and_openapi_3_normalise_to_the_same_document() {
    let swagger = swagger();
    let version_3 = to_openapi_3(&swagger);
    assert_eq!(
        (swagger["swagger"].as_str(), version_3["openapi"].as_str()),
        (Some("2.0"), Some("3.0.3"))
    );

    let (from_2, from_3) = (expect_normalised(&swagger), expect_normalised(&version_3));
    assert!(from_2.to_json() == from_3.to_json(), "{}", first_difference(&from_2, &from_3));
    assert_eq!(from_2.to_json(), read(committed().normalised()));
}

#[test]
fn explicit_and_implicit_defaults_normalise_to_the_same_document() {
    let mut terse = to_openapi_3(&swagger());
    let url = terse["servers"][0]["url"].as_str().expect("a URL").to_owned() + "/";
    terse["servers"][0]["url"] = url.into();

    let mut removed = 0;
    let items = terse["paths"].as_object_mut().expect("paths").values_mut();
    let operations = items.flat_map(|item| item.as_object_mut().expect("operations").values_mut());

    for parameter in
        operations.flat_map(|operation| operation["parameters"].as_array_mut().expect("a list"))
    {
        let parameter = parameter.as_object_mut().expect("a parameter");
        for default in ["style", "explode"] {
            removed += usize::from(parameter.shift_remove(default).is_some());
        }
    }

    assert!(removed > 10, "{removed}");
    let (actual, expected) = (expect_normalised(&terse), expect_normalised(&swagger()));
    assert!(actual.to_json() == expected.to_json(), "{}", first_difference(&actual, &expected));
}

#[test]
fn default_base_url_is_the_one_of_the_document() {
    let document: Value =
        serde_json::from_str(&expect_normalised(&swagger()).to_json()).expect("JSON");
    assert_eq!(document["servers"][0]["url"], connect_api::DEFAULT_BASE_URL);
}

/// If upstream changes a value that the overlay corrects, the correction must not overwrite the new
/// value: the generator stops instead.
#[test]
fn changed_upstream_value_makes_its_overlay_action_stale() {
    const CLUSTERS: &str = "/paths/~1user~1{user_id}~1clusters/get/responses/200";

    let list = json!({ "type": "array", "items": { "$ref": "#/definitions/ClusterResponse" } });
    let example = format!("{CLUSTERS}/examples/application~1json/data");
    let model = |rest: &str| format!("/definitions/{rest}");

    for (path, value) in [
        (format!("{CLUSTERS}/schema/properties/data"), list),
        (example, json!([])),
        (
            model("PrintJobInstanceResponse/properties/time_elapsed/description"),
            json!("The time since the start in seconds."),
        ),
        (
            model("ClusterResponse/properties/capabilities/description"),
            json!("What the cluster can do."),
        ),
        (model("ClusterPrintJobImpediment/properties/severity/description"), json!("A severity.")),
        (model("ClusterSharingUpdateRequest/description"), json!("Who may see it.")),
        (model("ClusterResponse/properties/status/enum"), json!(["active", "inactive"])),
        (model("ClusterResponse/required"), json!(["cluster_id"])),
    ] {
        let mut document = swagger();
        let patch = json!([{ "op": "add", "path": path, "value": value }]);
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("a patch");
        json_patch::patch(&mut document, &patch).expect("a value to replace");

        let problem = try_normalise(&document).expect_err(&path);
        let text = problem.to_string() + problem.help.as_deref().unwrap_or_default();
        assert!(text.contains("spec/overlay.yaml"), "{path}: {text}");
    }
}

#[test]
fn regen_check_names_each_stale_file_and_the_command_to_run() {
    let (_folder, layout) = bare_workspace();
    for path in [committed().upstream(), committed().provenance()] {
        let name = path.file_name().expect("a file");
        fs::copy(&path, layout.upstream_folder().join(name)).expect("a copy");
    }

    let regen = |mode| pipeline::regenerate(&layout, mode);
    regen(Mode::Write).unwrap_or_else(|problem| panic!("{problem}"));
    regen(Mode::Check).expect("nothing is stale");

    let models = layout.generated().join("models");
    let (missing, unexpected) = (models.join("clusters.rs"), models.join("zebras.rs"));
    let text = read(layout.normalised()).replace("Retrieves a cluster ", "Gives a cluster ");
    fs::write(layout.normalised(), text).expect("written");

    for (file, line) in [
        (layout.normalised(), "+        \"description\": \"Retrieves a cluster "),
        (missing.clone(), "+pub struct ClusterResponse {"),
        (unexpected.clone(), "-//! Zebras."),
    ] {
        if file == missing {
            fs::remove_file(&missing).expect("removed");
        } else if file == unexpected {
            fs::write(&unexpected, "//! Zebras.\n").expect("written");
        }

        let problem = regen(Mode::Check).expect_err("a stale file");
        assert_eq!(problem.help.as_deref(), Some("run `cargo xtask regen`"), "{problem}");

        let text = problem.to_string();
        assert!(text.starts_with(&file.display().to_string()) && text.contains(line), "{text}");

        regen(Mode::Write).unwrap_or_else(|problem| panic!("{problem}"));
    }
}

fn first_difference(left: &Normalised, right: &Normalised) -> String {
    let (left, right) = (left.to_json(), right.to_json());
    let mut lines = left.lines().zip(right.lines()).enumerate();

    match lines.find(|(_, (left, right))| left != right) {
        Some((line, (left, right))) => format!("line {}:\n{left}\n{right}", line + 1),
        None => "one document is longer".to_owned(),
    }
}

/// `regen` accepts an example for an unknown parameter, because it only affects the documentation.
#[test]
fn policy_examples_name_existing_parameters() {
    let (normalised, policy) = pipeline::load_and_normalise(&committed()).expect("a document");
    let lowered = lower(&normalised, &policy).expect("operations");
    let mut count = 0;

    for operation in &lowered.operations {
        let examples = &policy.operation(&operation.id).expect("an entry").examples;
        for name in examples.keys() {
            let exists = operation.parameters.iter().any(|parameter| parameter.name == *name);
            assert!(
                exists,
                "`{}` has no parameter `{name}`: correct `examples` in spec/policy.yaml",
                operation.id
            );
            count += 1;
        }
    }

    assert!(count > 5);
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_path_buf();
                files.insert(name, read(path));
            }
        }
    }

    files
}

/// A workspace with the overlay and the policy, but without generated or fetched files.
fn bare_workspace() -> (tempfile::TempDir, Layout) {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path());
    fs::create_dir_all(layout.upstream_folder()).expect("a folder");
    fs::copy(committed().overlay(), layout.overlay()).expect("a copy");
    fs::copy(committed().policy(), layout.policy()).expect("a copy");

    (folder, layout)
}

/// Fetches the document from a stand-in, generates, and compares with the committed files.
async fn assert_fetched_document_gives_committed_crate(
    version: RequestedVersion,
    flavour: Flavour,
) {
    let stand_in = connect_tests::start_stand_in().await;
    let (_folder, layout) = bare_workspace();

    let fetch = Fetch {
        url: format!("{}/spec", stand_in.base_url()).parse().expect("a URL"),
        version,
        ..Fetch::default()
    };
    let fetched = tokio::task::spawn_blocking(move || fetch.fetch()).await.expect("no panic");
    let fetched = fetched.unwrap_or_else(|problem| panic!("{problem}"));

    assert_eq!(fetched.upstream.flavour, flavour);
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let stored = store(&fetched.text, &fetched.record(at), &layout.upstream_folder());
    assert_eq!(stored, Ok(StoreOutcome::Replaced));

    pipeline::regenerate(&layout, Mode::Write).unwrap_or_else(|problem| panic!("{problem}"));
    let (actual, expected) = (files(&layout.generated()), files(&committed().generated()));
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(expected.len() > 20, "{} files", expected.len());

    for (name, text) in &expected {
        assert!(actual[name] == *text, "{} differs", name.display());
    }

    assert_eq!(read(layout.normalised()), read(committed().normalised()));

    if flavour == Flavour::Swagger2 {
        assert_eq!(read(layout.report()), read(committed().report()));
        assert_eq!(read(layout.upstream()), read(committed().upstream()));
    }

    pipeline::regenerate(&layout, Mode::Check).expect("nothing is stale");
}

#[tokio::test]
async fn document_served_by_default_gives_the_committed_crate() {
    assert_fetched_document_gives_committed_crate(RequestedVersion::Preferred, Flavour::OpenApi3)
        .await;
}

#[tokio::test]
async fn document_served_as_swagger_2_gives_the_committed_crate() {
    assert_fetched_document_gives_committed_crate(
        RequestedVersion::Exact("2.0".to_owned()),
        Flavour::Swagger2,
    )
    .await;
}
