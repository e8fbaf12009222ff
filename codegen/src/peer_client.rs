//! The client that progenitor generates, without our lowering and our emitter.
//!
//! Tests compare its requests with ours, and benchmarks compare the cost of both. It is generated
//! from the full normalised document.

use progenitor::{GenerationSettings, Generator, InterfaceStyle};

use crate::diagnostic::{Diagnostic, Result};
use crate::emit::progenitor_guard::generate_client;

/// The interface of progenitor's client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Methods with every parameter as an argument.
    Positional,
    /// A builder for each operation.
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

    let tokens = generate_client(&mut Generator::new(&settings), &api)?;
    let file = syn::parse2(tokens)
        .map_err(|error| Diagnostic::new(format!("progenitor printed invalid Rust: {error}")))?;

    Ok(prettyplease::unparse(&file))
}
