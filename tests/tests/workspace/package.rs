//! The published package: its Rust version, the licences of its dependencies, and its files.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// All features that add dependencies.
const FEATURES: &str = "connect-api/login,connect-api/blocking,connect-api/upload";

/// Metadata of the workspace and its dependencies, read without network access.
fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    // The packages of other platforms are not in the local registry.
    let host = Command::new("rustc").arg("-vV").output().expect("run rustc");
    let host = String::from_utf8(host.stdout).expect("text");
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");

    cargo
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--features", FEATURES, "--filter-platform", host])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let output = cargo.output().expect("run cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn version(text: &str) -> Vec<u64> {
    let parts = text.split('.').map(|part| part.parse().expect("a number"));
    parts.chain([0, 0]).take(3).collect()
}

/// A package and its dependencies, without those for development.
fn with_dependencies<'a>(metadata: &'a Value, name: &str) -> Vec<&'a Value> {
    let list = |value: &'a Value| value.as_array().expect("a list");
    let packages: HashMap<&str, &Value> =
        list(&metadata["packages"]).iter().map(|value| (text(&value["id"]), value)).collect();
    let nodes: HashMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|value| (text(&value["id"]), value))
        .collect();
    let start = packages.iter().find(|(_, package)| package["name"] == name);
    let mut ids = vec![*start.expect("the package").0];
    let mut next = 0;

    while let Some(id) = ids.get(next) {
        for dependency in list(&nodes[id]["deps"]) {
            let compiled = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            let id = text(&dependency["pkg"]);
            if compiled && !ids.contains(&id) {
                ids.push(id);
            }
        }

        next += 1;
    }

    ids.into_iter().map(|id| packages[id]).collect()
}

#[test]
fn no_dependency_needs_a_newer_rust_version() {
    let metadata = metadata();
    let packages = with_dependencies(&metadata, "connect-api");
    let ours = version(text(&packages[0]["rust_version"]));

    assert!(packages.len() > 50, "only {} packages", packages.len());
    let newer = packages.iter().filter(|package| {
        package["rust_version"].as_str().is_some_and(|theirs| version(theirs) > ours)
    });
    let newer: Vec<String> = newer
        .map(|package| format!("{} needs {}", package["name"], package["rust_version"]))
        .collect();
    assert!(
        newer.is_empty(),
        "`rust-version` is {ours:?}, but {newer:?}: raise it or choose older dependencies"
    );
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    // Licences that permit use in closed programs.
    let permissive = [
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "Unicode-3.0",
        "Unlicense",
        "0BSD",
        "CDLA-Permissive-2.0",
        "OpenSSL",
        "MIT-0",
    ];

    let is_permissive = |licence: &str| {
        let each = licence.split(" AND ").map(|part| part.trim_matches(['(', ')', ' ']));
        let mut each = each.map(|part| part.replace('/', " OR "));
        each.all(|part| {
            part.split(" OR ").any(|one| permissive.contains(&one.trim_matches(['(', ')', ' '])))
        })
    };

    assert!(!is_permissive("MPL-2.0") && !is_permissive("MIT AND MPL-2.0"));
    let metadata = metadata();

    let others: Vec<String> = with_dependencies(&metadata, "connect-api")
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_permissive))
        .map(|package| format!("{} is under {}", package["name"], package["license"]))
        .collect();

    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn package_contains_sources_documents_and_licences_only() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["package", "--package", "connect-api", "--list", "--offline", "--allow-dirty"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let output = cargo.output().expect("run cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let list = String::from_utf8(output.stdout).expect("text");
    let (source, rest): (Vec<&str>, Vec<&str>) =
        list.lines().partition(|path| path.starts_with("src"));
    assert!(source.iter().any(|path| path.ends_with("lib.rs")), "{list}");

    let others = [
        ".cargo_vcs_info.json",
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
    ];

    assert_eq!(rest, others);
}

#[test]
fn ci_compiles_with_the_rust_version_of_the_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    let manifest = read("connect-api/Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.expect("a Rust version").trim_matches('"');
    let workflow = read(".github/workflows/ci.yml");

    assert!(workflow.contains(&format!("rustup toolchain install {version} ")), "{version}");
}
