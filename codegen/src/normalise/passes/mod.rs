//! The passes of the normalisation, one module each. Each has a `REASON`, which the report shows,
//! and a function `run`.

pub(crate) mod enums;
pub(crate) mod envelopes;
pub(crate) mod examples;
pub(crate) mod numbers;
pub(crate) mod operations;
pub(crate) mod overlay;
pub(crate) mod parameters;
pub(crate) mod patterns;
pub(crate) mod routes;
pub(crate) mod security;
pub(crate) mod swagger2;
pub(crate) mod unions;
