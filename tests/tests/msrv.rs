//! The Rust that the crate says it needs: no dependency needs a newer one, and the workflow
//! compiles with it.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the crate is published with.
const FEATURES: &str = "connect-api/login,connect-api/blocking";

/// What cargo knows of the workspace, without the network.
fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    // Packages of other platforms are not on this machine.
    let host = Command::new("rustc").arg("-vV").output().expect("rustc");
    let host = String::from_utf8(host.stdout).expect("text");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    cargo
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--features", FEATURES, "--filter-platform", host])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let done = cargo.output().expect("cargo");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn version(text: &str) -> Vec<u64> {
    let parts = text.split('.').map(|part| part.parse().expect("a number"));
    parts.chain([0, 0]).take(3).collect()
}

/// The packages that a package is compiled with, itself included.
fn compiled_with<'a>(metadata: &'a Value, name: &str) -> Vec<&'a Value> {
    let list = |of: &'a Value| of.as_array().expect("a list");
    let packages: HashMap<&str, &Value> =
        list(&metadata["packages"]).iter().map(|it| (text(&it["id"]), it)).collect();
    let nodes: HashMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).iter().map(|it| (text(&it["id"]), it)).collect();
    let start = packages.iter().find(|(_, package)| package["name"] == name);
    let mut found = vec![*start.expect("the package").0];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        for dependency in list(&nodes[id]["deps"]) {
            let compiled = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            let id = text(&dependency["pkg"]);
            if compiled && !found.contains(&id) {
                found.push(id);
            }
        }
        next += 1;
    }
    found.into_iter().map(|id| packages[id]).collect()
}

#[test]
fn no_dependency_of_the_crate_needs_a_newer_rust() {
    let metadata = metadata();
    let packages = compiled_with(&metadata, "connect-api");
    let ours = version(text(&packages[0]["rust_version"]));
    assert!(packages.len() > 50, "the walk finds the dependencies: {}", packages.len());
    let newer = packages
        .iter()
        .filter(|it| it["rust_version"].as_str().is_some_and(|theirs| version(theirs) > ours));
    let newer: Vec<String> =
        newer.map(|it| format!("{} needs {}", it["name"], it["rust_version"])).collect();
    assert!(newer.is_empty(), "the crate says {ours:?}, but {newer:?}");
}

#[test]
fn the_workflow_compiles_with_the_rust_that_the_crate_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    let manifest = read("Cargo.toml");
    let says = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let says = says.expect("a version").trim_matches('"');
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.contains(&format!("rustup toolchain install {says} ")), "{says}");
}
