//! `regen --fetch`: a new document is taken in as a whole, with its report and its entry in the
//! changelog, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json as value};

use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, error, json};
use crate::support::workspace::{Done, Workspace};

fn serve(workspace: &Workspace, change: fn(&mut Value)) -> Server {
    let changed = workspace.changed(change);
    let text = fs::read_to_string(workspace.path(&changed)).expect("a document");
    fs::remove_file(workspace.path(&changed)).expect("a file");
    Server::always(json("200 OK", &text))
}

fn take_in(workspace: &Workspace, server: &Server, more: &[&str]) -> Done {
    let url = format!("{}/spec", server.origin);
    workspace.run(&[&["regen", "--fetch", "--url", &url], more].concat())
}

fn add_field(document: &mut Value) {
    let pointer = "/definitions/FilterOption/properties";
    let fields = document.pointer_mut(pointer).and_then(Value::as_object_mut).expect(pointer);
    fields.insert("colour".to_owned(), value!({ "type": "string", "description": "Its colour." }));
}

/// What `regen --fetch` refuses, it leaves alone.
fn refuses(workspace: &Workspace, server: &Server, parts: &[&str]) -> Done {
    let before = workspace.files();
    let done = take_in(workspace, server, &["--bump"]);
    assert_eq!(done.status, 2, "{}", done.stderr);

    for part in parts {
        assert!(done.stderr.contains(part), "no {part:?} in {}", done.stderr);
    }

    assert!(workspace.files() == before, "a file changed");
    done
}

#[test]
fn a_new_field_is_reported_generated_and_noted() {
    let workspace = Workspace::new();
    let server = serve(&workspace, add_field);
    let done = take_in(&workspace, &server, &[]);

    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("Drift of ") && done.stdout.contains("colour"), "{}", done.stdout);

    let read = |name: &str| fs::read_to_string(workspace.path(name)).expect(name);
    let generated = workspace.files();
    let in_models =
        |name: &Path| name.starts_with(workspace.path("connect-api/src/generated/models"));
    let field = |(name, bytes): (&PathBuf, &Vec<u8>)| {
        in_models(name) && String::from_utf8_lossy(bytes).contains("pub colour:")
    };

    assert!(generated.iter().any(field), "the field is generated");
    let record: Value =
        serde_json::from_str(&read("spec/upstream/connect-v1.provenance.json")).expect("JSON");
    assert!(record["source"].as_str().is_some_and(|it| it.starts_with(&server.origin)), "{record}");

    let changelog = read("CHANGELOG.md");
    let line = changelog.lines().find(|line| line.contains("colour")).expect("an entry");
    assert!(line.starts_with("* `models::FilterOption"), "{line}");
    assert_eq!(workspace.run(&["regen", "--check"]).status, 0);

    // The next time there is nothing to take in.
    let before = workspace.files();
    let again = take_in(&workspace, &server, &["--bump"]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert!(again.stdout.contains("No drift."), "{}", again.stdout);
    assert!(workspace.files() == before, "a file changed");
}

#[test]
fn what_the_policy_does_not_know_is_not_taken_in_until_it_does() {
    let workspace = Workspace::new();
    let server = serve(&workspace, add_operation);
    let done = refuses(&workspace, &server, &["/usage"]);

    // The report comes all the same: it has the line that the policy lacks.
    let line = done.stdout.lines().find(|line| line.trim_start().starts_with("- { id: get_usage,"));
    let line = line.unwrap_or_else(|| panic!("no line to paste in {}", done.stdout));
    let policy = fs::read_to_string(workspace.layout.policy()).expect("a policy");
    let head = "operations:\n";

    workspace.write(
        "spec/policy.yaml",
        &policy.replacen(head, &format!("{head}  {}\n", line.trim()), 1),
    );
    let done = take_in(&workspace, &server, &[]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));

    let changelog = fs::read_to_string(workspace.layout.changelog()).expect("a changelog");
    assert!(changelog.contains("* `Client::get_usage`"), "{changelog}");
}

#[test]
fn nothing_is_written_if_any_step_fails() {
    let workspace = Workspace::new();
    refuses(&workspace, &Server::always(error("500 Oops", "oops", "It broke.")), &["500"]);
    refuses(&workspace, &serve(&workspace, remove_operation), &["policy"]);

    let server = serve(&workspace, add_field);
    let changelog = fs::read_to_string(workspace.layout.changelog()).expect("a changelog");
    let broken = changelog.replace("## Unreleased", "## Soon");
    workspace.write("CHANGELOG.md", &broken);
    refuses(&workspace, &server, &["CHANGELOG.md", "## Unreleased"]);
    workspace.write("CHANGELOG.md", &changelog);

    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    for bad in ["[workspace", "[workspace.package]\n", "[workspace.package]\nversion = \"new\"\n"] {
        workspace.write("Cargo.toml", bad);
        refuses(&workspace, &server, &["Cargo.toml"]);
    }

    workspace.write("Cargo.toml", &manifest);
    // The disk fails when the document and its record are written already.
    let report = workspace.layout.report();
    fs::remove_file(&report).expect("a file");
    fs::create_dir(&report).expect("a folder");
    refuses(&workspace, &server, &["NORMALISATION.md"]);
    fs::remove_dir(&report).expect("a folder");

    assert_eq!(take_in(&workspace, &server, &[]).status, 0);
}

