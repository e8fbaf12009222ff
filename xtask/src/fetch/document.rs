//! A fetched document, as it was served and as it is stored.

use chrono::{DateTime, SecondsFormat, Utc};
use connect_codegen::diagnostic::{Diagnostic, Result};
use connect_codegen::openapi::document::{Provenance, Upstream, sha256};
use connect_codegen::policy::Policy;
use connect_drift::connect::is_connect_document;

/// A fetched and validated document.
#[derive(Debug, Clone)]
pub struct FetchedDocument {
    /// The text to store: the document, indented for readable diffs, with its keys in the order in
    /// which they were served. The record has the hash of this text.
    pub text: String,
    /// The parsed document.
    pub upstream: Upstream,
    /// The document as it was served, for comparison.
    pub served: ServedDocument,
    /// The command that fetches the document.
    pub command: String,
}

/// The response to the fetch request.
#[derive(Debug, Clone)]
pub struct ServedDocument {
    /// The body.
    pub bytes: Vec<u8>,
    /// The URL of the request, without secrets.
    pub url: String,
    /// The OpenAPI version in the request.
    pub requested_version: Option<String>,
}

impl FetchedDocument {
    /// Returns the provenance record of a document that was fetched at `time`.
    pub fn record(&self, time: DateTime<Utc>) -> Provenance {
        Provenance {
            source: self.served.url.clone(),
            retrieved_at: time.to_rfc3339_opts(SecondsFormat::Secs, true),
            requested_version: self.served.requested_version.clone(),
            sha256: sha256(self.text.as_bytes()),
            command: self.command.clone(),
        }
    }

    /// Returns an error if the document describes another API.
    pub fn require_connect_document(&self, policy: &Policy) -> Result<()> {
        if is_connect_document(&self.upstream.document, policy) {
            return Ok(());
        }

        let message = "not the document of the Connect API: most of its operations are missing";
        Err(Diagnostic::new(message)
            .in_file(&self.served.url)
            .help("check the URL; if upstream moved all operations, update spec/policy.yaml first"))
    }
}
