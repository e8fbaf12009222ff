//! Files that can be printed.

use std::time::Duration;

use super::printer::Material;

/// A print file of the service.
#[derive(Debug, Clone)]
pub struct PrintFile {
    /// Its id, an argument of the operation `print`.
    pub job_id: String,
    /// Its name.
    pub name: String,
    /// How long it takes to print it.
    pub print_time: Duration,
    /// The printer models that it was made for. An empty list means all models.
    pub variants: Vec<String>,
    /// The material of the first extruder.
    pub(crate) material: &'static Material,
    /// The media type.
    pub content_type: String,
    /// The size in bytes.
    pub size: u64,
}
