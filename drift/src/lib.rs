//! Compares two documents of an API and judges each change twice for client programs: for programs
//! that are already deployed (**wire**), and for programs that compile against the regenerated crate
//! (**source**).
//!
//! A comparison passes through these stages, each with its own module and type:
//!
//! | stage | module | result |
//! |---|---|---|
//! | load | [`load`] | [`load::Document`]: the document as written |
//! | normalise | [`connect`] | [`connect::NormalisedPair`], if both are documents of the Connect API |
//! | read | [`model`] | [`model::Api`]: the meaning of the document |
//! | compare | [`mod@compare`] | [`compare::Comparison`]: the changes, one finding per cause |
//! | judge | [`change_kind`] | [`change_kind::ChangeKind`]: a kind of change with its [`verdict`]s |
//! | diff the public API | [`connect`] | corrected source verdicts, for the Connect API only |
//! | report | [`report`] | [`report::Report`]: the [`finding::Finding`]s |
//! | review | [`review`] | [`review::Review`]: the report with the [`accepted`] findings |
//! | format | [`mod@format`], [`changelog`] | text |

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
pub mod verdict;
pub mod version;

use connect_codegen::diagnostic::Result;
use connect_codegen::pipeline::Rules;

use crate::compare::{Comparison, compare};
use crate::connect::NormalisedPair;
use crate::load::Document;
use crate::report::{DocumentInfo, Report};

/// The bytes of a document that is to be compared.
#[derive(Debug, Clone)]
pub struct Input {
    /// The path or URL of the document, without secrets.
    pub location: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Compares two documents of an API. Two documents of the Connect API are normalised first, so that
/// defects which a normalisation rule corrects are not reported.
///
/// # Errors
///
/// If a document cannot be read; the error names its location and the position. Nothing is compared
/// in this case.
pub fn drift(base: &Input, revision: &Input, rules: &Rules) -> Result<Report> {
    let base = Document::load(&base.location, &base.bytes)?;
    let revision = Document::load(&revision.location, &revision.bytes)?;

    let mut notes = Vec::new();
    let pair = NormalisedPair::new(&base, &revision, rules, &mut notes);
    let Comparison { mut findings, unreached } = match &pair {
        Some(pair) => pair.compare((&base, &revision), &mut notes)?,
        None => compare(&base, &revision)?,
    };

    // The public API diff may have changed verdicts, so the order of `compare` may be wrong.
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.wire, finding.source)));

    let (base, revision) = pair.as_ref().map_or((&base, &revision), NormalisedPair::documents);
    let is_connect = pair.is_some();
    Ok(Report {
        base: document_info(base, is_connect),
        revision: document_info(revision, is_connect),
        findings,
        unreached,
        notes,
    })
}

fn document_info(document: &Document, is_connect: bool) -> DocumentInfo {
    let is_file = !document.location.contains("://");
    // The text of a normalised document differs from the file it was read from.
    let text_file = (is_file && !is_connect).then(|| document.location.clone());

    DocumentInfo {
        location: document.location.clone(),
        sha256: document.sha256.clone(),
        specification_version: document.specification_version.clone(),
        title: document.title.clone(),
        version: document.version.clone(),
        is_connect,
        text: document.text.clone(),
        text_file,
    }
}
