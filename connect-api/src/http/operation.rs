//! The properties of an operation that all its calls share.

use std::borrow::Cow;
use std::fmt;

/// An operation of the API: its id, method, path template and retry properties.
///
/// Generated code holds one constant for each operation. The strings are `Cow`s because
/// [`Client::request`](crate::Client::request) builds operations from the caller's strings.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Cow<'static, str>,
    /// The path template, such as `/clusters/{cluster_id}`. It holds no argument values.
    pub(crate) path: Cow<'static, str>,
    /// Whether sending the request twice has the same effect as sending it once.
    pub(crate) is_idempotent: bool,
    /// Whether programs poll this operation. `poll_interval` limits the rate of polls.
    pub(crate) is_polled: bool,
}

impl Operation {
    /// Creates an operation that is idempotent and not polled.
    pub(crate) const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        let (method, path) = (Cow::Borrowed(method), Cow::Borrowed(path));
        Self { id, method, path, is_idempotent: true, is_polled: false }
    }

    /// Marks the operation as not idempotent: each request has a new effect.
    pub(crate) const fn not_idempotent(mut self) -> Self {
        self.is_idempotent = false;
        self
    }

    /// Marks the operation as polled.
    pub(crate) const fn polled(mut self) -> Self {
        self.is_polled = true;
        self
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}
