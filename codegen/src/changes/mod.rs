//! What a normalisation run records: the changes that passes make, and the rules that no longer apply.

pub mod report;
pub mod stale_rule;
