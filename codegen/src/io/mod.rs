//! Input and output: text formats, and the only writer of files.

pub mod json;
pub mod rustfmt;
pub mod write;
pub(crate) mod yaml;
