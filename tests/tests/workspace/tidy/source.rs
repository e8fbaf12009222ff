//! The source files of the project, reduced to code.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::mask::mask;

/// Folder of the generated code.
pub const GENERATED: &str = "connect-api/src/generated/";

/// A Rust source file.
pub struct SourceFile {
    /// Path from the root of the workspace, with forward slashes.
    pub path: String,
    pub text: String,
    /// The text without comments and without the content of literals; as many lines as the text.
    pub code: String,
    /// Line numbers, from 0, of the inline modules marked `#[cfg(test)]`.
    test_lines: Vec<Range<usize>>,
}

impl SourceFile {
    pub fn new(path: String, text: String) -> Self {
        let code = mask(&text);
        let test_lines = inline_test_modules(&code);

        Self { path, text, code, test_lines }
    }

    pub fn is_generated(&self) -> bool {
        self.path.starts_with(GENERATED)
    }

    /// Whether the line, counted from 0, is code of a test.
    pub fn is_test_line(&self, line: usize) -> bool {
        let folders = ["tests/", "benches/"].map(|folder| format!("/{folder}"));
        let path = format!("/{}", self.path);
        // The stand-in and the other helpers of the tests are ordinary code below `tests/`.
        let is_helper = path.starts_with("/tests/") && path.contains("/src/");

        let is_test_file = folders.iter().any(|folder| path.contains(folder)) && !is_helper;
        is_test_file || self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// Number of lines of code: no blank lines, no comments, no inline test modules.
    pub fn code_lines(&self) -> usize {
        let lines = self.code.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .filter(|(index, _)| !self.test_lines.iter().any(|lines| lines.contains(index)))
            .count()
    }

    /// Folder of the crate that the file belongs to.
    pub fn crate_folder(&self) -> String {
        let folders = Path::new(&self.path).ancestors().skip(1);
        let mut crates = folders.filter(|folder| root().join(folder).join("Cargo.toml").exists());
        crates.next().unwrap_or(Path::new("")).display().to_string()
    }
}

/// Lines of the modules marked `#[cfg(test)]` whose body is in the same file.
fn inline_test_modules(code: &str) -> Vec<Range<usize>> {
    let lines: Vec<&str> = code.lines().collect();
    let mut modules = Vec::new();

    for (start, line) in lines.iter().enumerate() {
        if line.trim() != "#[cfg(test)]" {
            continue;
        }

        let is_attribute = |line: &&&str| line.trim().starts_with("#[");
        let attributes = lines[start..].iter().take_while(is_attribute).count();
        let Some(head) = lines.get(start + attributes) else { continue };
        if !head.trim_start().starts_with("mod ") || !head.ends_with('{') {
            continue;
        }

        // rustfmt puts the closing brace in the column of the module.
        let indent = head.len() - head.trim_start().len();
        let end = format!("{}}}", &head[..indent]);
        let length = lines[start..].iter().position(|line| *line == end);
        modules.push(start..start + length.map_or(lines.len() - start, |length| length + 1));
    }

    modules
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace").into()
}

/// The Rust files of the project.
pub fn sources() -> &'static [SourceFile] {
    static SOURCES: OnceLock<Vec<SourceFile>> = OnceLock::new();

    SOURCES.get_or_init(|| {
        let paths = tracked_files("*.rs");
        assert!(paths.len() > 50, "git lists only {} Rust files", paths.len());
        paths.into_iter().map(|path| SourceFile::new(path.clone(), read(&path))).collect()
    })
}

/// The paths that git tracks and that match a pattern; other files do not belong to the project.
pub fn tracked_files(pattern: &str) -> Vec<String> {
    let mut git = Command::new("git");
    let git = git.args(["ls-files", "-z", pattern]).current_dir(root());
    let output = git.output().expect("run git");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`git ls-files` failed: {errors}");

    let paths = String::from_utf8(output.stdout).expect("paths in UTF-8");
    let paths = paths.split_terminator('\0').map(str::to_owned);
    // git still lists a deleted file until the deletion is committed.
    paths.filter(|path| root().join(path).exists()).collect()
}

/// A file of the workspace, by its path from the root.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
