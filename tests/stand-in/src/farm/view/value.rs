//! Values that several views contain.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::farm::clock::Time;
use crate::farm::state::printer::Material;

/// A time in the format of the service.
pub fn timestamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn material(material: &Material) -> Value {
    json!({
        "guid": material.guid,
        "brand": material.brand,
        "color": material.color,
        "material": material.material,
    })
}
