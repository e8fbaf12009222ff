//! Validation of the normalised document: rejects everything that the later stages do not support.

mod members;
mod operation;
mod schema;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Result};
use crate::openapi::walk;
use members::{check_members, check_name_length};

/// Validates the document, and sets its version to OpenAPI 3.0.3.
///
/// # Errors
///
/// Fails with the pointer of the first value that is not supported.
pub fn validate(document: &mut Value) -> Result<()> {
    validate_root(document)?;
    validate_server(document)?;

    let schemas = walk::object_at(document, "/components/schemas")?;
    let names: Vec<String> = schemas.keys().cloned().collect();
    let is_enum = |(_, schema): &(&String, &Value)| schema.get("enum").is_some();
    let enums: Vec<String> = schemas.iter().filter(is_enum).map(|(name, _)| name.clone()).collect();

    walk::operations(document, &mut |pointer, operation| {
        operation::validate_operation(pointer, operation, &enums)
    })?;
    walk::media_types(document, &mut |pointer, media| validate_media_type(pointer, media))?;

    names.iter().try_for_each(|name| check_name_length(name, "/components/schemas"))?;
    walk::schemas(document, &mut |pointer, schema| schema::validate_schema(pointer, schema, &names))
}

fn validate_root(document: &mut Value) -> Result<()> {
    check_members(document, "", members::ROOT)?;

    match walk::text(document, "openapi") {
        Some(version) if version.starts_with("3.0.") => document["openapi"] = "3.0.3".into(),
        _ => return Err(Diagnostic::at("/openapi", "the document is not OpenAPI 3.0")),
    }

    let member = |key: &str| document.get(key).unwrap_or(&Value::Null);
    check_members(member("info"), "/info", members::INFO)?;
    check_members(member("components"), "/components", members::COMPONENTS)
}

/// Requires exactly one server, whose URL has only a scheme, a host and a path.
fn validate_server(document: &Value) -> Result<()> {
    let servers = document["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [server] = servers else {
        let message = format!("the document has {} servers, expected 1", servers.len());
        return Err(Diagnostic::at("/servers", message));
    };

    check_members(server, "/servers/0", members::SERVER)?;
    let url = walk::text(server, "url").unwrap_or_default();
    if !is_plain_url(url) {
        return Err(Diagnostic::at("/servers/0/url", format!("unsupported server URL `{url}`"))
            .help("the URL must be `http` or `https`, a host and a path, without a query"));
    }

    Ok(())
}

fn is_plain_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let (host, path) = rest.map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
    let has_only = |text: &str, punctuation: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || punctuation.contains(c))
    };

    !host.is_empty() && has_only(host, "-.:[]") && has_only(path, "-._~/")
}

fn validate_media_type(pointer: &str, media: &Value) -> Result<()> {
    check_members(media, pointer, members::MEDIA_TYPE)?;

    if !pointer.ends_with("/application~1json") {
        return Err(Diagnostic::at(pointer, "unsupported media type")
            .help("only `application/json` is supported"));
    }

    match media.get("schema") {
        Some(_) => Ok(()),
        None => Err(Diagnostic::at(pointer, "the body has no schema")),
    }
}
