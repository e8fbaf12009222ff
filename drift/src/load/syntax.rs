//! Parses JSON and YAML texts and rejects duplicate keys.

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::io::json::{UniqueKeys, decode_utf8};
use serde_json::Value;

/// The syntax of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// JSON.
    Json,
    /// YAML with the core schema of version 1.2, in which `no` is a string.
    Yaml,
}

/// The maximum nesting depth of objects and lists. It is the limit of `serde_json`, and applies to
/// YAML as well.
const MAX_DEPTH: usize = 127;

/// The stack size of the parser thread: 256 KiB per nesting level.
const STACK_SIZE: usize = (MAX_DEPTH + 1) << 18;

impl Syntax {
    /// Detects the syntax from the file extension, or from the first character of the text.
    pub fn detect(location: &str, text: &str) -> Self {
        let location = location.to_ascii_lowercase();
        if location.ends_with(".json") {
            return Self::Json;
        }

        let is_yaml_file = location.ends_with(".yaml") || location.ends_with(".yml");
        match text.trim_start().starts_with('{') && !is_yaml_file {
            true => Self::Json,
            false => Self::Yaml,
        }
    }
}

/// Decodes UTF-8 and removes a leading byte order mark.
pub fn decode(bytes: &[u8]) -> Result<&str> {
    let text = decode_utf8(bytes)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Parses a text.
///
/// # Errors
///
/// If the syntax is invalid, a key is duplicated, or the nesting is too deep.
pub fn parse(text: &str, syntax: Syntax) -> Result<Value> {
    // The parsers recurse. An unoptimised build needs more stack for a YAML document of maximum
    // depth than a thread has by default, so parsing runs on a thread with a known stack size.
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_SIZE);
        let parser = builder.spawn_scoped(scope, || match syntax {
            Syntax::Json => parse_json(text),
            Syntax::Yaml => parse_yaml(text),
        });

        let parser = parser.map_err(|error| {
            Diagnostic::new(format!("could not start the parser thread: {error}"))
        })?;
        let UniqueKeys(value) =
            parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;

        Ok(value)
    })
}

fn parse_json(text: &str) -> Result<UniqueKeys> {
    serde_json::from_str(text)
        .map_err(|error| Diagnostic::from_json_error(&error, "not valid JSON"))
}

fn parse_yaml(text: &str) -> Result<UniqueKeys> {
    // The budget grows with the size of the text; it only stops small texts that expand a lot.
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        max_nodes: text.len().max(1_000),
        max_events: text.len().saturating_mul(4).max(1_000),
    };
    let options = serde_saphyr::options! { budget: budget, strict_booleans: true };

    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let diagnostic = Diagnostic::from_yaml_error(&error);
        Diagnostic { message: format!("not valid YAML: {}", diagnostic.message), ..diagnostic }
    })
}
