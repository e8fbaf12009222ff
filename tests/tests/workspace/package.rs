//! The crate as it is published: the Rust that it says it needs, the licences that it brings along,
//! and what the package holds.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the crate is published with.
const FEATURES: &str = "connect-api/login,connect-api/blocking,connect-api/upload";

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
fn no_dependency_of_the_crate_has_a_licence_that_asks_for_more_than_notice() {
    // What permits use in any program, be it open or not.
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

    let others: Vec<String> = compiled_with(&metadata, "connect-api")
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_permissive))
        .map(|package| format!("{} is under {}", package["name"], package["license"]))
        .collect();

    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_package_holds_the_crate_and_what_a_reader_of_it_wants() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["package", "--package", "connect-api", "--list", "--offline", "--allow-dirty"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let done = cargo.output().expect("cargo");

    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let list = String::from_utf8(done.stdout).expect("text");
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
fn the_workflow_compiles_with_the_rust_that_the_crate_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    let manifest = read("connect-api/Cargo.toml");
    let says = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let says = says.expect("a version").trim_matches('"');
    let workflow = read(".github/workflows/ci.yml");

    assert!(workflow.contains(&format!("rustup toolchain install {says} ")), "{says}");
}
