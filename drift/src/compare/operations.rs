//! Which operation of the revision is which of the base.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::{Operation, sorted};

/// The operations of both documents that belong together, and those that stand alone, by index.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub pairs: Vec<(usize, usize)>,
    pub removed: Vec<usize>,
    pub added: Vec<usize>,
}

/// Matches by method and path, whatever the path's parameters are called, or whole URL; what is
/// left by its id, ours or upstream's; what is left then by all that is said of it. Each only where it is unique.
pub(super) fn matched(base: &[Operation], revision: &[Operation]) -> Matched {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut old: Vec<usize> = (0..base.len()).collect();
    let mut new: Vec<usize> = (0..revision.len()).collect();

    for key in [route, url, id, upstream_id, words] {
        let (gone, come) = (unique(base, &old, key), unique(revision, &new, key));
        let found = gone.iter().filter_map(|(key, old)| Some((*old, *come.get(key)?)));
        pairs.extend(found);

        let taken: [Vec<usize>; 2] = [
            pairs.iter().map(|(old, _)| *old).collect(),
            pairs.iter().map(|(_, new)| *new).collect(),
        ];
        let taken = taken.map(std::collections::HashSet::<usize>::from_iter);
        old.retain(|at| !taken[0].contains(at));
        new.retain(|at| !taken[1].contains(at));
    }

    pairs.sort_unstable();
    Matched { pairs, removed: old, added: new }
}

/// The operations by a key, those that share it with another left out.
fn unique(
    operations: &[Operation],
    open: &[usize],
    key: fn(&Operation) -> Option<String>,
) -> HashMap<String, usize> {
    let mut found: HashMap<String, Option<usize>> = HashMap::new();
    for at in open {
        if let Some(key) = key(&operations[*at]) {
            found.entry(key).and_modify(|twice| *twice = None).or_insert(Some(*at));
        }
    }

    found.into_iter().filter_map(|(key, at)| Some((key, at?))).collect()
}

fn route(operation: &Operation) -> Option<String> {
    Some(format!("{} {}", operation.method, skeleton(operation.path)))
}

/// Where an operation is called, whichever part of it the server says.
fn url(operation: &Operation) -> Option<String> {
    Some(format!("{} {}", operation.method, whole_url(operation)))
}

/// The URL of an operation at its default server, without the names of its parameters.
pub(super) fn whole_url(operation: &Operation) -> String {
    let server = operation.servers.list.first().map_or("", |server| &server.url);
    format!("{server}{}", skeleton(operation.path))
}

/// A path without the names of its parameters.
pub(super) fn skeleton(path: &str) -> String {
    let mut skeleton = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once('{') {
        skeleton.push_str(before);
        skeleton.push_str("{}");
        rest = inside.split_once('}').map_or("", |(_, rest)| rest);
    }

    skeleton + rest
}

fn id(operation: &Operation) -> Option<String> {
    operation.id.as_ref()?.value.as_str().map(str::to_owned)
}

fn upstream_id(operation: &Operation) -> Option<String> {
    operation.value.get("x-upstream-operation-id")?.as_str().map(str::to_owned)
}

/// All that is said of an operation but its id and its path's parameters, if there are words.
fn words(operation: &Operation) -> Option<String> {
    let mut said = operation.value.as_object()?.clone();
    if !["summary", "description"].iter().any(|key| said.contains_key(*key)) {
        return None;
    }

    said.retain(|key, _| key != "operationId" && !key.starts_with("x-"));

    if let Some(Value::Array(parameters)) = said.get_mut("parameters") {
        parameters.retain(|parameter| parameter.get("in") != Some(&"path".into()));
        if parameters.is_empty() {
            said.shift_remove("parameters");
        }
    }

    Some(format!("{} {}", operation.method, sorted(&Value::Object(said))))
}

/// The names of a path's parameters, in the path's order.
pub(super) fn template(path: &str) -> Vec<&str> {
    let after = path.split('{').skip(1);
    after.filter_map(|inside| inside.split_once('}')).map(|(name, _)| name).collect()
}
