//! `regen --fetch`: adopts a new document with its report and changelog entry, completely or not at
//! all.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json as value};

use crate::support::changes::{add_operation, remove_operation};
use crate::support::server::{Server, error_response, json};
use crate::support::workspace::{TaskOutput, Workspace};

/// Serves the committed document with a change.
fn serve(workspace: &Workspace, change: fn(&mut Value)) -> Server {
    let changed = workspace.write_changed(change);
    let text = fs::read_to_string(workspace.path(&changed)).expect("a document");
    fs::remove_file(workspace.path(&changed)).expect("a file");
    Server::always(json("200 OK", &text))
}

fn adopt(workspace: &Workspace, server: &Server, options: &[&str]) -> TaskOutput {
    let url = format!("{}/spec", server.origin);
    workspace.run(&[&["regen", "--fetch", "--url", &url], options].concat())
}

fn add_field(document: &mut Value) {
    let pointer = "/definitions/FilterOption/properties";
    let fields = document.pointer_mut(pointer).and_then(Value::as_object_mut).expect(pointer);
    fields.insert("colour".to_owned(), value!({ "type": "string", "description": "Its colour." }));
}

/// Runs `regen --fetch`, which must fail without changing a file.
fn assert_fails(workspace: &Workspace, server: &Server, parts: &[&str]) -> TaskOutput {
    let before = workspace.files();
    let output = adopt(workspace, server, &["--bump"]);
    assert_eq!(output.status, 2, "{}", output.stderr);

    for part in parts {
        assert!(output.stderr.contains(part), "{part:?} is missing in {}", output.stderr);
    }

    assert!(workspace.files() == before, "a file changed");
    output
}

#[test]
fn new_field_is_reported_generated_and_in_changelog() {
    let workspace = Workspace::new();
    let server = serve(&workspace, add_field);
    let output = adopt(&workspace, &server, &[]);

    assert_eq!((output.status, output.stderr.as_str()), (0, ""));
    assert!(
        output.stdout.contains("Drift of ") && output.stdout.contains("colour"),
        "{}",
        output.stdout
    );

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
    assert!(
        record["source"].as_str().is_some_and(|source| source.starts_with(&server.origin)),
        "{record}"
    );

    let changelog = read("CHANGELOG.md");
    let line = changelog.lines().find(|line| line.contains("colour")).expect("an entry");
    assert!(line.starts_with("* `models::FilterOption"), "{line}");
    assert_eq!(workspace.run(&["regen", "--check"]).status, 0);

    // The second time, the document is up to date.
    let before = workspace.files();
    let again = adopt(&workspace, &server, &["--bump"]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert!(again.stdout.contains("No drift."), "{}", again.stdout);
    assert!(workspace.files() == before, "a file changed");
}

#[test]
fn new_operation_is_adopted_after_it_was_added_to_policy() {
    let workspace = Workspace::new();
    let server = serve(&workspace, add_operation);
    let output = assert_fails(&workspace, &server, &["/usage"]);

    // The report is printed nevertheless. It has the line to add to the policy.
    let line =
        output.stdout.lines().find(|line| line.trim_start().starts_with("- { id: get_usage,"));
    let line = line.unwrap_or_else(|| panic!("no policy line in {}", output.stdout));
    let policy = fs::read_to_string(workspace.layout.policy()).expect("a policy");
    let head = "operations:\n";

    workspace.write(
        "spec/policy.yaml",
        &policy.replacen(head, &format!("{head}  {}\n", line.trim()), 1),
    );
    let output = adopt(&workspace, &server, &[]);
    assert_eq!((output.status, output.stderr.as_str()), (0, ""));

    let changelog = fs::read_to_string(workspace.layout.changelog()).expect("a changelog");
    assert!(changelog.contains("* `Client::get_usage`"), "{changelog}");
}

#[test]
fn failed_step_changes_no_file() {
    let workspace = Workspace::new();
    assert_fails(
        &workspace,
        &Server::always(error_response("500 Oops", "oops", "It broke.")),
        &["500"],
    );
    assert_fails(&workspace, &serve(&workspace, remove_operation), &["policy"]);

    let server = serve(&workspace, add_field);
    let changelog = fs::read_to_string(workspace.layout.changelog()).expect("a changelog");
    let invalid = changelog.replace("## Unreleased", "## Soon");
    workspace.write("CHANGELOG.md", &invalid);
    assert_fails(&workspace, &server, &["CHANGELOG.md", "## Unreleased"]);
    workspace.write("CHANGELOG.md", &changelog);

    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    for invalid in
        ["[workspace", "[workspace.package]\n", "[workspace.package]\nversion = \"new\"\n"]
    {
        workspace.write("Cargo.toml", invalid);
        assert_fails(&workspace, &server, &["Cargo.toml"]);
    }

    workspace.write("Cargo.toml", &manifest);

    // A file that cannot be read could not be restored, so nothing is written.
    let report = workspace.layout.report();
    fs::remove_file(&report).expect("a file");
    fs::create_dir(&report).expect("a folder");
    assert_fails(&workspace, &server, &["NORMALISATION.md", "cannot read"]);
    fs::remove_dir(&report).expect("a folder");

    assert_eq!(adopt(&workspace, &server, &[]).status, 0);
}

#[cfg(unix)]
#[test]
fn failed_write_restores_files_and_prints_no_bump() {
    let workspace = Workspace::new();
    set_version(&workspace, "0.1.0", "## 0.1.0\n");
    let server = serve(&workspace, add_field);

    // The document and its record are written before the models. The models' folder cannot be
    // created, because a link to a missing folder has its name.
    let models = workspace.layout.generated().join("models");
    fs::remove_dir_all(&models).expect("a folder");
    let before = workspace.files();
    std::os::unix::fs::symlink("missing", &models).expect("a link");
    let output = adopt(&workspace, &server, &["--bump"]);
    fs::remove_file(&models).expect("the link is still there");

    assert_eq!(output.status, 2, "{}", output.stderr);
    assert!(output.stderr.contains("models"), "{}", output.stderr);
    assert!(!output.stdout.contains("bumped version"), "{}", output.stdout);
    assert!(workspace.files() == before, "a file changed");
}

#[cfg(target_os = "linux")]
#[test]
fn unreadable_file_is_not_removed() {
    let workspace = Workspace::new();
    let server = serve(&workspace, add_field);

    // Even root cannot read the start of this file, which is not mapped.
    let report = workspace.layout.report();
    fs::remove_file(&report).expect("a file");
    std::os::unix::fs::symlink("/proc/self/mem", &report).expect("a link");

    let output = adopt(&workspace, &server, &[]);
    assert_eq!(output.status, 2, "{}", output.stderr);
    assert!(output.stderr.contains("NORMALISATION.md"), "{}", output.stderr);
    assert!(fs::symlink_metadata(&report).is_ok(), "the file was removed");
}

/// The versions of the workspace's packages in the lock file.
fn locked_versions(workspace: &Workspace) -> Vec<String> {
    let lock = fs::read_to_string(workspace.layout.lock()).expect("a lock file");
    let packages = lock.split("[[package]]").filter(|package| !package.contains("\nsource = "));
    let line = |package: &str| {
        package.lines().find(|line| line.starts_with("version = \"")).map(str::to_owned)
    };

    packages.skip(1).filter_map(line).collect()
}

/// The line with the version in the manifest.
fn version(workspace: &Workspace) -> String {
    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    let line = manifest.lines().find(|line| line.starts_with("version = ")).expect("a version");
    line.to_owned()
}

/// Sets the version of the workspace, and the release in its changelog.
fn set_version(workspace: &Workspace, current: &str, released: &str) {
    let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
    let old = version(workspace);
    workspace.write("Cargo.toml", &manifest.replacen(&old, &format!("version = \"{current}\""), 1));

    let lock = fs::read_to_string(workspace.layout.lock()).expect("a lock file");
    workspace.write("Cargo.lock", &lock.replace(&old, &format!("version = \"{current}\"")));
    workspace.write("CHANGELOG.md", &format!("# Changelog\n\n## Unreleased\n\n{released}"));
}

/// Removes a field, which is a major change.
fn remove_field(document: &mut Value, model: &str) {
    let model = &mut document["definitions"][model];
    let fields = model["properties"].as_object_mut().expect("properties");
    fields.remove("display_name").expect("the field exists");

    if let Some(required) = model.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name != "display_name");
    }
}

