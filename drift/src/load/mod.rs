//! Loads a document: from bytes to a value that can be compared.
//!
//! The document is JSON or YAML, and Swagger 2.0 or OpenAPI 3.0. A duplicate key is an error,
//! because parsers disagree on which of the two values counts. Excessive nesting is an error as well.

mod syntax;

use connect_codegen::diagnostic::Result;
use connect_codegen::openapi::document::{Flavour, sha256};
use serde_json::Value;

pub use syntax::{Syntax, parse};

/// A document as written.
#[derive(Debug, Clone)]
pub struct Document {
    /// The path or URL of the document, without secrets. Error messages name it.
    pub location: String,
    /// The SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// The flavour of the specification: Swagger 2.0 or OpenAPI 3.
    pub flavour: Flavour,
    /// The specification with its version: `Swagger 2.0` or `OpenAPI 3.0.3`.
    pub specification_version: String,
    /// The title of the API, or empty.
    pub title: String,
    /// The version of the API, or empty.
    pub version: String,
    /// The text that JSON pointers refer to.
    pub text: String,
    /// The parsed text, with its keys in their original order. The comparison reads both flavours,
    /// so nothing is converted and every pointer is valid in the text.
    pub value: Value,
}

impl Document {
    /// Parses a document; `location` names it in error messages.
    ///
    /// # Errors
    ///
    /// If the bytes are not UTF-8, the text is neither valid JSON nor valid YAML, a key is
    /// duplicated, the nesting is too deep, or the document is not a description of an API in a
    /// supported flavour.
    pub fn load(location: &str, bytes: &[u8]) -> Result<Self> {
        Self::parse(location, bytes).map_err(|diagnostic| diagnostic.in_file(location))
    }

    fn parse(location: &str, bytes: &[u8]) -> Result<Self> {
        let text = syntax::decode(bytes)?;
        let value = parse(text, Syntax::detect(location, text))?;
        let flavour = Flavour::detect(&value)?;

        let info = |key| {
            let text = value.get("info").and_then(|info| info.get(key)).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };

        Ok(Self {
            location: location.to_owned(),
            sha256: sha256(bytes),
            flavour,
            specification_version: specification_version(flavour, &value),
            title: info("title"),
            version: info("version"),
            text: text.to_owned(),
            value,
        })
    }
}

/// Returns the specification with its version.
fn specification_version(flavour: Flavour, document: &Value) -> String {
    match flavour {
        Flavour::Swagger2 => "Swagger 2.0".to_owned(),
        Flavour::OpenApi3 => {
            format!("OpenAPI {}", document["openapi"].as_str().unwrap_or_default())
        }
    }
}
