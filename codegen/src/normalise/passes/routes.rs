//! Routes are written as regular expressions: `/clusters?` matches `/cluster` and `/clusters`.

use serde_json::{Map, Value, map::Entry};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::Context;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream writes its routes as regular expressions. A `?` before a `/` or \
     at the end makes the character before it optional; every public client sends that character, \
     so it stays and the mark goes. Two routes that become one merge their methods.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    let paths = walk::object_at(document, "/paths")?;
    let mut merged: Map<String, Value> = Map::new();
    for (path, item) in std::mem::take(paths) {
        let pointer = format!("/paths/{}", pointer_segment(&path));
        let plain = plain_path(&path).ok_or_else(|| not_a_template(&pointer, &path))?;
        if plain != path {
            changes.note(&pointer, format!("is `{plain}`"));
        }

        match merged.entry(plain) {
            Entry::Vacant(free) => {
                free.insert(item);
            }
            Entry::Occupied(mut taken) => merge(taken.get_mut(), item, &pointer)?,
        }
    }

    *paths = merged;
    Ok(())
}

/// The path without its optional marks, or nothing if it is no path template even then.
pub fn plain_path(path: &str) -> Option<String> {
    let mut plain = String::new();
    let path = path.strip_prefix('/')?;
    if path.starts_with('/') || path.contains("//") {
        return None;
    }

    for segment in path.split('/') {
        let segment = match segment.strip_suffix('?') {
            Some(marked) if marked.ends_with(|c: char| c.is_ascii_alphanumeric()) => marked,
            Some(_) => return None,
            None => segment,
        };
        let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let word =
            |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.~".contains(c));

        // `.` and `..` are steps in a path, not names.
        if !word(name.unwrap_or(segment))
            || name.is_some_and(str::is_empty)
            || matches!(segment, "." | "..")
        {
            return None;
        }

        plain.push('/');
        plain.push_str(segment);
    }

    Some(plain)
}

fn merge(into: &mut Value, from: Value, pointer: &str) -> Result<()> {
    let (Value::Object(into), Value::Object(from)) = (into, from) else {
        return Err(Diagnostic::at(pointer, "a path item is an object"));
    };

    for (method, operation) in from {
        let pointer = format!("{pointer}/{}", pointer_segment(&method));
        if into.insert(method, operation).is_some() {
            return Err(Diagnostic::at(
                pointer,
                "another spelling of this route has the same method",
            ));
        }
    }

    Ok(())
}

fn not_a_template(pointer: &str, path: &str) -> Diagnostic {
    Diagnostic::at(pointer, format!("`{path}` is not a path template that can be read")).help(
        "only an optional character at the end of a segment is understood; see normalise/routes.rs",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn routes(paths: Value) -> Result<Value> {
        let mut document = json!({ "paths": paths });
        walk::object_at(&mut document, "/paths")?;
        let (policy, overlay) = Default::default();

        run(
            &mut document,
            &Context { policy: &policy, overlay: &overlay },
            &mut Changes::default(),
        )?;

        Ok(document["paths"].take())
    }

    #[test]
    fn the_optional_character_stays() {
        let paths = routes(json!({"/clusters?/{id}": {}, "/clusters?": {}, "/": {}})).unwrap();
        assert_eq!(paths, json!({"/clusters/{id}": {}, "/clusters": {}, "/": {}}));
    }

    #[test]
    fn two_spellings_merge_their_methods() {
        let paths = routes(json!({"/a?": {"get": 1}, "/a": {"put": 2}})).unwrap();
        assert_eq!(paths, json!({"/a": {"get": 1, "put": 2}}));
    }

    #[test]
    fn a_clash_is_an_error_that_names_the_place() {
        let problem = routes(json!({"/a": {"get": 1}, "/a?": {"get": 2}})).unwrap_err();
        assert!(problem.to_string().starts_with("/paths/~1a?/get: "), "{problem}");
    }

    #[test]
    fn no_other_regular_expression_passes() {
        for path in [
            "/a?b", "/(a|b)", "/{id}?", "/a*", "a", "/?", "/a??", "/{}", "/{a}{b}", "/a\\d",
            "/a b", "/../a", "/a/.", "//a", "/a//b",
        ] {
            let mut paths = Map::new();
            paths.insert(path.to_owned(), json!({}));
            assert!(routes(Value::Object(paths)).is_err(), "{path}");
        }
    }
}
