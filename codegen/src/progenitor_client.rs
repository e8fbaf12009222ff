//! progenitor's own client of the normalised document, without our lowering and our emitter.
//!
//! Tests compare our requests with its requests, and benchmarks compare the cost of both. The
//! document is not reduced for it, neither in its requests nor in its responses.

use progenitor::{GenerationSettings, Generator, InterfaceStyle};

use crate::diagnostic::{Diagnostic, Result};
use crate::progenitor::generate;

/// How a program calls the operations of progenitor's client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// With every parameter as an argument.
    Positional,
    /// With a builder for each operation.
    Builder,
}

/// The source of progenitor's client for an OpenAPI 3.0 document.
pub fn client(document: &str, style: Style) -> Result<String> {
    let api = serde_json::from_str(document)
        .map_err(|error| Diagnostic::new(format!("not an OpenAPI 3.0 document: {error}")))?;

    let mut settings = GenerationSettings::new();
    settings.with_interface(match style {
        Style::Positional => InterfaceStyle::Positional,
        Style::Builder => InterfaceStyle::Builder,
    });

    let tokens = generate(&mut Generator::new(&settings), &api)?;
    let file = syn::parse2(tokens)
        .map_err(|error| Diagnostic::new(format!("progenitor printed invalid Rust: {error}")))?;

    Ok(prettyplease::unparse(&file))
}
