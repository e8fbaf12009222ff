//! From the published page to the document that the service would serve.
//!
//! The service describes itself, but only to those who can reach it. The page it publishes is the
//! same document rendered by Swagger UI, with parts folded away. `page` reads that rendering
//! back, `supplement.yaml` says what is folded, and each example on the page is held against the
//! schema that results, so that a wrong entry in the supplement does not get far.

mod cell;
mod counts;
mod document;
mod example;
mod page;
mod supplement;

use serde_json::Value;

pub use counts::Counts;

use crate::diagnostic::{Diagnostic, Result};

/// What an import gives.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The Swagger 2.0 document, quirks kept.
    pub document: Value,
    /// What was found on the page.
    pub counts: Counts,
}

/// Turns the published page, with what the supplement adds to it, into a Swagger 2.0 document.
///
/// Every line of the page is read or is a [`Diagnostic`], and so is every entry of the supplement
/// that the page has no use for. The two names are those by which a problem calls the files.
pub fn import(
    page: &str,
    page_name: &str,
    supplement: &str,
    supplement_name: &str,
) -> Result<Imported> {
    let in_page = |problem: Diagnostic| problem.in_file(page_name);
    let in_supplement = |problem: Diagnostic| problem.in_file(supplement_name);
    let last_line = page.lines().count().max(1);
    let page = page::parse(page).map_err(in_page)?;
    let supplement = supplement::parse(supplement).map_err(in_supplement)?;
    let counts = Counts::of(&page);

    if let Some(difference) = counts.difference(&supplement.expect) {
        let message = format!("the page has {difference}");
        return Err(in_page(Diagnostic::at_line(last_line, message)).help(format!(
            "save the whole page; if upstream has changed, correct `expect` in {supplement_name}"
        )));
    }

    supplement.check(&page).map_err(in_supplement)?;
    let document = document::build(&page, &supplement).map_err(|mut problem| {
        problem.help.get_or_insert_with(|| {
            format!("what the page folds away is stated in {supplement_name}; correct it there")
        });
        in_page(problem)
    })?;

    Ok(Imported { document, counts })
}

/// A document as it is committed: indented, its keys in their order, with a final line break.
pub fn to_json(document: &Value) -> String {
    format!("{document:#}\n")
}
