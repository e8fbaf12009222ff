//! From the published page to the document that the service would serve.
//!
//! The service describes itself, but only to those who can reach it. The page it publishes is the
//! same document rendered by Swagger UI, with parts folded away. [`page`] reads that rendering
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

use crate::problem::{Problem, Result};

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
/// Every line of the page is read or is a [`Problem`], and so is every entry of the supplement
/// that the page has no use for. The two names are those by which a problem calls the files.
pub fn import(
    page: &str,
    page_name: &str,
    supplement: &str,
    supplement_name: &str,
) -> Result<Imported> {
    let in_page = |problem: Problem| problem.in_file(page_name);
    let in_supplement = |problem: Problem| problem.in_file(supplement_name);

    let supplement = supplement::parse(supplement).map_err(in_supplement)?;
    let lines = page.lines().count().max(1);
    let page = page::parse(page).map_err(in_page)?;
    let counts = Counts::of(&page);
    if let Some(difference) = counts.difference(&supplement.expect) {
        return Err(Problem::line(
            lines,
            format!("the page as a whole does not add up: {difference}"),
        )
        .in_file(page_name)
        .help(format!(
            "is the page cut off? If upstream really changed, correct `expect` in {supplement_name}"
        )));
    }
    supplement.check(&page).map_err(in_supplement)?;
    let document = document::build(&page, &supplement).map_err(|problem| {
        let help = problem.help.clone();
        let problem = problem.in_file(page_name);
        if help.is_some() {
            problem
        } else {
            problem.help(format!("what the page folds away is stated in {supplement_name}"))
        }
    })?;
    Ok(Imported { document, counts })
}

/// A document as it is committed: indented, its keys in their order, with a final line break.
pub fn to_json(document: &Value) -> String {
    format!("{document:#}\n")
}
