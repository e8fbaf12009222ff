//! Whether an answer is one that the document allows, and where the document does not have the last
//! word.

use serde_json::Value;

use super::contract::{Content, Contract, Operation};

/// What operations answer though the document lacks it: the operation, the status, and why. A status
/// that is not documented is an error as the documented ones are; one that is comes without its body.
pub static UNDOCUMENTED_RESPONSES: [(&str, u16, &str); 3] = [
    ("print", 200, AWAITS),
    ("reprint", 200, AWAITS),
    (
        "get_print_job_reports",
        400,
        "its dates are plain text to the document: one that is none must be refused all the same",
    ),
];

const AWAITS: &str = "a print that awaits approval is no job yet: the service's own programs are \
                      written for an answer without one";

/// The errors with which any request may be refused before it comes to an operation, also to one that
/// does not document them: the status, and what is wrong with the request.
pub static COMMON_ERRORS: [(u16, &str); 6] = [
    (
        400,
        "the document does not allow it; most operations that read or delete foresee no such thing",
    ),
    (
        401,
        "it has no bearer; `get_print_job_reports` and `get_user_clusters` only say they want one",
    ),
    (403, "its bearer is not accepted; the same two operations do not say what happens then"),
    (404, "there is no such route"),
    (405, "the route has no such method"),
    (413, "its body is too large; the document knows no limit, servers do"),
];

impl Operation {
    /// How an answer breaks what is documented, one sentence for each; nothing if it does not, or if
    /// it is known to go [beyond the document](UNDOCUMENTED_RESPONSES).
    pub fn check_response(&self, status: u16, body: Option<&Value>) -> Vec<String> {
        let is_beyond =
            UNDOCUMENTED_RESPONSES.iter().any(|(id, code, _)| *id == self.id && *code == status);
        match (self.responses.get(&status), body) {
            (Some(Some(_)), None) if is_beyond => Vec::new(),
            (Some(content), body) => differences(content.as_ref(), status, body),
            (None, body) if is_beyond => differences(self.error(), status, body),
            (None, _) => vec![format!("{status} is not documented")],
        }
    }

    /// An error that it documents, which its others look like.
    fn error(&self) -> Option<&Content> {
        self.responses.range(400..).find_map(|(_, content)| content.as_ref())
    }
}

impl Contract {
    /// How the refusal of a request breaks what is documented, one sentence for each; nothing if it
    /// does not. One that the operation does not document, or that comes before any operation was
    /// found, must be [known](COMMON_ERRORS) and look like the errors that are documented.
    pub fn check_error_response(
        &self,
        operation: Option<&Operation>,
        status: u16,
        body: Option<&Value>,
    ) -> Vec<String> {
        if let Some(content) = operation.and_then(|operation| operation.responses.get(&status)) {
            return differences(content.as_ref(), status, body);
        }

        if !COMMON_ERRORS.iter().any(|(known, _)| *known == status) {
            return vec![format!("{status} is not documented")];
        }

        let error = operation.and_then(Operation::error);
        let error = error.or_else(|| self.operations().find_map(Operation::error));

        // A document without errors says nothing about them.
        error.map_or_else(Vec::new, |error| differences(Some(error), status, body))
    }
}

fn differences(content: Option<&Content>, status: u16, body: Option<&Value>) -> Vec<String> {
    match (content, body) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![format!("{status} has no body")],
        (Some(_), None) => vec![format!("{status} has a body")],
        (Some(content), Some(body)) => {
            let errors = content.schema.iter_errors(body);
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
    }
}
