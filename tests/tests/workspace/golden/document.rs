//! Small documents: the base that every crate needs, and what a document adds to it.

use std::collections::BTreeMap;

use connect_codegen::diagnostic::Result;
use connect_codegen::io::files::Files;
use connect_codegen::normalise::{map_to_upstream, normalise};
use connect_codegen::openapi::document::Upstream;
use connect_codegen::openapi::overlay::Overlay;
use connect_codegen::pipeline;
use connect_codegen::policy::Policy;
use serde_json::Value;

/// A document with the policy and the overlay that go with it.
pub struct Document {
    root: Value,
}

impl Document {
    /// The base with an addition merged into it: objects member by member, lists by appending.
    pub fn with(addition: Value) -> Self {
        let mut root = yaml(include_str!("base.yaml"));
        merge(&mut root, addition);
        Self { root }
    }

    /// The base after a JSON Patch.
    pub fn patched(patch: Value) -> Self {
        let mut root = yaml(include_str!("base.yaml"));
        let patch: json_patch::Patch = serde_json::from_value(patch).expect("a patch");
        json_patch::patch(&mut root, &patch).expect("the patch fits");
        Self { root }
    }

    /// As [`Self::with`], for a file of `tests/documents`.
    pub fn read(text: &str) -> Self {
        Self::with(yaml(text))
    }

    /// The generated code, through all stages.
    pub fn generate(&self) -> Result<Files> {
        // JSON leaves control characters alone that YAML wants escaped.
        let text = |part: &str| -> String {
            let text = self.root[part].to_string();
            let escaped = text.chars().map(|c| match c {
                c if c.is_control() || c == '\u{FEFF}' => format!("\\u{:04x}", c as u32),
                c => c.to_string(),
            });
            escaped.collect()
        };
        let policy = Policy::parse(&text("policy"))?;
        let overlay = Overlay::parse(&text("overlay"))?;
        let upstream = Upstream::parse(&text("document"))?;

        pipeline::generate_code(&normalise(&upstream, &overlay, &policy)?, &policy)
            .map_err(|problem| map_to_upstream(problem, &upstream))
    }
}

/// The files of the construct, without what is the same for each of them.
pub fn of_the_construct(files: &Files) -> String {
    let files: BTreeMap<_, _> =
        files.iter().filter(|(path, _)| path.ends_with("construct.rs")).collect();
    let mut text = String::new();
    for (path, code) in files {
        let code = code.split_once("\n\n").map_or(code.as_str(), |(_, code)| code);
        text.push_str(&format!("// ---- {}\n{code}\n", path.display()));
    }

    text
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("YAML")
}

/// Merges objects member by member, and appends lists.
pub fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from),
        (into, from) => *into = from,
    }
}
