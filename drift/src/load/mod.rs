//! Loads a document: from bytes to a value that can be compared.
//!
//! The document is JSON or YAML, and Swagger 2.0 or OpenAPI 3.0. A duplicate key is an error,
//! because parsers disagree on which of the two values counts. Excessive nesting is an error as well.

mod format;

use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::openapi::document::{Flavour, sha256};
use serde_json::Value;

pub use format::{Syntax, parse};

/// A document as written.
#[derive(Debug, Clone)]
pub struct Document {
    /// The path or URL of the document, without secrets. Error messages name it.
    pub location: String,
    /// The SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// The description language.
    pub flavour: Flavour,
    /// The description language with its version: `Swagger 2.0` or `OpenAPI 3.0.3`.
    pub language: String,
    /// The title of the API, or empty.
    pub title: String,
    /// The version of the API, or empty.
    pub version: String,
    /// The text that JSON pointers refer to.
    pub text: String,
    /// The parsed text, with its keys in their original order. The comparison reads both description
    /// languages, so nothing is converted and every pointer is valid in the text.
    pub value: Value,
}

impl Document {
    /// Parses a document; `location` names it in error messages.
    ///
    /// # Errors
    ///
    /// If the bytes are not UTF-8, the text is neither valid JSON nor valid YAML, a key is
    /// duplicated, the nesting is too deep, or the document is not a description of an API in a
    /// supported language.
    pub fn load(location: &str, bytes: &[u8]) -> Result<Self> {
        Self::parse(location, bytes).map_err(|problem| problem.in_file(location))
    }

    fn parse(location: &str, bytes: &[u8]) -> Result<Self> {
        let text = format::decode(bytes)?;
        let value = parse(text, Syntax::detect(location, text))?;
        let (flavour, language) = detect_language(&value)?;

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

fn detect_language(document: &Value) -> Result<(Flavour, String)> {
    let Value::Object(root) = document else {
        return Err(Diagnostic::at("", "an API document must be an object"));
    };

    let language = match (root.get("swagger"), root.get("openapi")) {
        (Some(Value::String(version)), None) if version == "2.0" => {
            (Flavour::Swagger2, "Swagger 2.0".to_owned())
        }
        (None, Some(Value::String(version))) if version.starts_with("3.0.") => {
            (Flavour::OpenApi3, format!("OpenAPI {version}"))
        }
        (None, None) => {
            return Err(Diagnostic::at("", "neither a Swagger nor an OpenAPI document")
                .help("the root must have `swagger: \"2.0\"` or `openapi: \"3.0.x\"`"));
        }
        (Some(_), Some(_)) => {
            return Err(Diagnostic::at("", "the document has both `swagger` and `openapi`"));
        }
        (Some(other), None) => return Err(unsupported_version("/swagger", other)),
        (None, Some(other)) => return Err(unsupported_version("/openapi", other)),
    };

    match root.get("paths") {
        Some(Value::Object(_)) => Ok(language),
        _ => Err(Diagnostic::at("/paths", "the document has no paths")),
    }
}

fn unsupported_version(pointer: &str, version: &Value) -> Diagnostic {
    Diagnostic::at(pointer, format!("version {version} is not supported"))
        .help("supported are Swagger 2.0 (quoted in YAML) and OpenAPI 3.0.x")
}
