//! Load: from bytes to a document that can be compared.
//!
//! JSON and YAML, Swagger 2.0 and OpenAPI 3.0. A key that stands twice in an object is an error
//! (readers disagree on which of the two counts), and so is nesting deeper than any API has it.

mod format;

use connect_codegen::diagnostic::Result;
use connect_codegen::openapi::document::{Flavour, sha256};
use serde_json::Value;

pub use format::{Syntax, parse};

/// A document of an API, as it is written.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it was read from: a path or a URL, without secrets. Problems name it.
    pub location: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The language it is written in.
    pub flavour: Flavour,
    /// The language with its version, as `Swagger 2.0` or `OpenAPI 3.0.3`.
    pub language: String,
    /// The API's name; empty if the document does not say it.
    pub title: String,
    /// The API's version; empty if the document does not say it.
    pub version: String,
    /// The text that pointers into the document point into.
    pub text: String,
    /// What the text says, in its own language and with its keys in their order. Comparing reads
    /// both languages, so that nothing is converted and every pointer is one into the text.
    pub value: Value,
}

impl Document {
    /// Reads a document; `location` is what problems call it.
    ///
    /// # Errors
    ///
    /// If the bytes are no UTF-8, no JSON and no YAML, hold a key twice, nest too deep, or are not
    /// an API's description in a language that is understood.
    pub fn load(location: &str, bytes: &[u8]) -> Result<Self> {
        Self::read(location, bytes).map_err(|problem| problem.in_file(location))
    }

    fn read(location: &str, bytes: &[u8]) -> Result<Self> {
        let text = format::decode(bytes)?;
        let value = parse(text, Syntax::of(location, text))?;
        let flavour = Flavour::detect(&value)?;
        let language = specification(flavour, &value);

        let info = |key| {
            let text = value.get("info").and_then(|info| info.get(key)).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };

        Ok(Self {
            location: location.to_owned(),
            sha256: sha256(bytes),
            flavour,
            language,
            title: info("title"),
            version: info("version"),
            text: text.to_owned(),
            value,
        })
    }
}

/// The name and the version of the specification, such as `OpenAPI 3.0.3`.
fn specification(flavour: Flavour, document: &Value) -> String {
    match flavour {
        Flavour::Swagger2 => "Swagger 2.0".to_owned(),
        Flavour::OpenApi3 => {
            format!("OpenAPI {}", document["openapi"].as_str().unwrap_or_default())
        }
    }
}
