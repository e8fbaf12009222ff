//! The version that changes of the API need: in the manifest, and in the lock file, which a build
//! with `--locked` wants to fit.

use std::path::{Path, PathBuf};

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::files;
use connect_codegen::workspace::Layout;
use connect_drift::verdict::SourceVerdict;
use connect_drift::version::next_version;
use semver::Version;
use toml_edit::{DocumentMut, Item, Value};

/// The files that another version changes, with what they then say; none if the version stays.
///
/// What counts is the newest release in the changelog: a version that is not released yet is bumped
/// no second time, and before the first release not at all.
pub fn to(
    layout: &Layout,
    bump: SourceVerdict,
    released: Option<Version>,
) -> Result<Vec<(PathBuf, String)>> {
    let path = layout.manifest();
    let mut manifest = parsed(&path)?;
    let wrong = |message: &str| Diagnostic::new(message).in_file(path.display());

    let version = manifest
        .get_mut("workspace")
        .and_then(|it| it.get_mut("package"))
        .and_then(|it| it.get_mut("version"))
        .and_then(Item::as_value_mut)
        .ok_or_else(|| wrong("there is no `version` in `[workspace.package]`"))?;

    let current: Version = version
        .as_str()
        .and_then(|it| it.parse().ok())
        .ok_or_else(|| wrong("the version is not one"))?;
    let wanted = released.map(|it| next_version(&it, bump)).filter(|it| *it > current);

    let Some(wanted) = wanted else {
        if bump > SourceVerdict::None {
            println!("the version {current} is not released yet and stays");
        }
        return Ok(Vec::new());
    };
    set(version, &wanted);
    println!("the version {current} becomes {wanted}");

    let lock = layout.lock();
    let locked = locked(&lock, &current, &wanted)?;

    Ok(vec![(path, manifest.to_string()), (lock, locked)])
}

/// The lock file with the new version of the workspace's own packages: those that come from nowhere.
fn locked(path: &Path, current: &Version, wanted: &Version) -> Result<String> {
    let mut lock = parsed(path)?;
    let current = current.to_string();
    let packages = lock.get_mut("package").and_then(Item::as_array_of_tables_mut);

    for package in packages.into_iter().flat_map(|it| it.iter_mut()) {
        let is_own = !package.contains_key("source");
        let version = package.get_mut("version").and_then(Item::as_value_mut);
        if let Some(version) = version.filter(|it| is_own && it.as_str() == Some(&current)) {
            set(version, wanted);
        }
    }

    Ok(lock.to_string())
}

fn parsed(path: &Path) -> Result<DocumentMut> {
    files::read(path)?.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::new(format!("not TOML: {}", error.to_string().trim_end()))
            .in_file(path.display())
    })
}

fn set(place: &mut Value, version: &Version) {
    let decor = place.decor().clone();
    *place = Value::from(version.to_string());
    *place.decor_mut() = decor;
}
