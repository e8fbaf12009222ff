//! The state of the farm in the API's models. Fields without a value are null here, and are omitted
//! from responses.

mod cluster;
mod job;
mod printer;
mod value;

pub use self::cluster::{cluster, status};
pub use self::job::{job, job_details, job_report};
pub use self::printer::printer;
pub use self::value::timestamp;
