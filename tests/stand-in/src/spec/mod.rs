//! The API's own document, as the service serves it: the upstream Swagger 2.0 document unchanged,
//! and its conversion to OpenAPI 3.0.

mod openapi3;

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Value;

pub use self::openapi3::to_openapi_3;
use crate::api_response::ApiResponse;
use crate::contract::{Contract, Operation};
use crate::request_check::parse_query;

/// The API's document in both versions of the specification.
#[derive(Debug)]
pub struct Specification {
    /// The text of the upstream document, byte for byte: its hash is pinned.
    upstream: Cow<'static, str>,
    /// The document in OpenAPI 3.0.
    version_3: Cow<'static, str>,
}

impl Specification {
    /// The `operationId` of the operation that returns the document.
    pub const OPERATION: &str = "get_spec";

    /// Reads the text of the upstream document, and converts it to OpenAPI 3.0 if necessary.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON.
    pub fn new(upstream: Cow<'static, str>) -> Result<Self, serde_json::Error> {
        let document: Value = serde_json::from_str(&upstream)?;
        let version_3 = if document.get("swagger").is_some() {
            serde_json::to_string_pretty(&to_openapi_3(&document))?.into()
        } else {
            upstream.clone()
        };

        Ok(Self { upstream, version_3 })
    }

    /// The document in the version that the query names, by default the lowest.
    ///
    /// For an unknown version it is the documented error.
    pub(crate) fn response(
        &self,
        contract: &Contract,
        operation: &Operation,
        query: Option<&str>,
    ) -> ApiResponse {
        let query = parse_query(query.unwrap_or_default(), &mut Vec::new());
        let version = query.get("version").and_then(|values| values.first());

        match version.map(String::as_str) {
            None | Some("2" | "2.0") => ApiResponse::json(StatusCode::OK, &*self.upstream),
            Some("3" | "3.0" | "3.0.0" | "3.0.1" | "3.0.2" | "3.0.3") => {
                ApiResponse::json(StatusCode::OK, &*self.version_3)
            }
            Some(version) => {
                let details = [format!("query `version`: {version:?} is neither 2.0 nor 3.0.x")];
                let status = StatusCode::BAD_REQUEST;
                ApiResponse::rejection(contract, Some(operation), status, &details)
            }
        }
    }
}
