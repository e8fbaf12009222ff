//! Input and output: text formats, and the only writer of files.

pub mod json;
pub mod write;
pub(crate) mod yaml;
