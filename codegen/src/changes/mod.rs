//! The log of a normalisation run: the changes of each pass, and the stale rules.

pub mod report;
pub mod stale_rule;
