//! OpenAPI Overlay 1.0.0 documents: corrections of an API document, with two extensions.
//!
//! - `x-was` states the value that an action was written for. For an object it lists the relevant
//!   members, with `null` for a member that does not exist. An action must state in `x-was`
//!   everything that it replaces or removes; if upstream changes such a value, the action is stale.
//! - `x-wrap: true` replaces the target value by a list with that value as its only entry.

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::diagnostic::{Diagnostic, Result};
use crate::io::yaml;

/// The version of the Overlay specification that is supported.
const VERSION: &str = "1.0.0";

/// An OpenAPI Overlay document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    #[serde(default)]
    pub(crate) actions: Vec<Action>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

/// An update, removal or wrapping of every value that `target` matches.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    pub target: JsonPath,
    /// The evidence for the correction. Optional in the specification, required here.
    pub description: String,
    pub update: Option<Value>,
    #[serde(default)]
    pub remove: bool,
    /// Whether the target value becomes the only entry of a list.
    #[serde(default, rename = "x-wrap")]
    pub wrap: bool,
    /// The value that the action was written for.
    #[serde(default, rename = "x-was")]
    pub expected: Option<Value>,
}

impl Overlay {
    /// Parses a YAML text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not an Overlay 1.0.0 document, or if an action has no description or
    /// not exactly one of `update`, `remove` and `x-wrap`.
    pub fn parse(text: &str) -> Result<Self> {
        let overlay: Self = yaml::parse(text)?;
        if overlay.overlay != VERSION {
            let message = format!("unsupported version `{}`, expected {VERSION}", overlay.overlay);
            return Err(Diagnostic::at("/overlay", message));
        }

        for (index, action) in overlay.actions.iter().enumerate() {
            let pointer = format!("/actions/{index}");
            if action.description.trim().is_empty() {
                return Err(Diagnostic::at(pointer, "the action has no description")
                    .help("state the evidence for the correction"));
            }

            let operations = [action.update.is_some(), action.remove, action.wrap];
            if operations.iter().filter(|is_set| **is_set).count() != 1 {
                return Err(Diagnostic::at(
                    pointer,
                    "an action needs exactly one of `update`, `remove` and `x-wrap`",
                ));
            }
        }

        Ok(overlay)
    }
}
