//! The report: the complete result of a comparison.

use crate::finding::Finding;

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The document to compare against.
    pub base: DocumentInfo,
    /// The document that is compared with the base.
    pub revision: DocumentInfo,
    /// The findings, most severe first.
    pub findings: Vec<Finding>,
    /// The number of changed components that no operation of either document uses.
    pub unreached: usize,
    /// Remarks about the comparison: passes and overlay actions that no longer apply, missing policy
    /// entries, and why the public APIs were not compared.
    pub notes: Vec<Note>,
}

/// A remark about the comparison, not about the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The subject.
    pub kind: NoteKind,
    /// The message, one sentence.
    pub message: String,
    /// The suggested action.
    pub help: Option<String>,
}

/// The subject of a [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A pass or an overlay action no longer applies.
    StaleRule,
    /// A document could not be normalised, so the original documents are compared.
    NotNormalised,
    /// The policy lacks an entry or has a superfluous one.
    Policy,
    /// The public API diff was incomplete or impossible.
    ApiDiff,
}

impl NoteKind {
    /// Returns the name used in reports.
    pub fn id(self) -> &'static str {
        match self {
            // `never-applied` and `witness` date from older names. They are part of the report
            // format.
            Self::StaleRule | Self::NotNormalised => "never-applied",
            Self::Policy => "policy",
            Self::ApiDiff => "witness",
        }
    }
}

/// A description of one of the two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentInfo {
    /// The path or URL of the document, without secrets.
    pub location: String,
    /// The SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// The specification with its version: `Swagger 2.0` or `OpenAPI 3.0.3`.
    pub specification_version: String,
    /// The title of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// Whether the document was recognised as the Connect API's and normalised.
    pub is_connect: bool,
    /// The text that the pointers of findings refer to.
    pub text: String,
    /// The file that contains this text, if there is one.
    pub text_file: Option<String>,
}
