//! Envelopes: the inline objects around every body.

use serde_json::{Map, Value};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Every body is wrapped: `{data}`, `{data: […]}`, `{data, meta, links}`, \
     `{errors}`. Each kind of wrapper around each model gets one name, so that generators do not \
     make one type for each operation.";

/// The one envelope of every error response.
pub const ERROR_ENVELOPE: &str = "ErrorEnvelope";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    walk::object_at(document, "/components/schemas")?.keys().try_for_each(|name| free(name))?;
    let mut named: Map<String, Value> = Map::new();

    walk::media_types(document, &mut |pointer, media| {
        let Some(schema) = media.get_mut("schema") else { return Ok(()) };
        let Some(name) = envelope_name(schema) else { return Ok(()) };
        let pointer = format!("{pointer}/schema");
        let envelope = std::mem::replace(schema, walk::component_ref(&name));

        if named.get(&name).is_some_and(|known| *known != envelope) {
            return Err(Diagnostic::at(
                pointer,
                format!("this envelope differs from another `{name}`"),
            ));
        }

        changes.note(pointer, format!("is `{name}`"));
        named.insert(name, envelope);

        Ok(())
    })?;
    let schemas = walk::object_at(document, "/components/schemas")?;
    schemas.extend(named);

    Ok(())
}

/// Refuses the name of an envelope for anything else: by it the later stages know envelopes.
pub fn free(name: &str) -> Result<()> {
    match is_envelope(name) {
        false => Ok(()),
        true => Err(Diagnostic::at(
            format!("/components/schemas/{}", pointer_segment(name)),
            format!("`{name}` ends as only the names of envelopes may"),
        )
        .help(
            "an enum or a union can be given another name in spec/policy.yaml, under `names`; a \
             model of upstream's needs another mark of envelopes in normalise/envelopes.rs",
        )),
    }
}

/// Whether a component of the normalised document is an envelope.
pub fn is_envelope(name: &str) -> bool {
    name.ends_with("Envelope")
}

/// The name of an envelope, by what it wraps; nothing for a schema of another shape.
fn envelope_name(schema: &Value) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    let has = |keys: &[&str]| {
        properties.len() == keys.len() && keys.iter().all(|key| properties.contains_key(*key))
    };
    let item = |property: &Value| walk::component_name(property.get("items")?).map(str::to_owned);

    if has(&["errors"]) {
        return item(&properties["errors"]).map(|_| ERROR_ENVELOPE.to_owned());
    }

    let data = properties.get("data")?;
    match (walk::component_name(data), item(data)) {
        (Some(model), _) if has(&["data"]) => Some(format!("{model}Envelope")),
        (None, Some(model)) if has(&["data"]) => Some(format!("{model}ListEnvelope")),
        (None, Some(model)) if has(&["data", "meta", "links"]) => {
            Some(format!("{model}PageEnvelope"))
        }
        _ => None,
    }
}
