//! From a text to its value: JSON or YAML, each key once.

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::json::{UniqueKeys, decode_utf8};
use serde_json::Value;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// JSON.
    Json,
    /// YAML, in its core schema of 1.2: `no` is a string.
    Yaml,
}

/// How deep objects and lists may nest: the limit of `serde_json`, for YAML as well.
const DEPTH: usize = 127;

impl Syntax {
    /// The syntax of a file: by its name's end, else by what it begins with.
    pub fn of(location: &str, text: &str) -> Self {
        let ends = |suffix: &str| location.to_ascii_lowercase().ends_with(suffix);
        if ends(".json") {
            return Self::Json;
        }

        match text.trim_start().starts_with('{') && !ends(".yaml") && !ends(".yml") {
            true => Self::Json,
            false => Self::Yaml,
        }
    }
}

/// The text of some bytes, without the byte order mark that some editors set before it.
pub fn decode(bytes: &[u8]) -> Result<&str> {
    let text = decode_utf8(bytes)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a text.
///
/// # Errors
///
/// If it breaks the syntax, holds a key twice, or nests too deep.
pub fn parse(text: &str, syntax: Syntax) -> Result<Value> {
    // Readers recurse, and a build without optimisation takes more for a level of YAML than the
    // stack of a thread has for all of them. The limit of depth holds on a stack of known size.
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK);
        let reading = reader.spawn_scoped(scope, || match syntax {
            Syntax::Json => json(text),
            Syntax::Yaml => yaml(text),
        });

        let reading =
            reading.map_err(|error| Diagnostic::new(format!("no thread to read in: {error}")))?;
        let UniqueKeys(value) =
            reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;

        Ok(value)
    })
}

/// The stack that reading has: 256 KiB a level.
const STACK: usize = (DEPTH + 1) << 18;

fn json(text: &str) -> Result<UniqueKeys> {
    serde_json::from_str(text)
        .map_err(|error| Diagnostic::from_json_error(&error, "not valid JSON"))
}

fn yaml(text: &str) -> Result<UniqueKeys> {
    // What a document may cost grows with its size; only what small texts blow up is bounded.
    let budget = serde_saphyr::budget! {
        max_depth: DEPTH,
        max_nodes: text.len().max(1_000),
        max_events: text.len().saturating_mul(4).max(1_000),
    };
    let options = serde_saphyr::options! { budget: budget, strict_booleans: true };

    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let problem = Diagnostic::from_yaml_error(&error);
        Diagnostic { message: format!("not valid YAML: {}", problem.message), ..problem }
    })
}
