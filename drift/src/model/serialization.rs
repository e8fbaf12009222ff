//! The serialization of parameters and form fields.

/// The serialization of a parameter or a form field. It makes a difference for lists and objects
/// only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serialization<'a> {
    /// The style by its name in OpenAPI 3.0, possibly the default.
    pub style: &'a str,
    /// Whether each element becomes a separate parameter.
    pub explode: bool,
    /// Whether reserved characters are sent unescaped.
    pub allow_reserved: bool,
    /// Whether the parameter may be sent without a value.
    pub allow_empty: bool,
}

/// The list formats of Swagger 2.0 with their style and explode in OpenAPI 3.0.
const COLLECTION_FORMATS: [(&str, &str, bool); 5] = [
    ("csv", "form", false),
    ("ssv", "spaceDelimited", false),
    ("pipes", "pipeDelimited", false),
    ("tsv", "tabDelimited", false),
    ("multi", "form", true),
];

impl<'a> Serialization<'a> {
    /// Returns the default of OpenAPI 3.0 for a parameter location.
    pub(super) fn default_for(location: &str) -> Self {
        let style = match location {
            "query" | "cookie" => "form",
            _ => "simple",
        };

        Self { style, explode: style == "form", allow_reserved: false, allow_empty: false }
    }

    /// Returns the default of OpenAPI 3.0 for form fields.
    pub fn default_for_form_field() -> Self {
        Self::default_for("query")
    }

    /// Returns the serialization for a list format of Swagger 2.0.
    pub(super) fn from_collection_format(location: &str, format: &'a str) -> Self {
        let default = Self::default_for(location);
        let known = COLLECTION_FORMATS.iter().find(|(name, ..)| *name == format);

        let (style, explode) = match known {
            // The style for comma-separated values depends on the location.
            Some(("csv", ..)) => (default.style, false),
            Some((_, style, explode)) => (*style, *explode),
            None => (format, false),
        };

        Self { style, explode, ..default }
    }
}
