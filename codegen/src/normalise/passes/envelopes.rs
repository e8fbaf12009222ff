//! Names the envelopes: the inline objects around every body.

use serde_json::{Map, Value};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::context::Context;
use crate::normalise::envelope_names::{ERROR_ENVELOPE, reject_envelope_name};
use crate::openapi::walk;

pub(crate) const REASON: &str = "Every body has an envelope: `{data}`, `{data: […]}`, `{data, meta, links}` \
     or `{errors}`. Each kind of envelope around each model becomes one component, so that \
     generators do not make one type per operation.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    let schemas = walk::object_at(document, "/components/schemas")?;
    schemas.keys().try_for_each(|name| reject_envelope_name(name))?;

    let mut envelopes: Map<String, Value> = Map::new();
    walk::media_types(document, &mut |pointer, media| {
        let Some(schema) = media.get_mut("schema") else { return Ok(()) };
        let Some(name) = envelope_name(schema) else { return Ok(()) };

        let pointer = format!("{pointer}/schema");
        let envelope = std::mem::replace(schema, walk::component_ref(&name));
        if envelopes.get(&name).is_some_and(|known| *known != envelope) {
            let message = format!("this envelope differs from another `{name}`");
            return Err(
                Diagnostic::at(pointer, message).help("make both alike in spec/overlay.yaml")
            );
        }

        changes.record_fix(pointer, format!("replaced by a reference to `{name}`"));
        envelopes.insert(name, envelope);

        Ok(())
    })?;

    walk::object_at(document, "/components/schemas")?.extend(envelopes);
    Ok(())
}

/// The name for an envelope, after the model inside it. `None` for a schema that is no envelope.
fn envelope_name(schema: &Value) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    let has_exactly = |keys: &[&str]| {
        properties.len() == keys.len() && keys.iter().all(|key| properties.contains_key(*key))
    };
    let item_model =
        |property: &Value| walk::component_name(property.get("items")?).map(str::to_owned);

    if has_exactly(&["errors"]) {
        return item_model(&properties["errors"]).map(|_| ERROR_ENVELOPE.to_owned());
    }

    let data = properties.get("data")?;
    match (walk::component_name(data), item_model(data)) {
        (Some(model), _) if has_exactly(&["data"]) => Some(format!("{model}Envelope")),
        (None, Some(model)) if has_exactly(&["data"]) => Some(format!("{model}ListEnvelope")),
        (None, Some(model)) if has_exactly(&["data", "meta", "links"]) => {
            Some(format!("{model}PageEnvelope"))
        }
        _ => None,
    }
}
