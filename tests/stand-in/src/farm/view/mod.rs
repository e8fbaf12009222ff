//! The state of the farm in the API's models. Fields without a value are null here, and are omitted
//! from responses.

mod cluster;
mod job;
mod printer;

use chrono::SecondsFormat;
use serde_json::{Value, json};

pub use self::cluster::{cluster, status};
pub use self::job::{job, job_details, job_report};
pub use self::printer::printer;
use super::clock::Time;
use super::state::printer::Material;

/// A time in the format of the service.
pub fn timestamp(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn material(material: &Material) -> Value {
    json!({
        "guid": material.guid,
        "brand": material.brand,
        "color": material.color,
        "material": material.material,
    })
}
