//! Files that can be printed.

use std::time::Duration;

use super::printer::Material;

/// A print file that the service holds.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id, which the operation `print` wants.
    pub job_id: String,
    /// Its name.
    pub name: String,
    /// How long printing it takes.
    pub print_time: Duration,
    /// The kinds of printer that it is made for; none means any.
    pub variants: Vec<String>,
    /// The material in the first extruder.
    pub(super) material: &'static Material,
    /// The media type.
    pub content_type: String,
    /// Its size, in bytes.
    pub size: u64,
}
