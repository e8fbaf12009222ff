//! Validates responses against the document, and lists the known exceptions.

use serde_json::Value;

use crate::contract::{Content, Contract, Operation};

/// The responses that operations send although the document lacks them: operation, status, reason.
///
/// If the status is not documented, the response must look like the operation's documented errors.
/// If it is documented, the response may lack its body.
pub static UNDOCUMENTED_RESPONSES: [(&str, u16, &str); 3] = [
    ("print", 200, NO_JOB_BEFORE_APPROVAL),
    ("reprint", 200, NO_JOB_BEFORE_APPROVAL),
    (
        "get_print_job_reports",
        400,
        "the document declares its dates as plain text, but an invalid date must be rejected",
    ),
];

const NO_JOB_BEFORE_APPROVAL: &str = "a print that awaits approval has no job yet: the service's own \
                                      programs expect a response without a body";

/// The errors that any request may get before it reaches an operation, even if the operation does
/// not document them: status and reason.
pub static COMMON_ERRORS: [(u16, &str); 6] = [
    (400, "the request is not valid; most operations that read or delete do not document this"),
    (
        401,
        "the bearer token is missing; `get_print_job_reports` and `get_user_clusters` require one \
         but do not document the error",
    ),
    (403, "the bearer token is not accepted; the same two operations do not document the error"),
    (404, "unknown route"),
    (405, "the route does not have this method"),
    (413, "the body is too large; the document has no limit, but servers do"),
];

impl Operation {
    /// Validates a response of this operation. Returns one message for each error.
    ///
    /// A response that is listed in [`UNDOCUMENTED_RESPONSES`] is valid.
    pub fn check_response(&self, status: u16, body: Option<&Value>) -> Vec<String> {
        let is_known_exception =
            UNDOCUMENTED_RESPONSES.iter().any(|(id, code, _)| *id == self.id && *code == status);

        match (self.responses.get(&status), body) {
            (Some(Some(_)), None) if is_known_exception => Vec::new(),
            (Some(content), body) => check_content(content.as_ref(), status, body),
            (None, body) if is_known_exception => check_content(self.any_error(), status, body),
            (None, _) => vec![undocumented_status(status)],
        }
    }

    /// The content of any documented error. All errors of the API have the same schema.
    fn any_error(&self) -> Option<&Content> {
        self.responses.range(400..).find_map(|(_, content)| content.as_ref())
    }
}

impl Contract {
    /// Validates an error response to a rejected request. Returns one message for each error.
    ///
    /// If the operation does not document the status, or the request matches no operation, the
    /// status must be listed in [`COMMON_ERRORS`] and the body must look like the documented
    /// errors.
    pub fn check_error_response(
        &self,
        operation: Option<&Operation>,
        status: u16,
        body: Option<&Value>,
    ) -> Vec<String> {
        if let Some(content) = operation.and_then(|operation| operation.responses.get(&status)) {
            return check_content(content.as_ref(), status, body);
        }

        if !COMMON_ERRORS.iter().any(|(code, _)| *code == status) {
            return vec![undocumented_status(status)];
        }

        let error = operation.and_then(Operation::any_error);
        let error = error.or_else(|| self.operations().find_map(Operation::any_error));

        // A document without errors does not restrict them.
        error.map_or_else(Vec::new, |error| check_content(Some(error), status, body))
    }
}

fn undocumented_status(status: u16) -> String {
    format!("status {status} is not documented")
}

fn check_content(content: Option<&Content>, status: u16, body: Option<&Value>) -> Vec<String> {
    match (content, body) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![format!("status {status} must not have a body")],
        (Some(_), None) => vec![format!("status {status} must have a body")],
        (Some(content), Some(body)) => {
            let errors = content.schema.iter_errors(body);
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
    }
}
