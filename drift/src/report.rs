//! All that a comparison found.

use crate::finding::Finding;

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The document that is compared with.
    pub base: Side,
    /// The document that is compared.
    pub revision: Side,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// How many components differ that no operation of either document reaches.
    pub unreached: usize,
    /// What the comparison itself has to say: passes and overlay actions that no longer apply,
    /// policy entries that are missing, why there is no witness.
    pub notes: Vec<Note>,
}

/// A remark about the comparison, not about the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// What there is to say, in a sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// Normalisation does not fit: a pass or an overlay action has nothing to mend any more, or a
    /// document could not be normalised at all.
    NeverApplied,
    /// The policy lacks an entry, or has one too many.
    Policy,
    /// How far the witness, the public surface of both crates, could testify.
    Witness,
}

/// One of the two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Where it was read from: a path or a URL, without secrets.
    pub location: String,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The language it is written in, as `Swagger 2.0` or `OpenAPI 3.0.3`.
    pub language: String,
    /// The API's name.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// Whether it was normalised as the Connect API's document before it was compared.
    pub is_connect: bool,
    /// The text that the pointers of findings point into.
    pub text: String,
    /// The file that holds this text, if one does.
    pub text_file: Option<String>,
}
