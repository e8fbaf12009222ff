//! Bumps the version of the workspace in the manifest and in the lock file.

use std::path::{Path, PathBuf};

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files;
use connect_codegen::workspace::Layout;
use connect_drift::verdict::SourceVerdict;
use connect_drift::version::next_version;
use semver::Version;
use toml_edit::{DocumentMut, Item, Value};

/// A bump of the version. [`bump_version`] computes it, and writes nothing.
#[derive(Debug, Clone)]
pub struct Bump {
    /// The current version.
    pub current: Version,
    /// The new version.
    pub next: Version,
    /// The changed files with their new content.
    pub files: [(PathBuf, String); 2],
}

/// Returns the bump of the version, or `None` if the version does not change.
///
/// The bump is relative to the latest release in the changelog. An unreleased version is therefore
/// not bumped twice, and there is no bump before the first release.
pub fn bump_version(
    layout: &Layout,
    bump: SourceVerdict,
    released: Option<Version>,
) -> Result<Option<Bump>> {
    let path = layout.manifest();
    let mut manifest = read_toml(&path)?;
    let error = |message: &str| Diagnostic::new(message).in_file(path.display());

    let version = manifest
        .get_mut("workspace")
        .and_then(|workspace| workspace.get_mut("package"))
        .and_then(|package| package.get_mut("version"))
        .and_then(Item::as_value_mut)
        .ok_or_else(|| error("`[workspace.package]` has no `version`"))?;

    let current: Version = version
        .as_str()
        .and_then(|version| version.parse().ok())
        .ok_or_else(|| error("the version in `[workspace.package]` is invalid"))?;
    let next = released.map(|released| next_version(&released, bump));
    let Some(next) = next.filter(|next| *next > current) else {
        if bump > SourceVerdict::None {
            println!("version {current} is not released yet, so it is not bumped");
        }

        return Ok(None);
    };

    set_version(version, &next);
    let lock_path = layout.lock();
    let lock = bump_lock_file(&lock_path, &current, &next)?;

    let files = [(path, manifest.to_string()), (lock_path, lock)];

    Ok(Some(Bump { current, next, files }))
}

/// Returns the lock file with the new version of the workspace's packages. They have no `source`.
fn bump_lock_file(path: &Path, current: &Version, next: &Version) -> Result<String> {
    let mut lock = read_toml(path)?;
    let current = current.to_string();
    let packages = lock.get_mut("package").and_then(Item::as_array_of_tables_mut);

    for package in packages.into_iter().flat_map(|packages| packages.iter_mut()) {
        let is_member = !package.contains_key("source");
        let version = package.get_mut("version").and_then(Item::as_value_mut);

        let is_current = |version: &&mut Value| version.as_str() == Some(&current);
        if let Some(version) = version.filter(|version| is_member && is_current(version)) {
            set_version(version, next);
        }
    }

    Ok(lock.to_string())
}

fn read_toml(path: &Path) -> Result<DocumentMut> {
    files::read(path)?.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::new(format!("invalid TOML: {}", error.to_string().trim_end()))
            .in_file(path.display())
    })
}

/// Replaces a version, and keeps the spaces and comments around it.
fn set_version(value: &mut Value, version: &Version) {
    let decor = value.decor().clone();
    *value = Value::from(version.to_string());
    *value.decor_mut() = decor;
}
