//! The committed documents of the API.

/// The normalised OpenAPI document of the API.
pub const CONTRACT: &str = include_str!("../../../spec/connect-v1.openapi.json");

/// The upstream document of the API, as the service serves it.
pub const UPSTREAM: &str = include_str!("../../../spec/upstream/connect-v1.json");
