//! Small documents: a base that every crate needs, and an addition with one construct.

use std::collections::BTreeMap;

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::Files;
use connect_codegen::normalise::{map_to_upstream, normalise};
use connect_codegen::openapi::document::Upstream;
use connect_codegen::openapi::overlay::Overlay;
use connect_codegen::pipeline;
use connect_codegen::policy::Policy;
use serde_json::Value;

/// A document with its policy and its overlay.
pub struct Document {
    root: Value,
}

impl Document {
    /// The base merged with an addition: objects member by member, lists by appending.
    pub fn with(addition: Value) -> Self {
        let mut root = base();
        merge(&mut root, addition);
        Self { root }
    }

    /// The base changed by a JSON Patch.
    pub fn patched(patch: Value) -> Self {
        let mut root = base();
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("a JSON Patch");
        json_patch::patch(&mut root, &patch).expect("a patch that applies to the base");
        Self { root }
    }

    /// The base merged with the addition in a file of `tests/documents`.
    pub fn parse(text: &str) -> Self {
        Self::with(parse_yaml(text))
    }

    /// Runs all stages of the generator and returns the generated files.
    pub fn generate(&self) -> Result<Files> {
        let policy = Policy::parse(&self.part("policy"))?;
        let overlay = Overlay::parse(&self.part("overlay"))?;
        let upstream = Upstream::parse(&self.part("document"))?;

        pipeline::generate_code(&normalise(&upstream, &overlay, &policy)?, &policy)
            .map_err(|problem| map_to_upstream(problem, &upstream))
    }

    /// A member of the root as JSON in which control characters are escaped, as YAML requires.
    fn part(&self, name: &str) -> String {
        let json = self.root[name].to_string();
        let escaped = json.chars().map(|c| match c {
            c if c.is_control() || c == '\u{FEFF}' => format!("\\u{:04x}", c as u32),
            c => c.to_string(),
        });

        escaped.collect()
    }
}

fn base() -> Value {
    parse_yaml(include_str!("base.yaml"))
}

fn parse_yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("a YAML document")
}

/// The addition in a file of `tests/documents`, with a suffix at its own names and a prefix at its
/// paths, so that it can be merged with the other additions.
pub fn renamed_addition(text: &str, document: &str) -> Value {
    let addition = parse_yaml(text);
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
    };

    let mut names = keys(&addition["document"]["definitions"]);
    for operation in addition["policy"]["operations"].as_array().into_iter().flatten() {
        names.extend(operation["id"].as_str().map(str::to_owned));
    }
    for kind in ["enums", "unions"] {
        let chosen = addition["policy"]["names"][kind].as_object();
        let chosen = chosen.into_iter().flat_map(|names| names.values());
        names.extend(chosen.filter_map(Value::as_str).map(str::to_owned));
    }

    let mut json = addition.to_string();
    for name in names {
        json = replace_word(&json, &name, |name| match name.starts_with(char::is_uppercase) {
            true => format!("{name}{}", camel_case(document)),
            false => format!("{name}_{document}"),
        });
    }
    for path in keys(&addition["document"]["paths"]) {
        json = json.replace(&path, &format!("/{document}{path}"));
    }

    serde_json::from_str(&json).expect("JSON after renaming")
}

/// Replaces a name where it is not part of a longer one.
fn replace_word(text: &str, name: &str, replacement: impl Fn(&str) -> String) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut replaced = String::new();
    let mut end = 0;

    for (start, _) in text.match_indices(name) {
        let after = start + name.len();
        if !text[..start].ends_with(is_word) && !text[after..].starts_with(is_word) {
            replaced.push_str(&text[end..start]);
            replaced.push_str(&replacement(name));
            end = after;
        }
    }

    replaced + &text[end..]
}

fn camel_case(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

/// The generated files of the resource `construct`, without the lines that all of them begin with.
pub fn construct_files(files: &Files) -> String {
    let files: BTreeMap<_, _> =
        files.iter().filter(|(path, _)| path.ends_with("construct.rs")).collect();
    let mut text = String::new();

    for (path, code) in files {
        let code = code.split_once("\n\n").map_or(code.as_str(), |(_, code)| code);
        text.push_str(&format!("// ---- {}\n{code}\n", path.display()));
    }

    text
}

/// Merges objects member by member, and appends lists.
pub fn merge(target: &mut Value, addition: Value) {
    match (target, addition) {
        (Value::Object(target), Value::Object(addition)) => {
            for (key, value) in addition {
                match target.get_mut(&key) {
                    Some(member) => merge(member, value),
                    None => {
                        target.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(addition)) => target.extend(addition),
        (target, addition) => *target = addition,
    }
}
