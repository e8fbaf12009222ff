//! Routes: an HTTP method and a path template.

use std::fmt;

use serde::Deserialize;

use crate::diagnostic::pointer_segment;

/// A method and a path template, such as `GET /clusters/{cluster_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Route {
    method: String,
    path: String,
}

impl Route {
    /// A route from a method (upper or lower case) and a path template.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_ascii_lowercase(), path: path.into() }
    }

    /// The method, in lower case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The JSON pointer to the operation with this route.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", pointer_segment(&self.path), self.method)
    }

    /// The route without the names of its path parameters: `GET /clusters/{}`.
    pub(crate) fn without_parameter_names(&self) -> String {
        let segments = self.path.split('/');
        let segments =
            segments.map(|segment| if segment.starts_with('{') { "{}" } else { segment });

        format!("{} {}", self.method, segments.collect::<Vec<_>>().join("/"))
    }
}

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') => Ok(Self::new(method, path)),
            _ => Err(format!("`{text}` is not a route such as `GET /clusters`")),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.to_ascii_uppercase(), self.path)
    }
}

/// Converts an upstream path to a path template, by removing the `?` after optional characters.
/// Returns `None` if the result would not be a path template.
///
/// Upstream writes its paths as regular expressions: `/clusters?` matches `/cluster` and
/// `/clusters`.
pub fn plain_path(path: &str) -> Option<String> {
    let path = path.strip_prefix('/')?;
    if path.starts_with('/') || path.contains("//") {
        return None;
    }

    let segments: Option<Vec<&str>> = path.split('/').map(plain_segment).collect();
    Some(format!("/{}", segments?.join("/")))
}

fn plain_segment(segment: &str) -> Option<&str> {
    let segment = match segment.strip_suffix('?') {
        Some(marked) if marked.ends_with(|c: char| c.is_ascii_alphanumeric()) => marked,
        Some(_) => return None,
        None => segment,
    };

    let parameter = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
    let is_unreserved =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.~".contains(c));

    // `.` and `..` are relative path segments, not names.
    let is_valid = is_unreserved(parameter.unwrap_or(segment))
        && parameter != Some("")
        && !matches!(segment, "." | "..");

    is_valid.then_some(segment)
}
