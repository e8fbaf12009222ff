//! Finds the corresponding operations of both documents.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::model::{Operation, canonical};

/// The corresponding operations of both documents and the remaining ones, by index.
#[derive(Debug, Default)]
pub(super) struct OperationMatching {
    pub pairs: Vec<(usize, usize)>,
    pub removed: Vec<usize>,
    pub added: Vec<usize>,
}

/// Matches operations by method and path, without the names of path parameters; then by method and
/// complete URL, by `operationId`, by upstream id, and by content. Each step considers only keys
/// that are unique among the remaining operations.
pub(super) fn match_operations(base: &[Operation], revision: &[Operation]) -> OperationMatching {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut removed: Vec<usize> = (0..base.len()).collect();
    let mut added: Vec<usize> = (0..revision.len()).collect();

    for key in [route_key, url_key, id_key, upstream_id_key, content_key] {
        let old = unique_keys(base, &removed, key);
        let new = unique_keys(revision, &added, key);
        pairs.extend(old.iter().filter_map(|(key, old)| Some((*old, *new.get(key)?))));

        let matched_old: HashSet<usize> = pairs.iter().map(|(old, _)| *old).collect();
        let matched_new: HashSet<usize> = pairs.iter().map(|(_, new)| *new).collect();
        removed.retain(|index| !matched_old.contains(index));
        added.retain(|index| !matched_new.contains(index));
    }

    pairs.sort_unstable();
    OperationMatching { pairs, removed, added }
}

/// Indexes operations by key; operations without a unique key are left out.
fn unique_keys(
    operations: &[Operation],
    indices: &[usize],
    key: fn(&Operation) -> Option<String>,
) -> HashMap<String, usize> {
    let mut index_by_key: HashMap<String, Option<usize>> = HashMap::new();
    for index in indices {
        if let Some(key) = key(&operations[*index]) {
            let entry = index_by_key.entry(key);
            entry.and_modify(|index| *index = None).or_insert(Some(*index));
        }
    }

    index_by_key.into_iter().filter_map(|(key, index)| Some((key, index?))).collect()
}

fn route_key(operation: &Operation) -> Option<String> {
    Some(format!("{} {}", operation.method, unnamed_path(operation.path)))
}

fn url_key(operation: &Operation) -> Option<String> {
    Some(format!("{} {}", operation.method, complete_url(operation)))
}

/// Returns the URL of an operation at its default server, without the names of path parameters.
pub(super) fn complete_url(operation: &Operation) -> String {
    let server = operation.servers.list.first().map_or("", |server| &server.url);
    format!("{server}{}", unnamed_path(operation.path))
}

/// Returns a path without the names of its parameters.
pub(super) fn unnamed_path(path: &str) -> String {
    let mut unnamed = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, inside)) = rest.split_once('{') {
        unnamed.push_str(before);
        unnamed.push_str("{}");
        rest = inside.split_once('}').map_or("", |(_, rest)| rest);
    }

    unnamed + rest
}

fn id_key(operation: &Operation) -> Option<String> {
    operation.id.as_ref()?.value.as_str().map(str::to_owned)
}

fn upstream_id_key(operation: &Operation) -> Option<String> {
    operation.value.get("x-upstream-operation-id")?.as_str().map(str::to_owned)
}

/// Returns the content of a documented operation, without its id and its path parameters.
fn content_key(operation: &Operation) -> Option<String> {
    let mut content = operation.value.as_object()?.clone();
    if !["summary", "description"].iter().any(|key| content.contains_key(*key)) {
        return None;
    }

    content.retain(|key, _| key != "operationId" && !key.starts_with("x-"));
    if let Some(Value::Array(parameters)) = content.get_mut("parameters") {
        parameters.retain(|parameter| parameter.get("in") != Some(&"path".into()));
        if parameters.is_empty() {
            content.shift_remove("parameters");
        }
    }

    Some(format!("{} {}", operation.method, canonical(&Value::Object(content))))
}

/// Returns the names of the parameters of a path, in order.
pub(super) fn path_parameter_names(path: &str) -> Vec<&str> {
    let after_braces = path.split('{').skip(1);
    after_braces.filter_map(|text| text.split_once('}')).map(|(name, _)| name).collect()
}
