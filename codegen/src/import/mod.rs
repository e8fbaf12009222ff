//! Import: rebuilds the upstream document from the API's published page.
//!
//! The service serves its document, but only to clients that can reach it. The published page is
//! that document rendered by Swagger UI, with parts collapsed. `page` parses the page,
//! `supplement.yaml` states the collapsed parts, and `document` builds the document from both. Each
//! example on the page is checked against the resulting schema. This detects a wrong entry of the
//! supplement.

mod cell;
mod counts;
mod document;
mod example;
mod page;
mod supplement;

use serde_json::Value;

pub use counts::Counts;

use crate::diagnostic::{Diagnostic, Result};

/// The result of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The Swagger 2.0 document, with its quirks.
    pub document: Value,
    /// How much the page contains.
    pub counts: Counts,
}

/// Builds a Swagger 2.0 document from the published page and the supplement. Diagnostics name the
/// files `page_name` and `supplement_name`.
///
/// # Errors
///
/// Fails on a line of the page that cannot be parsed, and on an entry of the supplement that does
/// not apply to the page.
pub fn import(
    page: &str,
    page_name: &str,
    supplement: &str,
    supplement_name: &str,
) -> Result<Imported> {
    let in_page = |diagnostic: Diagnostic| diagnostic.in_file(page_name);
    let in_supplement = |diagnostic: Diagnostic| diagnostic.in_file(supplement_name);

    let last_line = page.lines().count().max(1);
    let page = page::parse(page).map_err(in_page)?;
    let supplement = supplement::parse(supplement).map_err(in_supplement)?;

    let counts = Counts::from_page(&page);
    if let Some(difference) = counts.difference(&supplement.expect) {
        let message = format!("the page has {difference}");
        return Err(in_page(Diagnostic::at_line(last_line, message)).help(format!(
            "save the whole page; if upstream has changed, correct `expect` in {supplement_name}"
        )));
    }

    supplement.check(&page).map_err(in_supplement)?;
    let document = document::build(&page, &supplement).map_err(|mut diagnostic| {
        diagnostic.help.get_or_insert_with(|| {
            format!("the collapsed parts of the page are stated in {supplement_name}: correct it")
        });
        in_page(diagnostic)
    })?;

    Ok(Imported { document, counts })
}

/// The document as committed: indented JSON with its keys in order and a final line break.
pub fn to_json(document: &Value) -> String {
    format!("{document:#}\n")
}
