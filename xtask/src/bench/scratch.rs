//! The scratch workspace: copies of the crates, with the versions and profiles of our workspace.

use std::path::{Path, PathBuf};

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::{self, Files, Mode};
use connect_codegen::peer_client::{Style, client};
use connect_codegen::workspace::Layout;
use toml::{Table, Value};

use super::Peer;

/// The name of our crate.
const OURS: &str = "connect-api";

/// The manifest with the dependencies of progenitor's code.
const PROGENITOR_MANIFEST: &str = "tests/peer/Cargo.toml";

/// The scratch workspace.
pub struct Scratch {
    pub folder: PathBuf,
    pub members: Vec<Member>,
}

/// A crate of the scratch workspace. Its package and its folder have the same name.
pub struct Member {
    pub name: String,
    pub generated_lines: usize,
    pub lines: usize,
}

impl Scratch {
    /// Writes the workspace below `target/bench`.
    pub fn prepare(layout: &Layout, peers: &[Peer]) -> Result<Self> {
        let mut scratch = Self { folder: layout.root().join("target/bench"), members: Vec::new() };
        let ours = package(&layout.root().join(OURS), OURS)?;
        scratch.add(OURS, ours, Path::new("src/generated"))?;

        let path = layout.normalised();
        let document = files::read(&path)?;
        let manifest = read_toml(&layout.root().join(PROGENITOR_MANIFEST))?;

        for (name, style) in
            [("progenitor-positional", Style::Positional), ("progenitor-builder", Style::Builder)]
        {
            let code = client(&document, style).map_err(|error| error.in_file(path.display()))?;
            let manifest =
                standalone_manifest(manifest.clone(), name, &["package", "dependencies"])?;
            let files = [("Cargo.toml", manifest), ("src/lib.rs", code)];
            let files = files.map(|(path, contents)| (path.into(), contents)).into();
            scratch.add(name, files, Path::new(""))?;
        }

        for Peer { name, folder } in peers {
            scratch.add(name, package(folder, name)?, Path::new(""))?;
        }

        scratch.write_root(layout)?;
        Ok(scratch)
    }

    /// Adds a crate. `generated` is the folder of its generated code.
    fn add(&mut self, name: &str, files: Files, generated: &Path) -> Result<()> {
        if self.members.iter().any(|member| member.name == name) {
            return Err(Diagnostic::new(format!("two crates are named `{name}`")));
        }

        files::sync_folder(&self.folder.join(name), &files, Mode::Write, "")?;
        let count_lines = |folder: &Path| {
            let code = files.iter().filter(|(path, _)| {
                path.starts_with(folder)
                    && path.extension().is_some_and(|extension| extension == "rs")
            });
            code.map(|(_, contents)| contents.lines().count()).sum()
        };

        self.members.push(Member {
            name: name.to_owned(),
            generated_lines: count_lines(generated),
            lines: count_lines(Path::new("")),
        });

        Ok(())
    }

    /// Writes the manifest and the lock file of the workspace: those of ours, with other members.
    fn write_root(&self, layout: &Layout) -> Result<()> {
        let path = layout.root().join("Cargo.toml");
        let mut manifest = read_toml(&path)?;
        let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut);
        let workspace = workspace
            .ok_or_else(|| Diagnostic::new("`[workspace]` is missing").in_file(path.display()))?;
        let names = self.members.iter().map(|member| Value::from(member.name.clone()));

        workspace.insert("members".to_owned(), Value::Array(names.collect()));
        files::write(&self.folder.join("Cargo.toml"), &manifest.to_string(), Mode::Write, "")?;
        let lock = files::read(&layout.root().join("Cargo.lock"))?;
        files::write(&self.folder.join("Cargo.lock"), &lock, Mode::Write, "")?;

        Ok(())
    }
}

/// Returns the manifest under another package name, with only the given tables.
fn standalone_manifest(mut manifest: Table, name: &str, kept: &[&str]) -> Result<String> {
    manifest.retain(|key, _| kept.contains(&key));
    let package = manifest.get_mut("package").and_then(Value::as_table_mut);

    let package = package.ok_or_else(|| {
        Diagnostic::new(format!("the manifest of `{name}` has no `[package]`"))
            .help("use the folder of a crate, not of a workspace")
    })?;
    package.insert("name".to_owned(), name.into());
    package.retain(|key, _| key != "workspace" && key != "default-run");

    Ok(manifest.to_string())
}

/// Returns the manifest and sources of a crate, under this name and without its tests.
fn package(folder: &Path, name: &str) -> Result<Files> {
    let mut files = sources(folder)?;
    let kept = ["package", "lib", "dependencies", "target", "features", "lints"];
    let manifest = standalone_manifest(read_toml(&folder.join("Cargo.toml"))?, name, &kept)?;
    files.insert("Cargo.toml".into(), manifest);
    Ok(files)
}

/// Returns the manifest and sources of a crate.
fn sources(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut pending = vec![folder.join("src")];
    files.insert("Cargo.toml".into(), files::read(&folder.join("Cargo.toml"))?);

    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).map_err(|error| read_error(&path, &error))?;
            for entry in entries {
                pending.push(entry.map_err(|error| read_error(&path, &error))?.path());
            }
        } else {
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            files.insert(relative, files::read(&path)?);
        }
    }

    Ok(files)
}

fn read_toml(path: &Path) -> Result<Table> {
    files::read(path)?.parse().map_err(|error: toml::de::Error| {
        Diagnostic::new(format!("invalid TOML: {}", error.message())).in_file(path.display())
    })
}

fn read_error(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot read: {error}")).in_file(path.display())
}
