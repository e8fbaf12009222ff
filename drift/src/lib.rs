//! What changed between two documents of an API, judged for a client twice: for programs already
//! deployed (**wire**), and for those who compile against the regenerated crate (**source**).
//!
//! The way of a comparison, one module and one type a stage:
//!
//! | stage | module | gives |
//! |---|---|---|
//! | load | [`load`] | [`load::Document`], as it is written |
//! | read | [`model`] | [`model::Api`], what the document means |
//! | compare | [`mod@compare`] | [`compare::Comparison`], what changed, each cause once |
//! | judge | [`class`] | [`class::Class`], a kind of change with its verdicts |
//! | report | [`report`] | [`report::Report`] of [`finding::Finding`]s |

pub mod class;
pub mod compare;
pub mod finding;
pub mod load;
pub mod model;
pub mod report;
