//! What changed between two documents of an API, judged for a client twice: for programs already
//! deployed (**wire**), and for those who compile against the regenerated crate (**source**).
//!
//! The way of a comparison, one module and one type a stage:
//!
//! | stage | module | gives |
//! |---|---|---|
//! | judge | [`class`] | [`class::Class`], a kind of change with its verdicts |
//! | report | [`report`] | [`report::Report`] of [`finding::Finding`]s |

pub mod accepted;
pub mod class;
pub mod finding;
pub mod format;
pub mod report;
pub mod review;
pub mod summary;
