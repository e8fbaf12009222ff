//! Operations: what is sent, where, and what comes back.

use serde_json::Value;

use super::members::{self, known, not_too_long};
use super::{Diagnostic, Result, pointer_segment};
use crate::normalise::passes::envelopes::ERROR_ENVELOPE;
use crate::openapi::walk;

/// Refuses an operation that nothing after this would understand. `enums` are the components that
/// are enums.
pub fn check(pointer: &str, operation: &Value, enums: &[String]) -> Result<()> {
    known(operation, pointer, members::OPERATION)?;
    let path = walk::path_of(pointer);
    let mut placeholders: Vec<&str> =
        path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();

    for (index, of) in operation["parameters"].as_array().into_iter().flatten().enumerate() {
        let name = parameter(&format!("{pointer}/parameters/{index}"), of, enums)?;
        if walk::text(of, "in") == Some("path") {
            placeholders.retain(|placeholder| *placeholder != name);
        }
    }

    if let Some(name) = placeholders.first() {
        return Err(Diagnostic::at(
            pointer,
            format!("no parameter describes `{{{name}}}` of the path"),
        ));
    }

    if let Some(body) = operation.get("requestBody") {
        known(body, &format!("{pointer}/requestBody"), members::BODY)?;
    }

    let responses = operation.get("responses").and_then(Value::as_object);
    let mut successes = 0;
    for (status, of) in responses.into_iter().flatten() {
        let pointer = format!("{pointer}/responses/{}", pointer_segment(status));
        known(of, &pointer, members::RESPONSE)?;

        match status.parse::<u16>() {
            Ok(200..300) => successes += 1,
            Ok(400..600) => error(&pointer, of)?,
            _ => {
                return Err(Diagnostic::at(
                    pointer,
                    format!("the status `{status}` is not understood"),
                ));
            }
        }
    }

    if successes == 1 {
        return Ok(());
    }
    Err(Diagnostic::at(
        format!("{pointer}/responses"),
        format!("{successes} successes; one is understood"),
    ))
}

/// What one error looks like, all look like: our error type reads them.
fn error(pointer: &str, response: &Value) -> Result<()> {
    let envelope = walk::component_ref(ERROR_ENVELOPE);
    let mut media = response.get("content").and_then(Value::as_object).into_iter().flatten();
    let Some((media_type, of)) = media.find(|(_, of)| of.get("schema") != Some(&envelope)) else {
        return Ok(());
    };
    let pointer = format!("{pointer}/content/{}", pointer_segment(media_type));
    let pointer = if of.get("schema").is_some() { pointer + "/schema" } else { pointer };

    Err(Diagnostic::at(pointer, "an error has another body than `{errors}`")
        .help("connect-api/src/error/api.rs reads that one alone"))
}

/// A parameter; what comes back is its name.
fn parameter<'v>(pointer: &str, parameter: &'v Value, enums: &[String]) -> Result<&'v str> {
    known(parameter, pointer, members::PARAMETER)?;
    let name = walk::text(parameter, "name").unwrap_or_default();
    not_too_long(name, pointer)?;

    let Some(schema) = parameter.get("schema") else {
        return Err(Diagnostic::at(pointer, "a parameter needs a schema"));
    };
    let style = match walk::text(parameter, "in") {
        Some("path") if parameter.get("required") != Some(&true.into()) => {
            return Err(Diagnostic::at(
                pointer,
                "a parameter in the path is not marked as required",
            )
            .help("a path without it is another path; correct it in spec/overlay.yaml"));
        }
        Some("path") => "simple",
        Some("query") => "form",
        other => {
            let other = other.unwrap_or("nowhere");
            return Err(Diagnostic::at(
                pointer,
                format!("a parameter in `{other}` is not understood"),
            ));
        }
    };

    if walk::text(parameter, "style").is_some_and(|given| given != style) {
        return Err(Diagnostic::at(
            format!("{pointer}/style"),
            format!("only the style `{style}` is understood here"),
        ));
    }

    let pointer = format!("{pointer}/schema");
    match (schema.get("items"), style) {
        (None, _) => value(&pointer, schema, style == "form", enums)?,
        (Some(_), _) if parameter.get("explode") == Some(&false.into()) => {
            return Err(Diagnostic::at(pointer, "a list in one query value is not understood")
                .help("only lists that repeat the name (`explode: true`) are sent"));
        }
        (Some(items), "form") => value(&format!("{pointer}/items"), items, false, enums)?,
        (Some(_), _) => {
            return Err(Diagnostic::at(pointer, "a list in the path is not understood"));
        }
    }

    Ok(name)
}

/// What can be written as one value of a path or a query. A time can be where it stands alone.
fn value(pointer: &str, schema: &Value, times: bool, enums: &[String]) -> Result<()> {
    let target = walk::component_name(schema.pointer("/allOf/0").unwrap_or(schema));
    let fits = match (walk::text(schema, "type"), target) {
        (Some("string"), _) => times || walk::text(schema, "format") != Some("date-time"),
        (Some("integer" | "number" | "boolean"), _) => true,
        (None, Some(target)) => enums.iter().any(|name| name == target),
        _ => false,
    };

    if fits && schema.get("nullable").is_none_or(|nullable| *nullable == false) {
        return Ok(());
    }
    Err(Diagnostic::at(pointer, "not understood as the value of a parameter").help(
        "a text, a number, a boolean or an enum can be sent, in the query also a list of them or a \
         time; see `QueryValue` in connect-api/src/wire.rs",
    ))
}
