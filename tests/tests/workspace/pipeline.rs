//! The pipeline from end to end: either flavour of the service's document makes the same crate,
//! and it is the committed one.

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

fn normalised(document: &Value) -> Normalised {
    try_normalised(document).unwrap_or_else(|problem| panic!("{problem}"))
}

fn try_normalised(document: &Value) -> Result<Normalised> {
    let upstream = Upstream::parse(&document.to_string()).expect("a document");
    let overlay = Overlay::parse(&read(committed().overlay())).expect("an overlay");
    let policy = Policy::parse(&read(committed().policy())).expect("a policy");
    normalise(&upstream, &overlay, &policy)
}

fn swagger() -> Value {
    serde_json::from_str(&read(committed().upstream())).expect("JSON")
}

#[test]
fn both_flavours_normalise_to_the_same_document() {
    let swagger = swagger();
    let version_3 = to_openapi_3(&swagger);
    assert_eq!(
        (swagger["swagger"].as_str(), version_3["openapi"].as_str()),
        (Some("2.0"), Some("3.0.3"))
    );

    let (from_2, from_3) = (normalised(&swagger), normalised(&version_3));
    assert!(from_2.to_json() == from_3.to_json(), "{}", first_difference(&from_2, &from_3));
    assert_eq!(from_2.to_json(), read(committed().normalised()));
}

#[test]
fn what_the_standard_says_need_not_be_said() {
    let mut terse = to_openapi_3(&swagger());
    let url = terse["servers"][0]["url"].as_str().expect("a URL").to_owned() + "/";
    terse["servers"][0]["url"] = url.into();

    let mut left_out = 0;
    let items = terse["paths"].as_object_mut().expect("paths").values_mut();
    let operations = items.flat_map(|item| item.as_object_mut().expect("operations").values_mut());

    for parameter in operations.flat_map(|it| it["parameters"].as_array_mut().expect("a list")) {
        let parameter = parameter.as_object_mut().expect("a parameter");
        for default in ["style", "explode"] {
            left_out += usize::from(parameter.shift_remove(default).is_some());
        }
    }

    assert!(left_out > 10, "{left_out}");
    let (made, wanted) = (normalised(&terse), normalised(&swagger()));
    assert!(made.to_json() == wanted.to_json(), "{}", first_difference(&made, &wanted));
}

#[test]
fn the_crate_calls_the_service_that_the_document_describes() {
    let document: Value = serde_json::from_str(&normalised(&swagger()).to_json()).expect("JSON");
    assert_eq!(document["servers"][0]["url"], connect_api::DEFAULT_BASE_URL);
}

/// Changes of the places that the overlay corrects: after none of them does a correction overwrite
/// what upstream says by then.
#[test]
fn no_correction_survives_what_it_corrects() {
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
        (model("ClusterPrintJobImpediment/properties/severity/description"), json!("Words.")),
        (model("ClusterSharingUpdateRequest/description"), json!("Who may see it.")),
        (model("ClusterResponse/properties/status/enum"), json!(["active", "inactive"])),
        (model("ClusterResponse/required"), json!(["cluster_id"])),
    ] {
        let mut document = swagger();
        let patch = json!([{ "op": "add", "path": path, "value": value }]);
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("a patch");
        json_patch::patch(&mut document, &patch).expect("the place is there");

        let problem = try_normalised(&document).expect_err(&path);
        let said = problem.to_string() + problem.help.as_deref().unwrap_or_default();
        assert!(said.contains("spec/overlay.yaml"), "{path}: {said}");
    }
}

#[test]
fn a_check_names_each_file_that_is_not_as_it_should_be_and_the_task_that_mends_it() {
    let (_folder, layout) = bare_workspace();
    for path in [committed().upstream(), committed().provenance()] {
        let name = path.file_name().expect("a file");
        fs::copy(&path, layout.upstream_folder().join(name)).expect("a copy");
    }

    let regen = |mode| pipeline::regenerate(&layout, mode);
    regen(Mode::Write).unwrap_or_else(|problem| panic!("{problem}"));
    regen(Mode::Check).expect("nothing is stale");

    let models = layout.generated().join("models");
    let (gone, stray) = (models.join("clusters.rs"), models.join("zebras.rs"));
    let text = read(layout.normalised()).replace("Retrieves a cluster ", "Gives a cluster ");
    fs::write(layout.normalised(), text).expect("written");

    for (file, line) in [
        (layout.normalised(), "+        \"description\": \"Retrieves a cluster "),
        (gone.clone(), "+pub struct ClusterResponse {"),
        (stray.clone(), "-//! Zebras."),
    ] {
        if file == gone {
            fs::remove_file(&gone).expect("removed");
        } else if file == stray {
            fs::write(&stray, "//! Zebras.\n").expect("written");
        }

        let problem = regen(Mode::Check).expect_err("not as it should be");
        assert_eq!(problem.help.as_deref(), Some("run `cargo xtask regen`"), "{problem}");

        let said = problem.to_string();
        assert!(said.starts_with(&file.display().to_string()) && said.contains(line), "{said}");

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

/// What no parameter has stops no `regen`, since it changes nothing but documentation; here it does.
#[test]
fn the_policy_has_examples_of_parameters_that_there_are() {
    let (normalised, policy) = pipeline::load_and_normalise(&committed()).expect("a document");
    let lowered = lower(&normalised, &policy).expect("operations");
    let mut count = 0;

    for operation in &lowered.operations {
        let examples = &policy.operation(&operation.id).expect("an entry").examples;
        for name in examples.keys() {
            let known = operation.parameters.iter().any(|parameter| parameter.name == *name);
            assert!(known, "`{}` has no `{name}`: correct spec/policy.yaml", operation.id);
            count += 1;
        }
    }

    assert!(count > 5);
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_path_buf();
                found.insert(name, read(path));
            }
        }
    }

    found
}

/// A workspace that holds what people wrote, and nothing that a machine made.
fn bare_workspace() -> (tempfile::TempDir, Layout) {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path());
    fs::create_dir_all(layout.upstream_folder()).expect("a folder");
    fs::copy(committed().overlay(), layout.overlay()).expect("a copy");
    fs::copy(committed().policy(), layout.policy()).expect("a copy");

    (folder, layout)
}

/// Fetches from a stand-in, regenerates, and compares with what is committed.
async fn from_the_service_to_the_crate(version: RequestedVersion, flavour: Flavour) {
    let stand_in = connect_tests::examples().await;
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
    let (made, wanted) = (files(&layout.generated()), files(&committed().generated()));
    assert_eq!(made.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    assert!(wanted.len() > 20, "{} files", wanted.len());

    for (name, text) in &wanted {
        assert!(made[name] == *text, "{} differs", name.display());
    }

    assert_eq!(read(layout.normalised()), read(committed().normalised()));

    if flavour == Flavour::Swagger2 {
        assert_eq!(read(layout.report()), read(committed().report()));
        assert_eq!(read(layout.upstream()), read(committed().upstream()));
    }

    pipeline::regenerate(&layout, Mode::Check).expect("nothing is stale");
}

#[tokio::test]
async fn what_the_service_serves_unasked_makes_the_committed_crate() {
    from_the_service_to_the_crate(RequestedVersion::Preferred, Flavour::OpenApi3).await;
}

#[tokio::test]
async fn what_the_service_serves_as_swagger_makes_the_committed_crate() {
    from_the_service_to_the_crate(RequestedVersion::Exact("2.0".to_owned()), Flavour::Swagger2)
        .await;
}
