//! What was fetched, as it came and as it is stored.

use chrono::{DateTime, SecondsFormat, Utc};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::openapi::document::{Provenance, Upstream, sha256};
use connect_codegen::policy::Policy;
use connect_drift::connect::is_connect_document;

/// A document that was fetched and found good.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The text to store: the document laid out for a reader of differences, its keys in the
    /// order in which they were served. Its bytes are those that the record pins.
    pub text: String,
    /// The same, read.
    pub upstream: Upstream,
    /// The document as it was served, which is what is compared.
    pub served: Served,
    /// The command that fetches it again.
    pub command: String,
}

/// What was served at a URL.
#[derive(Debug, Clone)]
pub struct Served {
    /// The bytes, as they came.
    pub bytes: Vec<u8>,
    /// The URL of the request that they answer, fit to be shown.
    pub url: String,
    /// The version that was asked for in that request.
    pub requested_version: Option<String>,
}

impl Fetched {
    /// The record to lie beside the document that was fetched at a time.
    pub fn record(&self, at: DateTime<Utc>) -> Provenance {
        Provenance {
            source: self.served.url.clone(),
            retrieved_at: at.to_rfc3339_opts(SecondsFormat::Secs, true),
            requested_version: self.served.requested_version.clone(),
            sha256: sha256(self.text.as_bytes()),
            command: self.command.clone(),
        }
    }

    /// Refuses the document of another API, so that it never takes the place of the committed one.
    pub fn must_be_connects(&self, policy: &Policy) -> Result<()> {
        if is_connect_document(&self.upstream.document, policy) {
            return Ok(());
        }
        Err(Diagnostic::new("not the Connect API's document: most of its operations are missing")
            .in_file(&self.served.url)
            .help("check the URL; if upstream moved them all, correct spec/policy.yaml first"))
    }
}
