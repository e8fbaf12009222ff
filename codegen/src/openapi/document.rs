//! The upstream document as it was fetched or imported, and the record of where it came from.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, Result};
use crate::io::json::Once;

/// The two languages in which the service describes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Swagger 2.0, what the service serves unless asked otherwise.
    Swagger2,
    /// OpenAPI 3.0.x.
    OpenApi3,
}

/// A document that says of itself that it describes an API in a language we read.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The language it is written in.
    pub flavour: Flavour,
    /// The document, quirks and all, its keys in their order.
    pub document: Value,
}

/// Where the committed document came from. Lies beside it, and pins its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The URL that was fetched, or the file that was imported.
    pub source: String,
    /// When, as an RFC 3339 time in UTC.
    pub retrieved_at: String,
    /// The OpenAPI version that the service was asked for, if it was asked for one.
    pub requested_version: Option<String>,
    /// The SHA-256 of the bytes that lie beside this, in hexadecimal. They are laid out for a
    /// reader of differences, so it is not that of what was served.
    pub sha256: String,
    /// The command that made it, and that mends a mismatch.
    pub command: String,
}

impl Upstream {
    /// Reads a document, and refuses what is not an API document of a flavour we know, and one in
    /// which a key stands twice.
    pub fn parse(text: &str) -> Result<Self> {
        let Once(document) = serde_json::from_str(text)
            .map_err(|error| Diagnostic::json(&error, "not valid JSON"))?;
        let Value::Object(root) = &document else {
            return Err(Diagnostic::at("", "an API document is a JSON object"));
        };

        let flavour = match (root.get("swagger"), root.get("openapi")) {
            (Some(Value::String(version)), None) if version == "2.0" => Flavour::Swagger2,
            (None, Some(Value::String(version))) if version.starts_with("3.0.") => {
                Flavour::OpenApi3
            }
            (None, None) => {
                return Err(Diagnostic::at("", "neither a Swagger nor an OpenAPI document")
                    .help("the root must have `swagger: \"2.0\"` or `openapi: \"3.0.x\"`"));
            }
            (Some(_), Some(_)) => {
                return Err(Diagnostic::at(
                    "",
                    "the document claims to be both Swagger and OpenAPI",
                ));
            }
            (Some(other), None) => return Err(Self::unknown_version("/swagger", other)),
            (None, Some(other)) => return Err(Self::unknown_version("/openapi", other)),
        };

        if !matches!(root.get("paths"), Some(Value::Object(_))) {
            return Err(Diagnostic::at("/paths", "the document has no paths"));
        }
        Ok(Self { flavour, document })
    }

    fn unknown_version(pointer: &str, version: &Value) -> Diagnostic {
        Diagnostic::at(pointer, format!("version {version} is not one that can be read"))
            .help("Swagger 2.0 and OpenAPI 3.0.x can; ask the service for one of them")
    }
}

impl Provenance {
    /// Refuses a document whose bytes are not the recorded ones.
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        let actual = sha256(bytes);
        if actual == self.sha256 {
            return Ok(());
        }

        Err(Diagnostic::new(format!(
            "the document's SHA-256 is {actual}, but its record says {}",
            self.sha256
        ))
        .help(format!(
            "the document was changed by hand or in part; run `{}` to make it anew",
            self.command
        )))
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
