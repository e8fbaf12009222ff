//! The endpoint of the API that a client calls.

/// The base URL of the API, and the HTTP client that sends the requests.
pub(crate) struct Endpoint {
    /// The base URL without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) http: reqwest::Client,
}
