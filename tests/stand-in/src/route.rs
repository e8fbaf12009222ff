//! From the raw path of a request to a path template of the document.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::DocumentError;

/// A path template, such as `/clusters/{cluster_id}/status`.
///
/// Templates are in the order in which they are tried: of two that match the same path, the one
/// with the earlier literal comes first, as OpenAPI wants it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// Why a raw path cannot name any route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPath {
    /// A segment is not UTF-8 text after percent-decoding, or has a `%` without two digits.
    Encoding,
    /// A segment is `.` or `..`, in whatever spelling: on its way through clients and proxies such
    /// a path becomes another one, so it is a mistake wherever it turns up.
    DotSegment,
}

impl Template {
    /// Reads a template.
    pub fn parse(path: &str) -> Result<Self, DocumentError> {
        let problem = |what: &str| {
            let pointer = format!("/paths/{}", path.replace('~', "~0").replace('/', "~1"));
            DocumentError::new(pointer, what)
        };
        let rest = path.strip_prefix('/').ok_or_else(|| problem("a path starts with `/`"))?;

        let segments = rest.split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => Ok(Segment::Parameter(name.to_owned())),
                None if segment.contains(['{', '}', '?']) => {
                    Err(problem("a segment is either a text or one `{parameter}`"))
                }
                None => Ok(Segment::Literal(segment.to_owned())),
            }
        });

        segments.collect::<Result<_, _>>().map(Self)
    }

    /// The values of the template's parameters, if the decoded segments fit it.
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

    /// The path with `value`, encoded already, for every parameter.
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

/// Splits a raw path at its slashes, and only then decodes each segment: an encoded slash is a
/// part of its segment.
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

/// Decodes percent-encoded text, strictly.
pub fn percent_decode(raw: &str) -> Option<String> {
    let stray = raw.split('%').skip(1).any(|rest| {
        !rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });

    if stray {
        return None;
    }
    percent_decode_str(raw).decode_utf8().ok().map(Into::into)
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
    fn an_encoded_slash_stays_in_its_segment() {
        assert_eq!(values("/a/{id}", "/a/x%2Fy"), Some(vec!["x/y".to_owned()]));
        assert_eq!(values("/a/{id}", "/a/x/y"), None);
        assert_eq!(values("/a/{id}", "/a/%252F"), Some(vec!["%2F".to_owned()]));
    }

    #[test]
    fn an_empty_segment_is_no_value() {
        assert_eq!(values("/a/{id}/b", "/a//b"), None);
        assert_eq!(values("/a/{id}", "/a/"), None);
        assert_eq!(values("/", "/"), Some(vec![]));
    }

    #[test]
    fn what_cannot_be_a_path_is_told_apart() {
        assert_eq!(split_path("/a/../b"), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/%2e%2E"), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/."), Err(BadPath::DotSegment));
        assert_eq!(split_path("/a/..%2F"), Ok(vec!["a".to_owned(), "../".to_owned()]));

        for bad in ["/%", "/%2", "/%zz", "/%+1", "/%FF"] {
            assert_eq!(split_path(bad), Err(BadPath::Encoding), "{bad}");
        }
    }

    #[test]
    fn literals_come_before_parameters() {
        let mut templates =
            ["/a/{id}", "/a/b", "/{x}/b"].map(|path| Template::parse(path).unwrap());
        templates.sort();
        let expected = ["/a/b", "/a/{id}", "/{x}/b"].map(|path| Template::parse(path).unwrap());
        assert_eq!(templates, expected);
    }

    #[test]
    fn a_template_that_is_not_one_is_refused() {
        for bad in ["a", "/clusters?/a", "/{a}.json", "/{a"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
