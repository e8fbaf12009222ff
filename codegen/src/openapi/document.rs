//! The upstream document, as fetched or imported, and its provenance record.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::json::UniqueKeys;

/// The specification that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Swagger 2.0. The service serves it by default.
    Swagger2,
    /// OpenAPI 3.0.x.
    OpenApi3,
}

impl Flavour {
    /// Detects a document's specification from its `swagger` or `openapi` member.
    ///
    /// # Errors
    ///
    /// Fails if the document is not Swagger 2.0 or OpenAPI 3.0.x, or has no `paths`.
    pub fn detect(document: &Value) -> Result<Self> {
        let Value::Object(root) = document else {
            return Err(Diagnostic::at("", "an API document must be an object"));
        };

        let flavour = match (root.get("swagger"), root.get("openapi")) {
            (Some(Value::String(version)), None) if version == "2.0" => Self::Swagger2,
            (None, Some(Value::String(version))) if version.starts_with("3.0.") => Self::OpenApi3,
            (None, None) => {
                return Err(Diagnostic::at("", "neither a Swagger nor an OpenAPI document")
                    .help("the root must have `swagger: \"2.0\"` or `openapi: \"3.0.x\"`"));
            }
            (Some(_), Some(_)) => {
                return Err(Diagnostic::at("", "the root has both `swagger` and `openapi`")
                    .help("a document must have only one of them"));
            }
            (Some(version), None) => return Err(unsupported_version("/swagger", version)),
            (None, Some(version)) => return Err(unsupported_version("/openapi", version)),
        };

        match root.get("paths") {
            Some(Value::Object(_)) => Ok(flavour),
            _ => Err(Diagnostic::at("/paths", "the document has no `paths` object")),
        }
    }
}

fn unsupported_version(pointer: &str, version: &Value) -> Diagnostic {
    Diagnostic::at(pointer, format!("unsupported version {version}"))
        .help("supported are Swagger \"2.0\" (in YAML, quote it) and OpenAPI 3.0.x")
}

/// The upstream document and its specification.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The specification that the document is written in.
    pub flavour: Flavour,
    /// The document, unchanged, with its keys in their original order.
    pub document: Value,
}

impl Upstream {
    /// Parses a JSON text and detects its specification.
    ///
    /// # Errors
    ///
    /// Fails if the text is not valid JSON, has an object with a duplicate key, or is not a Swagger
    /// 2.0 or OpenAPI 3.0.x document.
    pub fn parse(text: &str) -> Result<Self> {
        let UniqueKeys(document) = serde_json::from_str(text)
            .map_err(|error| Diagnostic::from_json_error(&error, "not valid JSON"))?;

        Ok(Self { flavour: Flavour::detect(&document)?, document })
    }
}

/// The provenance record: where the committed document came from, and the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The fetched URL or the imported file.
    pub source: String,
    /// When it was fetched or imported, as an RFC 3339 time in UTC.
    pub retrieved_at: String,
    /// The OpenAPI version requested from the service, if any.
    pub requested_version: Option<String>,
    /// The SHA-256 of the committed bytes, in hexadecimal. It differs from the hash of the
    /// response, because the document is reformatted for readable diffs.
    pub sha256: String,
    /// The command that wrote the document, and that restores it after a mismatch.
    pub command: String,
}

impl Provenance {
    /// Checks a document against the recorded hash.
    ///
    /// # Errors
    ///
    /// Fails if the hash of `bytes` is not the recorded one.
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        let actual = sha256(bytes);
        if actual == self.sha256 {
            return Ok(());
        }

        let message = format!(
            "the document's SHA-256 is {actual}, but its provenance record has {}",
            self.sha256
        );
        Err(Diagnostic::new(message)
            .help(format!("the document was edited by hand: run `{}` to restore it", self.command)))
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
