//! Actions on printers and jobs.

use serde_json::Value;

/// An action that a client requested.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its id.
    pub id: String,
    /// The API's `status`.
    pub status: &'static str,
    /// The printer or job.
    pub target: Target,
    /// Its name in the request.
    pub name: String,
    /// The fields of the request.
    pub fields: Value,
    /// The API's `status_details`, or null.
    pub details: Value,
}

/// The target of an action.
#[derive(Debug, Clone)]
pub enum Target {
    /// The job with this UUID.
    Job(String),
    /// The printer with this UUID.
    Printer(String),
}
