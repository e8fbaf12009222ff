//! `regen` and `regen --check`.

use std::fs;

use crate::support::workspace::Workspace;

#[test]
fn committed_files_are_up_to_date() {
    let workspace = Workspace::new();
    let before = workspace.files();
    for arguments in [&["regen", "--check"][..], &["normalise", "--check"], &["regen"]] {
        let output = workspace.run(arguments);
        assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{arguments:?}");
        let is_reported = output.stdout.contains("are up to date") || arguments[0] == "normalise";
        assert!(is_reported, "{arguments:?}: {}", output.stdout);
    }

    assert!(workspace.files() == before, "a file changed");
}

#[test]
fn changed_file_is_detected_and_regenerated() {
    let workspace = Workspace::new();
    let before = workspace.files();
    let path = workspace.layout.generated().join("models/settings.rs");
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replacen("print prep", "print prop", 1)).expect("a change");

    let parts = ["models/settings.rs", "-", "print prop", "+", "print prep", "`cargo xtask regen`"];
    workspace.assert_fails(&["regen", "--check"], &parts);
    let output = workspace.run(&["regen"]);

    assert_eq!((output.status, output.stderr.as_str()), (0, ""));
    assert!(output.stdout.starts_with("1 file changed"), "{}", output.stdout);
    assert!(workspace.files() == before, "not regenerated");
}

#[test]
fn extra_and_missing_files_are_detected_and_fixed() {
    let workspace = Workspace::new();
    let before = workspace.files();
    let extra = workspace.layout.generated().join("extra/deep/more.rs");
    fs::create_dir_all(extra.parent().expect("a folder")).expect("a folder");
    fs::write(&extra, "// mine\n").expect("a file");

    let parts = ["extra/deep/more.rs", "should not exist", "`cargo xtask regen`"];
    workspace.assert_fails(&["regen", "--check"], &parts);
    assert_eq!(workspace.run(&["regen"]).status, 0);

    let top = workspace.layout.generated().join("extra");
    assert!(!top.exists(), "an empty folder stays");

    fs::remove_file(workspace.layout.generated().join("mod.rs")).expect("a file");
    let parts = ["generated/mod.rs", "missing", "`cargo xtask regen`"];
    workspace.assert_fails(&["regen", "--check"], &parts);

    assert_eq!(workspace.run(&["regen"]).status, 0);
    assert!(workspace.files() == before, "not regenerated");
}

#[test]
fn stale_normalised_document_or_report_is_detected() {
    for (report, task) in [(false, "regen"), (true, "regen"), (false, "normalise")] {
        let workspace = Workspace::new();
        let layout = &workspace.layout;
        let path = if report { layout.report() } else { layout.normalised() };
        let mut text = fs::read_to_string(&path).expect("a file");
        text.push('\n');
        fs::write(&path, text).expect("a change");

        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let mends = format!("`cargo xtask {task}`");
        workspace.assert_fails(&[task, "--check"], &[name, "out of date", &mends]);
    }
}

#[test]
fn document_with_wrong_hash_is_rejected() {
    let workspace = Workspace::new();
    let path = workspace.layout.upstream();
    let text = fs::read_to_string(&path).expect("a document");
    fs::write(&path, text.replacen("uptime", "downtime", 1)).expect("a change");

    let record = fs::read_to_string(workspace.layout.provenance()).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    let mends = format!("`{}`", record["command"].as_str().expect("a command"));

    for task in [&["regen"][..], &["regen", "--check"], &["normalise"]] {
        workspace.assert_fails(task, &["connect-v1.json", "SHA-256", &mends]);
    }
}

#[test]
fn stale_overlay_action_is_rejected() {
    let workspace = Workspace::new();
    let path = workspace.layout.overlay();
    let mut text = fs::read_to_string(&path).expect("an overlay");

    text.push_str(
        "  - target: $.components.schemas.Gone\n    description: \"None (A): a test.\"\n    \
         update: {x-a: 1}\n",
    );
    fs::write(&path, text).expect("a change");
    let parts = ["overlay.yaml", "/actions/", "stale action", "Gone"];
    workspace.assert_fails(&["regen"], &parts);
    workspace.assert_fails(&["normalise"], &parts);
}
