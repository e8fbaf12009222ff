//! API documents: loading one, and walking over its parts.

pub mod document;
pub mod walk;
