//! Input and output: JSON and YAML text, formatted Rust, terminal output, and files.

pub mod files;
pub mod json;
pub mod rustfmt;
pub mod terminal;
pub(crate) mod yaml;
