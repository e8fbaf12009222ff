//! Validation of operations: parameters, request bodies and responses.

use serde_json::Value;

use super::members::{self, check_members, check_name_length};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::envelope_names::ERROR_ENVELOPE;
use crate::openapi::walk;

/// Rejects an operation that the later stages do not support. `enums` are the names of the
/// components that are enums.
pub fn validate_operation(pointer: &str, operation: &Value, enums: &[String]) -> Result<()> {
    check_members(operation, pointer, members::OPERATION)?;
    validate_parameters(pointer, operation, enums)?;

    if let Some(body) = operation.get("requestBody") {
        check_members(body, &format!("{pointer}/requestBody"), members::BODY)?;
    }

    validate_responses(pointer, operation)
}

fn validate_parameters(pointer: &str, operation: &Value, enums: &[String]) -> Result<()> {
    let path = walk::path_of(pointer);
    let mut placeholders: Vec<&str> =
        path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();

    for (index, parameter) in operation["parameters"].as_array().into_iter().flatten().enumerate() {
        let name = validate_parameter(&format!("{pointer}/parameters/{index}"), parameter, enums)?;
        if walk::text(parameter, "in") == Some("path") {
            placeholders.retain(|placeholder| *placeholder != name);
        }
    }

    match placeholders.first() {
        None => Ok(()),
        Some(name) => {
            let message = format!("the path parameter `{{{name}}}` is not declared");
            Err(Diagnostic::at(pointer, message))
        }
    }
}

fn validate_responses(pointer: &str, operation: &Value) -> Result<()> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let mut successes = 0;

    for (status, response) in responses.into_iter().flatten() {
        let pointer = format!("{pointer}/responses/{}", pointer_segment(status));
        check_members(response, &pointer, members::RESPONSE)?;

        match status.parse::<u16>() {
            Ok(200..300) => successes += 1,
            Ok(400..600) => validate_error_response(&pointer, response)?,
            _ => {
                return Err(Diagnostic::at(pointer, format!("unsupported status `{status}`"))
                    .help("supported are 200 to 299 and 400 to 599"));
            }
        }
    }

    if successes == 1 {
        return Ok(());
    }

    let message = format!("the operation has {successes} successful responses, expected 1");
    Err(Diagnostic::at(format!("{pointer}/responses"), message))
}

/// Requires the error envelope: the client decodes no other error body.
fn validate_error_response(pointer: &str, response: &Value) -> Result<()> {
    let envelope = walk::component_ref(ERROR_ENVELOPE);
    let mut content = response.get("content").and_then(Value::as_object).into_iter().flatten();
    let Some((media_type, media)) =
        content.find(|(_, media)| media.get("schema") != Some(&envelope))
    else {
        return Ok(());
    };

    let pointer = format!("{pointer}/content/{}", pointer_segment(media_type));
    let pointer = if media.get("schema").is_some() { pointer + "/schema" } else { pointer };

    Err(Diagnostic::at(pointer, "the error response has another body than `{errors}`")
        .help("connect-api/src/error/api.rs decodes only that body"))
}

/// Rejects an unsupported parameter. Returns its name.
fn validate_parameter<'v>(
    pointer: &str,
    parameter: &'v Value,
    enums: &[String],
) -> Result<&'v str> {
    check_members(parameter, pointer, members::PARAMETER)?;
    let name = walk::text(parameter, "name").unwrap_or_default();
    check_name_length(name, pointer)?;

    let Some(schema) = parameter.get("schema") else {
        return Err(Diagnostic::at(pointer, "the parameter has no schema"));
    };

    let style = supported_style(pointer, parameter)?;
    if let Some(other) = walk::text(parameter, "style").filter(|given| *given != style) {
        let message = format!("the parameter style `{other}` is not supported here");
        return Err(Diagnostic::at(format!("{pointer}/style"), message)
            .help(format!("only `{style}` is supported")));
    }

    let is_query = style == "form";
    let explodes = parameter.get("explode") != Some(&false.into());
    let pointer = format!("{pointer}/schema");
    match schema.get("items") {
        None => validate_value(&pointer, schema, is_query, enums)?,
        Some(_) if !explodes => {
            return Err(Diagnostic::at(pointer, "a list in one query value is not supported")
                .help("only lists that repeat the parameter (`explode: true`) are supported"));
        }
        Some(items) if is_query => {
            validate_value(&format!("{pointer}/items"), items, false, enums)?;
        }
        Some(_) => {
            return Err(Diagnostic::at(pointer, "a list in the path is not supported"));
        }
    }

    Ok(name)
}

/// The only supported style of a parameter, by its location.
fn supported_style(pointer: &str, parameter: &Value) -> Result<&'static str> {
    match walk::text(parameter, "in") {
        Some("path") if parameter.get("required") != Some(&true.into()) => {
            Err(Diagnostic::at(pointer, "the path parameter is not marked as required")
                .help("a path parameter cannot be optional: correct it in spec/overlay.yaml"))
        }
        Some("path") => Ok("simple"),
        Some("query") => Ok("form"),
        other => {
            let message =
                format!("a parameter in `{}` is not supported", other.unwrap_or("(missing)"));
            Err(Diagnostic::at(pointer, message).help("supported are `path` and `query`"))
        }
    }
}

/// Rejects a schema that cannot be encoded as one value of a path or a query. A date-time can be
/// encoded only where `allow_date_time` is set.
fn validate_value(
    pointer: &str,
    schema: &Value,
    allow_date_time: bool,
    enums: &[String],
) -> Result<()> {
    let target = walk::component_name(schema.pointer("/allOf/0").unwrap_or(schema));
    let is_supported = match (walk::text(schema, "type"), target) {
        (Some("string"), _) => allow_date_time || walk::text(schema, "format") != Some("date-time"),
        (Some("integer" | "number" | "boolean"), _) => true,
        (None, Some(target)) => enums.iter().any(|name| name == target),
        _ => false,
    };

    if is_supported && schema.get("nullable").is_none_or(|nullable| *nullable == false) {
        return Ok(());
    }

    Err(Diagnostic::at(pointer, "this schema is not supported as the value of a parameter").help(
        "supported are a string, a number, a boolean or an enum, and in the query also a list of \
         them or a date-time; see `QueryValue` in connect-api/src/http/params.rs",
    ))
}