/// The versions of the workspace's own packages, as they are locked.
fn locked(workspace: &Workspace) -> Vec<String> {
    let lock = fs::read_to_string(workspace.layout.lock()).expect("a lock file");
    let packages = lock.split("[[package]]").filter(|package| !package.contains("\nsource = "));
    let line = |package: &str| {
        package.lines().find(|line| line.starts_with("version = \"")).map(str::to_owned)
    };

    packages.skip(1).filter_map(line).collect()
}

fn version(workspace: &Workspace) -> String {
    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    let line = manifest.lines().find(|line| line.starts_with("version = ")).expect("a version");
    line.to_owned()
}

/// Gives the workspace's crate a version, and a changelog with the heading of a release or none.
fn at(workspace: &Workspace, now: &str, released: &str) {
    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    let old = version(workspace);
    workspace.write("Cargo.toml", &manifest.replacen(&old, &format!("version = \"{now}\""), 1));

    let lock = fs::read_to_string(workspace.layout.lock()).expect("a lock file");
    workspace.write("Cargo.lock", &lock.replace(&old, &format!("version = \"{now}\"")));
    workspace.write("CHANGELOG.md", &format!("# Changelog\n\n## Unreleased\n\n{released}"));
}

/// A field is gone: a major change.
fn remove_field(document: &mut Value, model: &str) {
    let model = &mut document["definitions"][model];
    let fields = model["properties"].as_object_mut().expect("properties");
    fields.remove("display_name").expect("it is there");

    if let Some(required) = model.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name != "display_name");
    }
}

#[test]
fn what_is_not_released_is_bumped_no_second_time() {
    let stays = "is not released yet and stays";
    for (now, released, steps) in [
        ("0.1.0", "", [("0.1.0", stays), ("0.1.0", stays)]),
        ("0.1.0", "## 0.1.0\n", [("0.2.0", "0.1.0 becomes 0.2.0\n"), ("0.2.0", stays)]),
        ("1.2.3", "## 1.2.3\n", [("2.0.0", "1.2.3 becomes 2.0.0\n"), ("2.0.0", stays)]),
    ] {
        let workspace = Workspace::new();
        at(&workspace, now, released);

        let changes: [fn(&mut Value); 2] = [
            |document| remove_field(document, "FilterOption"),
            |document| remove_field(document, "FilterResponse"),
        ];

        // The second comes on top of what the first left.
        for (change, (expected, told)) in changes.into_iter().zip(steps) {
            let server = serve(&workspace, change);
            let done = take_in(&workspace, &server, &["--bump"]);
            assert_eq!((done.status, done.stderr.as_str()), (0, ""));
            assert!(done.stdout.contains("needs a major release"), "{}", done.stdout);
            assert!(done.stdout.contains(told), "{released:?}: {told}: {}", done.stdout);
            assert_eq!(version(&workspace), format!("version = \"{expected}\""), "{released:?}");
        }
    }
}

#[test]
fn a_bump_is_counted_from_the_newest_release() {
    let cases = [
        ("0.4.2", "", "0.4.2"),
        ("0.4.2", "## 0.4.2 - 2026-01-01\n", "0.4.3"),
        ("0.4.3", "## [0.4.2]\n", "0.4.3"),
        ("0.5.0", "## 0.4.2\n", "0.5.0"),
        ("1.0.0", "## v1.0.0\n", "1.1.0"),
    ];

    for (now, released, expected) in cases {
        let workspace = Workspace::new();
        let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
        at(&workspace, now, released);

        let server = serve(&workspace, add_field);
        let done = take_in(&workspace, &server, &["--bump"]);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""));
        assert_eq!(version(&workspace), format!("version = \"{expected}\""), "{now} {released:?}");

        let locked = locked(&workspace);
        assert!(
            locked.len() > 5 && locked.iter().all(|it| *it == version(&workspace)),
            "{locked:?}"
        );

        let after = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
        let same = |text: &str| text.lines().filter(|line| !line.starts_with("version = ")).count();
        assert_eq!(same(&after), same(&manifest));
    }
}
