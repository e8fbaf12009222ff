//! Style rules that the compiler does not check. Each message names the file, the finding and the remedy.

mod functions;
mod mask;
mod source;

use std::collections::BTreeMap;
use std::process::Command;

use functions::{Function, functions};
use source::{GENERATED, SourceFile, read, root, sources, tracked_files};

/// Longest file, in lines of code.
const MAX_FILE_LINES: usize = 400;

/// Longest function body, in lines of code.
const MAX_FUNCTION_LINES: usize = 60;

/// Longest body of a function in test code, in lines of code.
const MAX_TEST_FUNCTION_LINES: usize = 80;

/// A longer body of several statements needs a blank line between two of them.
const MAX_LINES_WITHOUT_BLANK: usize = 12;

/// Share of the lines in function bodies that are blank lines between statements, per crate.
const MIN_BLANK_PERCENT: f64 = 4.0;
const MAX_BLANK_PERCENT: f64 = 15.0;

/// Fails with all findings in one message.
fn assert_none(findings: Vec<String>) {
    assert!(findings.is_empty(), "{} findings:\n{}\n", findings.len(), findings.join("\n"));
}

fn written_by_hand() -> impl Iterator<Item = &'static SourceFile> {
    sources().iter().filter(|file| !file.is_generated())
}

#[test]
fn every_module_begins_with_a_doc_comment() {
    let is_documented = |file: &&SourceFile| {
        let mut lines = file.text.lines();
        let first = lines.find(|line| !line.is_empty() && !line.starts_with("// @generated"));
        first.is_some_and(|line| line.starts_with("//!"))
    };

    let undocumented = sources().iter().filter(|file| !is_documented(file));
    let finding = |file: &SourceFile| {
        format!("{}:1: no `//!` comment: say in one line what the module is for", file.path)
    };
    assert_none(undocumented.map(finding).collect());
}

#[test]
fn no_file_is_too_long() {
    let mut findings = Vec::new();
    for file in written_by_hand() {
        let lines = file.code_lines();
        if lines > MAX_FILE_LINES {
            let path = &file.path;
            findings.push(format!(
                "{path}:1: {lines} lines of code, at most {MAX_FILE_LINES}: split it by concern"
            ));
        }
    }

    assert_none(findings);
}

#[test]
fn no_function_is_too_long() {
    let mut findings = Vec::new();
    for file in written_by_hand() {
        for Function { name, line, is_test, code_lines, .. } in functions(file) {
            let limit = if is_test { MAX_TEST_FUNCTION_LINES } else { MAX_FUNCTION_LINES };
            if code_lines > limit {
                findings.push(format!(
                    "{}:{line}: `{name}` has {code_lines} lines of code, at most {limit}: \
                     move steps into other functions",
                    file.path
                ));
            }
        }
    }

    assert_none(findings);
}

#[test]
fn long_functions_have_paragraphs() {
    let mut findings = Vec::new();
    for file in written_by_hand() {
        for function in functions(file) {
            let Function { name, line, code_lines, statements, paragraph_breaks, .. } = function;
            let location = format!("{}:{line}", file.path);

            if code_lines > MAX_LINES_WITHOUT_BLANK && statements >= 4 && paragraph_breaks == 0 {
                findings.push(format!(
                    "{location}: `{name}` has {code_lines} lines without a blank line: put one \
                     between its steps"
                ));
            }

            if paragraph_breaks > 2 && 2 * paragraph_breaks > code_lines {
                findings.push(format!(
                    "{location}: `{name}` has {paragraph_breaks} blank lines in {code_lines} lines: \
                     keep the statements of one step together"
                ));
            }
        }
    }

    assert_none(findings);
}

#[test]
fn every_crate_has_a_moderate_share_of_blank_lines() {
    let mut crates: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in written_by_hand() {
        let (code, blank) = crates.entry(file.crate_folder()).or_default();
        for function in functions(file) {
            *code += function.code_lines;
            *blank += function.paragraph_breaks;
        }
    }

    assert!(crates.len() > 5, "only {} crates", crates.len());
    let mut findings = Vec::new();

    for (folder, (code, blank)) in crates {
        let percent = 100.0 * blank as f64 / (code + blank) as f64;
        println!("{folder}: {percent:.1} % of {code} lines in function bodies");

        if !(MIN_BLANK_PERCENT..=MAX_BLANK_PERCENT).contains(&percent) {
            findings.push(format!(
                "{folder}: {percent:.1} % of the lines in function bodies are blank lines between \
                 statements, not {MIN_BLANK_PERCENT} to {MAX_BLANK_PERCENT} %: put one between \
                 the steps of a function, and nowhere else"
            ));
        }
    }

    assert_none(findings);
}

#[test]
fn generated_code_has_fewer_lines_than_that_of_other_generators() {
    // Lines of the leanest generator that BENCHMARKS.md names, for the same API.
    const LEANEST_PEER: usize = 5_991;

    let generated = sources().iter().filter(|file| file.is_generated());
    let lines: usize = generated.map(|file| file.code_lines()).sum();
    assert!(
        (1_000..LEANEST_PEER).contains(&lines),
        "{GENERATED}: {lines} lines of code, at most {LEANEST_PEER}: every user compiles them"
    );
}

#[test]
fn exactly_the_generated_files_are_marked_as_generated() {
    const HEADER: &str =
        "// @generated by `cargo xtask regen` from spec/connect-v1.openapi.json. Do not edit.\n";

    let mut findings = Vec::new();
    for file in sources() {
        match (file.is_generated(), file.text.starts_with(HEADER)) {
            (true, false) => findings.push(format!("{}:1: the header is missing", file.path)),
            (false, true) => {
                findings.push(format!("{}:1: only {GENERATED} is generated", file.path))
            }
            _ => {}
        }
    }

    assert_none(findings);
    let attributes = read(".gitattributes");
    let attribute = format!("{GENERATED}** linguist-generated=true");
    assert!(attributes.contains(&attribute), ".gitattributes: add `{attribute}`");
}

#[test]
fn documents_name_files_that_exist() {
    const FOLDERS: [&str; 9] = [
        "codegen/",
        "connect-api/",
        "docs/",
        "drift/",
        "spec/",
        "tests/",
        "xtask/",
        ".ci/",
        ".github/",
    ];

    let mut findings = Vec::new();
    for document in tracked_files("*.md") {
        let text = read(&document);
        let code_spans = text.split('`').skip(1).step_by(2);
        let is_path = |span: &&str| {
            FOLDERS.iter().any(|folder| span.starts_with(folder)) && !span.contains(' ')
        };

        for path in code_spans.filter(is_path).filter(|path| !root().join(path).exists()) {
            findings.push(format!("{document}: `{path}` does not exist: correct the path"));
        }
    }

    assert_none(findings);
}

#[test]
fn changelog_has_an_unreleased_section() {
    assert!(read("CHANGELOG.md").contains("\n## Unreleased\n"), "add `## Unreleased`");
}

#[test]
fn generated_code_is_formatted_by_rustfmt() {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024", "--config-path"]).arg(root());
    rustfmt.arg(root().join(GENERATED).join("mod.rs"));

    let output = rustfmt.output().expect("run rustfmt");
    let difference = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "run `cargo xtask regen`:\n{difference}");
}
