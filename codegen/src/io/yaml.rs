//! YAML data files, with the place of what is wrong in them.

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Result};

/// Reads a YAML document into its type.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_saphyr::from_str(text).map_err(|error| Diagnostic::yaml(&error))
}
