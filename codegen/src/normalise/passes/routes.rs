//! Converts paths that are written as regular expressions to path templates.

use serde_json::{Map, Value, map::Entry};

use crate::changes::report::Changes;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::normalise::context::Context;
use crate::openapi::route::plain_path;
use crate::openapi::walk;

pub(crate) const REASON: &str = "Upstream writes its paths as regular expressions. A `?` before a `/` or at \
     the end makes the character before it optional. The pass keeps the character, because every public \
     client sends it, and removes the `?`. Equal paths are merged.";

pub(crate) fn run(document: &mut Value, _: &Context, changes: &mut Changes) -> Result<()> {
    let paths = walk::object_at(document, "/paths")?;
    let mut plain_paths: Map<String, Value> = Map::new();

    for (path, item) in std::mem::take(paths) {
        let pointer = format!("/paths/{}", pointer_segment(&path));
        let plain = plain_path(&path).ok_or_else(|| invalid_path(&pointer, &path))?;
        if plain != path {
            changes.record_fix(&pointer, format!("renamed to `{plain}`"));
        }

        match plain_paths.entry(plain) {
            Entry::Vacant(entry) => {
                entry.insert(item);
            }
            Entry::Occupied(mut entry) => merge_methods(entry.get_mut(), item, &pointer)?,
        }
    }

    *paths = plain_paths;
    Ok(())
}

fn merge_methods(target: &mut Value, source: Value, pointer: &str) -> Result<()> {
    let target =
        target.as_object_mut().ok_or_else(|| Diagnostic::at(pointer, "expected an object"))?;
    let Value::Object(source) = source else {
        return Err(walk::unexpected_type(pointer, "an object", &source));
    };

    for (method, operation) in source {
        let pointer = format!("{pointer}/{}", pointer_segment(&method));
        if target.insert(method, operation).is_some() {
            return Err(Diagnostic::at(
                pointer,
                "two spellings of this path define the same method",
            )
            .help(
                "report it to the vendor, and change codegen/src/normalise/passes/routes.rs to keep \
                 one of the two operations",
            ));
        }
    }

    Ok(())
}

fn invalid_path(pointer: &str, path: &str) -> Diagnostic {
    Diagnostic::at(pointer, format!("`{path}` cannot be converted to a path template")).help(
        "only an optional character at the end of a segment is supported; see \
         codegen/src/openapi/route.rs",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn convert(paths: Value) -> Result<Value> {
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
    fn optional_character_is_kept() {
        let paths = convert(json!({"/clusters?/{id}": {}, "/clusters?": {}, "/": {}})).unwrap();
        assert_eq!(paths, json!({"/clusters/{id}": {}, "/clusters": {}, "/": {}}));
    }

    #[test]
    fn equal_paths_merge_their_methods() {
        let paths = convert(json!({"/a?": {"get": 1}, "/a": {"put": 2}})).unwrap();
        assert_eq!(paths, json!({"/a": {"get": 1, "put": 2}}));
    }

    #[test]
    fn same_method_in_two_spellings_of_a_path_is_an_error() {
        let error = convert(json!({"/a": {"get": 1}, "/a?": {"get": 2}})).unwrap_err();
        assert!(error.to_string().starts_with("/paths/~1a?/get: "), "{error}");
    }

    #[test]
    fn other_regular_expressions_are_rejected() {
        for path in [
            "/a?b", "/(a|b)", "/{id}?", "/a*", "a", "/?", "/a??", "/{}", "/{a}{b}", "/a\\d",
            "/a b", "/../a", "/a/.", "//a", "/a//b",
        ] {
            let mut paths = Map::new();
            paths.insert(path.to_owned(), json!({}));
            assert!(convert(Value::Object(paths)).is_err(), "{path}");
        }
    }
}
