//! Compares two documents and returns one finding per cause.
//!
//! `operation_matching` finds the corresponding operations, and `operation` compares them. The
//! schemas they use are compared in pairs by `schema_graph`, each pair once. Finally, `merge` combines
//! the changes with one cause into one finding.

mod bodies;
mod change;
mod context;
mod discriminators;
mod member_matching;
mod merge;
mod object;
mod operation;
mod operation_context;
mod operation_matching;
mod other_keywords;
mod parameters;
mod renames;
mod responses;
mod schema;
mod schema_diff;
mod schema_graph;
mod security;
mod servers;
mod types;
mod unions;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use crate::change_kind::ChangeKind;
use crate::finding::Finding;
use crate::load::Document;
use crate::model::{Api, Component, Keyword, Operation, Tag, canonical, is_equivalent};
use change::{AttributedChange, Change, Directions};
use context::Context;
use operation_context::OperationContext;
use operation_matching::{OperationMatching, match_operations};
use other_keywords::ObjectKind;
use schema_graph::SchemaGraph;

/// The result of a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The findings, most severe first.
    pub findings: Vec<Finding>,
    /// The number of changed components that no operation of either document uses.
    pub unreached: usize,
}

/// Compares two documents.
///
/// # Errors
///
/// If a reference has no target or refers to another document, or a value has an unexpected type.
/// The error names the document and the location.
pub fn compare(base: &Document, revision: &Document) -> Result<Comparison> {
    let context = Context::new(Api::new(base)?, Api::new(revision)?);
    let (old, new) = (&context.base.operations, &context.revision.operations);
    // Operations are identified by their index in this list: first the base, then the revision.
    let operation_names: Vec<String> = old.iter().chain(new).map(Operation::name).collect();

    let mut changes = Vec::new();
    let mut graph = SchemaGraph::new(&context);
    let OperationMatching { pairs, removed, added } = match_operations(old, new);

    for (old_index, new_index) in pairs {
        let name = operation_names[old_index].clone();
        let mut operation =
            OperationContext::new(&context, &mut graph, &mut changes, old_index, name);
        operation::compare(&mut operation, &old[old_index], &new[new_index])?;
    }
    for index in removed {
        changes.push(removed_operation(&old[index], index));
    }
    for index in added {
        changes.push(added_operation(&new[index], old.len() + index));
    }

    changes.extend(compare_root(&context));
    changes.extend(compare_security_schemes(&context));
    changes.extend(graph.compare()?);

    Ok(Comparison {
        findings: merge::merge_changes(changes, &operation_names),
        unreached: count_unreached(&context),
    })
}

fn removed_operation(operation: &Operation, index: usize) -> AttributedChange {
    let pointer = &operation.pointer;
    let change = Change::new(ChangeKind::OperationRemoved, (pointer, pointer), "")
        .with_old(&**pointer, canonical(operation.value))
        .with_predicate("was removed");
    attribute(change, operation.name(), vec![index])
}

fn added_operation(operation: &Operation, index: usize) -> AttributedChange {
    let pointer = &operation.pointer;
    let change = Change::new(ChangeKind::OperationAdded, (pointer, pointer), "")
        .with_new(&**pointer, canonical(operation.value))
        .with_predicate("was added");
    attribute(change, operation.name(), vec![index])
}

fn attribute(change: Change, label: String, operations: Vec<usize>) -> AttributedChange {
    let (wire, source) = (Directions::REQUEST, Directions::REQUEST);
    AttributedChange { change, label, wire, source, operations }
}

/// Compares what the documents define for the whole API.
fn compare_root(context: &Context) -> Vec<AttributedChange> {
    let (base, revision) = (&context.base, &context.revision);
    // All fields are listed, so that a new field of the model cannot be forgotten here.
    let Api {
        resolver: _,
        operations: _,
        other_paths: _,
        security_schemes: _,
        tags,
        other_keywords,
        info,
    } = base;

    let root: Rc<str> = "".into();
    let pointers = (&root, &root);
    let mut changes = Vec::new();
    other_keywords::compare(
        &mut changes,
        ObjectKind::Document,
        pointers,
        other_keywords,
        &revision.other_keywords,
    );
    other_keywords::compare(&mut changes, ObjectKind::Info, pointers, info, &revision.info);

    let paths: Rc<str> = "/paths".into();
    let (old, new) = (other_paths_only_in(base, revision), other_paths_only_in(revision, base));
    other_keywords::compare(&mut changes, ObjectKind::Paths, (&paths, &paths), &old, &new);

    let names: BTreeSet<&str> = tags.keys().chain(revision.tags.keys()).copied().collect();
    for name in names {
        let (old, new) = (tags.get(name), revision.tags.get(name));
        if old.zip(new).is_some_and(|(old, new)| is_equivalent(old.value, new.value)) {
            continue;
        }

        let located = |tag: &Tag| (tag.pointer.clone(), canonical(tag.value));
        let change = Change::new(ChangeKind::DocumentationChanged, pointers, name)
            .with_values(old.map(located), new.map(located))
            .with_predicate(format!("describes the tag `{name}` differently"));
        changes.push(change);
    }

    let attribute = |change| attribute(change, "the document".to_owned(), Vec::new());
    changes.into_iter().map(attribute).collect()
}

/// Returns the paths without operations, except those with operations in the other document. The
/// operations are reported in that case.
fn other_paths_only_in<'a>(api: &Api<'a>, other: &Api<'a>) -> Vec<Keyword<'a>> {
    let paths: HashSet<&str> = other.operations.iter().map(|operation| operation.path).collect();
    api.other_paths.iter().filter(|keyword| !paths.contains(keyword.key)).cloned().collect()
}

/// Compares the security schemes, and attributes the changes to the operations that require them.
fn compare_security_schemes(context: &Context) -> Vec<AttributedChange> {
    let mut operations: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, operation) in context.base.operations.iter().enumerate() {
        for name in operation.security.alternatives.iter().flat_map(|set| set.keys()) {
            operations.entry(name).or_default().push(index);
        }
    }

    let changes = security::compare_schemes(context).into_iter().map(|(name, change)| {
        let operations = operations.get(name.as_str()).cloned().unwrap_or_default();
        attribute(change, format!("the security scheme `{name}`"), operations)
    });
    changes.collect()
}

/// Counts the changed components that no operation of either document uses.
fn count_unreached(context: &Context) -> usize {
    let (base, revision) =
        (components_by_pointer(&context.base), components_by_pointer(&context.revision));
    let pointers: BTreeSet<&String> = base.keys().chain(revision.keys()).collect();

    let is_unreached_change = |pointer: &&String| match (base.get(*pointer), revision.get(*pointer))
    {
        (Some(old), Some(new)) => {
            !old.is_referenced && !new.is_referenced && !is_equivalent(old.value, new.value)
        }
        (old, new) => old.or(new).is_some_and(|component| !component.is_referenced),
    };
    pointers.into_iter().filter(is_unreached_change).count()
}

fn components_by_pointer<'a>(api: &Api<'a>) -> BTreeMap<String, Component<'a>> {
    let components = api.resolver.components().into_iter();
    components.map(|component| (component.pointer.clone(), component)).collect()
}
