//! Moves parameters from the path to the query if the path does not contain them.

use serde_json::Value;

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::context::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream declares some parameters with `in: path` that the path does not \
     contain. They are moved to the query and stay required.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::parameters(document, &mut |pointer, parameter| {
        let name = walk::text(parameter, "name")
            .ok_or_else(|| Diagnostic::at(pointer, "the parameter has no name"))?;

        if walk::text(parameter, "in") == Some("path")
            && !walk::path_of(pointer).contains(&format!("{{{name}}}"))
        {
            changes.record_fix(pointer, format!("`{name}` moved to the query"));
            parameter["in"] = "query".into();
        }

        Ok(())
    })
}
