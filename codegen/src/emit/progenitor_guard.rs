//! Runs progenitor and turns its panics into diagnostics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::Generator;

use crate::diagnostic::{Diagnostic, Result};

/// Generates progenitor's client, which also fills the generator's type graph.
///
/// progenitor and typify assert properties of a document that no validation guarantees. A document
/// must never make this program panic, so a panic in progenitor is caught. Its message still appears
/// on stderr, because a panic hook would affect the whole process.
pub fn generate_client(generator: &mut Generator, api: &OpenAPI) -> Result<TokenStream> {
    match catch_unwind(AssertUnwindSafe(|| generator.generate_tokens(api))) {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(Diagnostic::new(format!("progenitor rejects the document: {error}"))),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
            let message = message.unwrap_or("no message");
            Err(Diagnostic::new(format!("progenitor panics on the document: {message}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use progenitor::GenerationSettings;

    use super::*;

    #[test]
    fn panic_of_progenitor_becomes_a_diagnostic() {
        let api = serde_json::json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "paths": { "/{id}": { "get": {
                "operationId": "get",
                "parameters": [{ "name": "id", "in": "path", "schema": { "type": "string" } }],
                "responses": { "204": { "description": "" } },
            } } },
        });
        let api = serde_json::from_value(api).unwrap();
        let mut generator = Generator::new(&GenerationSettings::new());
        let diagnostic = generate_client(&mut generator, &api).unwrap_err();

        let start = "progenitor panics on the document: ";
        assert!(diagnostic.message.starts_with(start), "{diagnostic}");
    }
}
