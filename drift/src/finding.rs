//! Findings: one change each, with its verdicts and its location.

use connect_codegen::openapi::document::sha256;
use serde_json::{Value, json};

use crate::change_kind::ChangeKind;
use crate::verdict::{SourceVerdict, WireVerdict};

/// The number of hexadecimal digits in a fingerprint.
pub const FINGERPRINT_LENGTH: usize = 16;

/// One change with one cause, no matter how many operations it affects.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The kind of change; the field `class` of the JSON report.
    pub kind: ChangeKind,
    /// The effect on deployed programs.
    pub wire: WireVerdict,
    /// The effect on the regenerated crate.
    pub source: SourceVerdict,
    /// The location as a JSON pointer into the base, or `None` if the base has no such element.
    pub pointer: Option<String>,
    /// The location as a JSON pointer into the revision, or `None` if the revision has no such
    /// element.
    pub revision_pointer: Option<String>,
    /// The affected operations, for example `GET /clusters`, sorted.
    pub operations: Vec<String>,
    /// The affected public items of the crate, for example `models::ClusterResponse::status`, sorted.
    pub rust_items: Vec<String>,
    /// The value in the base.
    pub old: Option<Value>,
    /// The value in the revision.
    pub new: Option<Value>,
    /// The description of the change, one sentence.
    pub message: String,
}

impl Finding {
    /// Returns the location in the base, or the location in the revision if the base has none.
    pub fn location(&self) -> Option<&str> {
        self.pointer.as_deref().or(self.revision_pointer.as_deref())
    }

    /// Returns the fingerprint: a hash of kind, location and values. The message is not part of it,
    /// so an acceptance survives a change of wording.
    pub fn fingerprint(&self) -> String {
        let identity = json!([self.kind.id(), self.location(), self.old, self.new]);
        sha256(identity.to_string().as_bytes())[..FINGERPRINT_LENGTH].to_owned()
    }
}
