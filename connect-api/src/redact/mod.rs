//! Redaction: keeps tokens and the API's own secrets out of errors, logs and `Debug` output.

pub(crate) mod fields;
pub(crate) mod text;
