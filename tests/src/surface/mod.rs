//! The surface of the API as text, one line per item, for snapshots and line-by-line comparison.

pub mod document;
