//! What changed between two documents of an API, judged for a client twice: for programs already
//! deployed (**wire**), and for those who compile against the regenerated crate (**source**).
//!
//! The way of a comparison, one module and one type a stage:
//!
//! | stage | module | gives |
//! |---|---|---|
//! | load | [`load`] | [`load::Document`], as it is written |
//! | normalise | [`connect`] | [`connect::Pair`], if both are the Connect API's |
//! | read | [`model`] | [`model::Api`], what the document means |
//! | compare | [`mod@compare`] | [`compare::Comparison`], what changed, each cause once |
//! | judge | [`class`] | [`class::ChangeKind`], a kind of change with its verdicts |
//! | testify | [`connect`] | what both crates' surfaces say, if both are the Connect API's |
//! | report | [`report`] | [`report::Report`] of [`finding::Finding`]s |
//! | review | [`review`] | [`review::Review`], held against what [`accepted`] knows |
//! | show | [`mod@format`], [`changelog`] | text |

pub mod accepted;
pub mod change_kind;
pub mod changelog;
pub mod compare;
pub mod connect;
pub mod finding;
pub mod format;
pub mod load;
pub mod model;
pub mod report;
pub mod review;
pub mod summary;

use connect_codegen::diagnostic::Result;
use connect_codegen::pipeline::Rules;

use crate::compare::{Comparison, compare};
use crate::connect::Pair;
use crate::load::Document;
use crate::report::{Report, Side};

/// A document that is to be compared, as it was read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where it was read from: a path or a URL, without secrets.
    pub location: String,
    /// What stood there.
    pub bytes: Vec<u8>,
}

/// Compares two documents of an API. Where both are the Connect API's, they are normalised by the
/// rules first, so that what a rule mends is no drift.
///
/// # Errors
///
/// A document that cannot be read, by its location and the place in it. Then nothing was compared.
pub fn drift(base: &Input, revision: &Input, rules: &Rules) -> Result<Report> {
    let base = Document::load(&base.location, &base.bytes)?;
    let revision = Document::load(&revision.location, &revision.bytes)?;
    let mut notes = Vec::new();
    let pair = Pair::of(&base, &revision, rules, &mut notes);
    let (old, new) = pair.as_ref().map_or((&base, &revision), Pair::documents);

    let Comparison { mut findings, unreached } = match &pair {
        Some(pair) => pair.compare((&base, &revision), &mut notes)?,
        None => compare(&base, &revision)?,
    };

    // The witness may have changed what is worst.
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.wire, finding.source)));
    let is_connect = pair.is_some();

    let side = |of: &Document| Side {
        location: of.location.clone(),
        sha256: of.sha256.clone(),
        language: of.language.clone(),
        title: of.title.clone(),
        version: of.version.clone(),
        is_connect,
        text: of.text.clone(),
        // What was normalised is no longer what stands in the file.
        text_file: (!is_connect && !of.location.contains("://")).then(|| of.location.clone()),
    };

    Ok(Report { base: side(old), revision: side(new), findings, unreached, notes })
}
