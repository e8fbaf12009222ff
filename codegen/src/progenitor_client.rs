//! progenitor on its own: what it makes of the normalised document, without our lowering and our
//! emitter. Our requests are held against its requests, and our cost against its cost.
//!
//! It takes the document as it is. Nothing is reduced for it: neither what it is told of requests
//! nor what it is told of answers.

use progenitor_impl::{GenerationSettings, InterfaceStyle};

use crate::diagnostic::{Diagnostic, Result};
use crate::emit::engine;

/// How the operations of progenitor's client are called.
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
    let file = syn::parse2(engine::generate(&settings, &api)?)
        .map_err(|error| Diagnostic::new(format!("progenitor made no Rust: {error}")))?;

    Ok(prettyplease::unparse(&file))
}
