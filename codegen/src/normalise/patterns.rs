//! Regular expression literals where a pattern belongs.

use serde_json::Value;

use super::{Changes, Context, walk};
use crate::problem::Result;

pub(super) const REASON: &str = "Upstream writes patterns as literals with their slashes, `/^a$/`. OpenAPI \
     takes the bare expression; with the slashes nothing would ever match.";

pub(super) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::schemas(document, &mut |pointer, schema| {
        let bare = walk::text(schema, "pattern")
            .and_then(|pattern| pattern.strip_prefix('/')?.strip_suffix('/'))
            .map(str::to_owned);
        if let Some(bare) = bare {
            changes.note(format!("{pointer}/pattern"), "lost its slashes");
            schema["pattern"] = bare.into();
        }
        Ok(())
    })
}
