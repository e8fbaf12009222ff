//! The error for an OpenAPI document that the stand-in cannot use.

/// An error in an OpenAPI document, with its location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct DocumentError {
    /// The JSON pointer to the invalid value.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl DocumentError {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}
