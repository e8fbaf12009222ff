//! YAML data files.

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Result};

/// Deserializes a YAML text.
///
/// # Errors
///
/// Returns the location of a syntax error or of a value with the wrong type.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_saphyr::from_str(text).map_err(|error| Diagnostic::from_yaml_error(&error))
}