#[test]
fn unreleased_version_is_not_bumped_again() {
    let not_bumped = "is not released yet, so it is not bumped";
    for (current, released, steps) in [
        ("0.1.0", "", [("0.1.0", not_bumped), ("0.1.0", not_bumped)]),
        (
            "0.1.0",
            "## 0.1.0\n",
            [("0.2.0", "bumped version 0.1.0 to 0.2.0\n"), ("0.2.0", not_bumped)],
        ),
        (
            "1.2.3",
            "## 1.2.3\n",
            [("2.0.0", "bumped version 1.2.3 to 2.0.0\n"), ("2.0.0", not_bumped)],
        ),
    ] {
        let workspace = Workspace::new();
        set_version(&workspace, current, released);

        let changes: [fn(&mut Value); 2] = [
            |document| remove_field(document, "FilterOption"),
            |document| remove_field(document, "FilterResponse"),
        ];

        // The second change follows the adoption of the first.
        for (change, (expected, message)) in changes.into_iter().zip(steps) {
            let server = serve(&workspace, change);
            let output = adopt(&workspace, &server, &["--bump"]);
            assert_eq!((output.status, output.stderr.as_str()), (0, ""));
            assert!(output.stdout.contains("needs a major release"), "{}", output.stdout);
            assert!(output.stdout.contains(message), "{released:?}: {message}: {}", output.stdout);
            assert_eq!(version(&workspace), format!("version = \"{expected}\""), "{released:?}");
        }
    }
}

#[test]
fn bump_is_relative_to_latest_release() {
    let cases = [
        ("0.4.2", "", "0.4.2"),
        ("0.4.2", "## 0.4.2 - 2026-01-01\n", "0.4.3"),
        ("0.4.3", "## [0.4.2]\n", "0.4.3"),
        ("0.5.0", "## 0.4.2\n", "0.5.0"),
        ("1.0.0", "## v1.0.0\n", "1.1.0"),
    ];

    for (current, released, expected) in cases {
        let workspace = Workspace::new();
        let manifest = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
        set_version(&workspace, current, released);

        let server = serve(&workspace, add_field);
        let output = adopt(&workspace, &server, &["--bump"]);
        assert_eq!((output.status, output.stderr.as_str()), (0, ""));
        assert_eq!(
            version(&workspace),
            format!("version = \"{expected}\""),
            "{current} {released:?}"
        );

        let locked = locked_versions(&workspace);
        assert!(
            locked.len() > 5 && locked.iter().all(|locked| *locked == version(&workspace)),
            "{locked:?}"
        );

        let after = fs::read_to_string(workspace.layout.manifest()).expect("a manifest");
        let same = |text: &str| text.lines().filter(|line| !line.starts_with("version = ")).count();
        assert_eq!(same(&after), same(&manifest));
    }
}
