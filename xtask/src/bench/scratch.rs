//! The scratch workspace: copies of the crates, under the versions and profiles of ours.

use std::path::{Path, PathBuf};

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files::{self, Files, Mode};
use connect_codegen::progenitor_client::{Style, client};
use connect_codegen::workspace::Layout;
use toml::{Table, Value};

use super::Peer;

/// Our crate, in the workspace and in the table.
const OURS: &str = "connect-api";

/// Where the dependencies of progenitor's code are listed.
const PROGENITOR: &str = "tests/peer/Cargo.toml";

/// The workspace on the disk.
pub struct Scratch {
    pub folder: PathBuf,
    pub members: Vec<Member>,
}

/// One crate in it. Its package and its folder have its name.
pub struct Member {
    pub name: String,
    pub generated_lines: usize,
    pub lines: usize,
}

impl Scratch {
    /// Lays the workspace out below `target/bench`.
    pub fn prepare(layout: &Layout, peers: &[Peer]) -> Result<Self> {
        let mut scratch = Self { folder: layout.root().join("target/bench"), members: Vec::new() };
        let ours = package(&layout.root().join(OURS), OURS)?;
        scratch.add(OURS, ours, Path::new("src/generated"))?;

        let path = layout.normalised();
        let document = files::read(&path)?;
        let manifest = table(&layout.root().join(PROGENITOR))?;

        for (name, style) in
            [("progenitor-positional", Style::Positional), ("progenitor-builder", Style::Builder)]
        {
            let code =
                client(&document, style).map_err(|problem| problem.in_file(path.display()))?;
            let manifest = alone(manifest.clone(), name, &["package", "dependencies"])?;
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

    /// Adds a crate whose generated code lies below `generated`.
    fn add(&mut self, name: &str, files: Files, generated: &Path) -> Result<()> {
        if self.members.iter().any(|member| member.name == name) {
            return Err(Diagnostic::new(format!(
                "two crates of the measurement are called `{name}`"
            )));
        }

        files::sync_folder(&self.folder.join(name), &files, Mode::Write, "")?;
        let lines = |below: &Path| {
            let code = files.iter().filter(|(path, _)| {
                path.starts_with(below) && path.extension().is_some_and(|it| it == "rs")
            });
            code.map(|(_, contents)| contents.lines().count()).sum()
        };

        self.members.push(Member {
            name: name.to_owned(),
            generated_lines: lines(generated),
            lines: lines(Path::new("")),
        });

        Ok(())
    }

    /// The manifest is that of our workspace but for its members, and the versions are locked to
    /// the same.
    fn write_root(&self, layout: &Layout) -> Result<()> {
        let path = layout.root().join("Cargo.toml");
        let mut manifest = table(&path)?;
        let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut);
        let workspace = workspace
            .ok_or_else(|| Diagnostic::new("there is no `[workspace]`").in_file(path.display()))?;
        let names = self.members.iter().map(|member| Value::from(member.name.clone()));

        workspace.insert("members".to_owned(), Value::Array(names.collect()));
        files::write(&self.folder.join("Cargo.toml"), &manifest.to_string(), Mode::Write, "")?;
        let lock = files::read(&layout.root().join("Cargo.lock"))?;
        files::write(&self.folder.join("Cargo.lock"), &lock, Mode::Write, "")?;

        Ok(())
    }
}

/// The manifest of a package of this name that stands alone: with no more than the kept tables.
fn alone(mut manifest: Table, name: &str, kept: &[&str]) -> Result<String> {
    manifest.retain(|key, _| kept.contains(&key));
    let package = manifest.get_mut("package").and_then(Value::as_table_mut);

    let package = package.ok_or_else(|| {
        Diagnostic::new(format!("the manifest of `{name}` has no `[package]`"))
            .help("give the folder of a crate, not of a workspace")
    })?;
    package.insert("name".to_owned(), name.into());
    package.retain(|key, _| key != "workspace" && key != "default-run");

    Ok(manifest.to_string())
}

/// The manifest and the sources of a crate, under a name and without what only its tests need.
fn package(folder: &Path, name: &str) -> Result<Files> {
    let mut files = sources(folder)?;
    let kept = ["package", "lib", "dependencies", "target", "features", "lints"];
    let manifest = alone(table(&folder.join("Cargo.toml"))?, name, &kept)?;
    files.insert("Cargo.toml".into(), manifest);
    Ok(files)
}

/// The manifest and the sources of a crate.
fn sources(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut open = vec![folder.join("src")];
    files.insert("Cargo.toml".into(), files::read(&folder.join("Cargo.toml"))?);

    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).map_err(|error| unreadable(&path, &error))?;
            for entry in entries {
                open.push(entry.map_err(|error| unreadable(&path, &error))?.path());
            }
        } else {
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            files.insert(relative, files::read(&path)?);
        }
    }

    Ok(files)
}

fn table(path: &Path) -> Result<Table> {
    files::read(path)?.parse().map_err(|error: toml::de::Error| {
        Diagnostic::new(format!("not TOML: {}", error.message())).in_file(path.display())
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot be read: {error}")).in_file(path.display())
}
