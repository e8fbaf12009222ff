//! Parameters that claim to be in the path although the path does not name them.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "A parameter `in: path` that the path does not name cannot be sent there; \
     the only place left is the query. It stays required.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::parameters(document, &mut |pointer, parameter| {
        let name = walk::text(parameter, "name")
            .ok_or_else(|| Diagnostic::at(pointer, "a parameter needs a name"))?;
        if walk::text(parameter, "in") == Some("path")
            && !walk::path_of(pointer).contains(&format!("{{{name}}}"))
        {
            changes.note(pointer, format!("`{name}` is a query parameter"));
            parameter["in"] = "query".into();
        }

        Ok(())
    })
}
