//! Redaction: keeps secrets out of errors, logs and `Debug` output.
//!
//! There are three kinds of secrets:
//!
//! 1. The secrets of the request: the token, the client secret, the signature of an upload URL. An
//!    occurrence in a response is replaced by `***`. A text that still holds one percent-encoded,
//!    JSON-escaped, or cut off at its end, is withheld as a whole.
//! 2. The members that `spec/policy.yaml` lists under `secrets`, as [`SECRETS`]. In JSON, their values
//!    are replaced. A text that is not JSON and names one of them is withheld as a whole.
//! 3. The queries of URLs, which can hold signatures. They are always replaced.
//!
//! Not detected: a secret that is encoded twice, in two ways at once, or in any other way (base64,
//! HTML entities).
//!
//! [`SECRETS`]: crate::models::SECRETS

pub(crate) mod body;
pub(crate) mod fields;
pub(crate) mod headers;
pub(crate) mod text;

/// Replaces a secret.
const REDACTED: &str = "***";

/// Replaces a text from which a secret cannot be removed.
pub(crate) const WITHHELD: &str = "[withheld: it contains a secret]";

/// Maximum length of a text or a body, in bytes, that is searched for secrets and shown in part.
const MAX_SEARCHED: usize = 64 << 10;

/// Maximum length of an excerpt, in characters.
const MAX_EXCERPT: usize = 200;
