//! Generates progenitor's client of the normalised document.

use std::path::{Path, PathBuf};

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files;
use connect_codegen::peer_client::{Style, client};
use connect_codegen::workspace::Layout;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = Layout::new(root).normalised();
    println!("cargo::rerun-if-changed={}", document.display());

    if let Err(problem) = make(&document) {
        let problem = problem.in_file(document.display());
        println!("cargo::error={}", problem.to_string().replace('\n', " "));
    }
}

fn make(document: &Path) -> Result<()> {
    let made = client(&files::read(document)?, Style::Positional)?;
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    files::replace(&folder.join("client.rs"), made.as_bytes())
}
