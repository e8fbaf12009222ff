//! Matches the path of a request to a path template of the document.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::document_error::DocumentError;

/// A path template, such as `/clusters/{cluster_id}/status`.
///
/// Templates are ordered by precedence: if two match the same path, the one with the earlier
/// literal segment comes first, as OpenAPI requires.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// Why a path is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPath {
    /// A segment is not percent-encoded UTF-8.
    Encoding,
    /// A segment is `.` or `..`, also if percent-encoded. Clients and proxies rewrite such a path,
    /// so it is always a mistake.
    DotSegment,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// Fails if the path does not start with `/`, or mixes text and parameters in one segment.
    pub fn parse(path: &str) -> Result<Self, DocumentError> {
        let error =
            |message: &str| DocumentError::new(format!("/paths/{}", escape_pointer(path)), message);
        let rest = path.strip_prefix('/').ok_or_else(|| error("a path must start with `/`"))?;

        let segments = rest.split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => Ok(Segment::Parameter(name.to_owned())),
                None if segment.contains(['{', '}', '?']) => {
                    Err(error("a segment must be either text or one `{parameter}`"))
                }
                None => Ok(Segment::Literal(segment.to_owned())),
            }
        });

        segments.collect::<Result<_, _>>().map(Self)
    }

    /// Matches decoded path segments, and returns the values of the template's parameters.
    pub fn matches(&self, path: &[String]) -> Option<BTreeMap<String, String>> {
        if self.0.len() != path.len() {
            return None;
        }

        let mut values = BTreeMap::new();
        for (segment, actual) in self.0.iter().zip(path) {
            match segment {
                Segment::Literal(literal) if literal == actual => {}
                Segment::Parameter(name) if !actual.is_empty() => {
                    values.insert(name.clone(), actual.clone());
                }
                _ => return None,
            }
        }

        Some(values)
    }

    /// The path with `value`, which must be percent-encoded, in place of each parameter.
    pub fn fill(&self, value: &str) -> String {
        let segments = self.0.iter().map(|segment| match segment {
            Segment::Literal(literal) => format!("/{literal}"),
            Segment::Parameter(_) => format!("/{value}"),
        });
        segments.collect()
    }

    /// The names of the template's parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }
}

/// Splits a path at its slashes, then decodes each segment. An encoded slash stays in its segment.
///
/// # Errors
///
/// Fails if a segment is not percent-encoded UTF-8, or is a dot segment.
pub fn split_path(raw: &str) -> Result<Vec<String>, BadPath> {
    let raw = raw.strip_prefix('/').unwrap_or(raw);
    raw.split('/')
        .map(|segment| match percent_decode(segment) {
            Some(text) if text == "." || text == ".." => Err(BadPath::DotSegment),
            Some(text) => Ok(text),
            None => Err(BadPath::Encoding),
        })
        .collect()
}

/// Decodes percent-encoded text. Returns `None` for an invalid escape or invalid UTF-8.
pub fn percent_decode(raw: &str) -> Option<String> {
    let has_invalid_escape = raw.split('%').skip(1).any(|rest| {
        !rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    if has_invalid_escape {
        return None;
    }

    percent_decode_str(raw).decode_utf8().ok().map(Into::into)
}

/// Escapes a key for use in a JSON pointer.
pub(crate) fn escape_pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, path: &str) -> Option<Vec<String>> {
        let template = Template::parse(template).expect("a template");
        let values = template.matches(&split_path(path).expect("a path"))?;
        Some(values.into_values().collect())
    }

    #[test]
    fn encoded_slash_stays_in_its_segment() {
        assert_eq!(values("/a/{id}", "/a/x%2Fy"), Some(vec!["x/y".to_owned()]));
        assert_eq!(values("/a/{id}", "/a/x/y"), None);
        assert_eq!(values("/a/{id}", "/a/%252F"), Some(vec!["%2F".to_owned()]));
    }

    #[test]
    fn empty_segment_does_not_match_a_parameter() {
        assert_eq!(values("/a/{id}/b", "/a//b"), None);
        assert_eq!(values("/a/{id}", "/a/"), None);
        assert_eq!(values("/", "/"), Some(vec![]));
    }

    #[test]
    fn dot_segments_and_invalid_encodings_are_rejected() {
        assert_eq!(split_path("/a/../b"), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/%2e%2E"), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/."), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/..%2F"), Ok(vec!["a".to_owned(), "../".to_owned()]));

        for bad in ["/%", "/%2", "/%zz", "/%+1", "/%FF"] {
            assert_eq!(split_path(bad), Err(BadPath::Encoding), "{bad}");
        }
    }

    #[test]
    fn literal_segments_precede_parameters() {
        let mut templates =
            ["/a/{id}", "/a/b", "/{x}/b"].map(|path| Template::parse(path).unwrap());
        templates.sort();
        let expected = ["/a/b", "/a/{id}", "/{x}/b"].map(|path| Template::parse(path).unwrap());
        assert_eq!(templates, expected);
    }

    #[test]
    fn invalid_template_is_rejected() {
        for bad in ["a", "/clusters?/a", "/{a}.json", "/{a"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
