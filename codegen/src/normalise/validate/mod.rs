//! The last look: whatever stands in the document now is understood by everything after it.

mod members;
mod operation;
mod schema;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::openapi::walk;
use members::{known, not_too_long};

/// Refuses the document if it holds anything that nothing after this would understand.
pub fn check(document: &mut Value) -> Result<()> {
    known(document, "", members::ROOT)?;

    match walk::text(document, "openapi") {
        Some(version) if version.starts_with("3.0.") => document["openapi"] = "3.0.3".into(),
        _ => return Err(Diagnostic::at("/openapi", "the document should be OpenAPI 3.0 by now")),
    }

    known(document.get("info").unwrap_or(&Value::Null), "/info", members::INFO)?;
    known(document.get("components").unwrap_or(&Value::Null), "/components", members::COMPONENTS)?;
    server(document)?;

    let schemas = walk::object_at(document, "/components/schemas")?;
    let names: Vec<String> = schemas.keys().cloned().collect();
    let is_enum = |(_, schema): &(&String, &Value)| schema.get("enum").is_some();
    let enums: Vec<String> = schemas.iter().filter(is_enum).map(|(name, _)| name.clone()).collect();
    walk::operations(document, &mut |pointer, of| operation::check(pointer, of, &enums))?;

    walk::media_types(document, &mut |pointer, media| {
        known(media, pointer, members::MEDIA_TYPE)?;

        if !pointer.ends_with("/application~1json") {
            return Err(Diagnostic::at(pointer, "only `application/json` is understood"));
        }
        match media.get("schema") {
            Some(_) => Ok(()),
            None => Err(Diagnostic::at(pointer, "a body needs a schema")),
        }
    })?;
    names.iter().try_for_each(|name| not_too_long(name, "/components/schemas"))?;

    walk::schemas(document, &mut |pointer, schema| schema::check(pointer, schema, &names))
}

/// One server, whose address is no more than a scheme, a host and a path.
fn server(document: &Value) -> Result<()> {
    let servers = document["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [server] = servers else {
        return Err(Diagnostic::at(
            "/servers",
            format!("{} servers; one is understood", servers.len()),
        ));
    };

    known(server, "/servers/0", members::SERVER)?;
    let url = walk::text(server, "url").unwrap_or_default();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let (host, path) = rest.map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
    let plain = |text: &str, more: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };

    if host.is_empty() || !plain(host, "-.:[]") || !plain(path, "-._~/") {
        return Err(Diagnostic::at("/servers/0/url", format!("`{url}` is no plain address"))
            .help("`http` or `https`, a host and a path are understood, nothing else"));
    }

    Ok(())
}
