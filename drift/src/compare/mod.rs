//! Compare: from two documents to what changed between them, each cause once.
//!
//! Operations are matched (`operations`) and taken apart (`operation`); the schemas that they
//! hold are compared in pairs, each pair once (`graph`); and what was recognised on the way
//! becomes findings, one for each cause, each with all whom it reaches (`change`).

mod bodies;
mod change;
mod discriminators;
mod graph;
mod object;
mod operation;
mod operations;
mod other_keywords;
mod parameters;
mod responses;
mod schema;
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
use crate::model::{Api, Fact, Operation, same, sorted};
use change::{Change, Directions, Reached};
use graph::Graph;
use operation::Comparing;
use other_keywords::ObjectKind;

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// How many components differ that no operation of either document reaches.
    pub unreached: usize,
}

/// Compares two documents.
///
/// # Errors
///
/// If a document cannot be compared: a reference that leads nowhere or to another file, or a place
/// that holds something else than the language wants there. The problem names file and place.
pub fn compare(base: &Document, revision: &Document) -> Result<Comparison> {
    let sides = Sides::new(Api::of(base)?, Api::of(revision)?);
    let names: Vec<String> = sides
        .base
        .operations
        .iter()
        .chain(&sides.revision.operations)
        .map(Operation::name)
        .collect();

    let mut changes = Vec::new();
    let mut graph = Graph::new(&sides);
    let matched = operations::matched(&sides.base.operations, &sides.revision.operations);

    for (old, new) in matched.pairs {
        let name = names[old].clone();
        Comparing::new(&sides, &mut graph, &mut changes, old, name)
            .compare(&sides.base.operations[old], &sides.revision.operations[new])?;
    }

    for old in matched.removed {
        changes.push(sides.lone(&sides.base.operations[old], old, ChangeKind::OperationRemoved));
    }

    for new in matched.added {
        let index = sides.base.operations.len() + new;
        changes.push(sides.lone(
            &sides.revision.operations[new],
            index,
            ChangeKind::OperationAdded,
        ));
    }

    changes.extend(sides.documents());
    changes.extend(sides.schemes());
    changes.extend(graph.run()?);

    Ok(Comparison { findings: change::findings(changes, &names), unreached: sides.unreached() })
}

/// The two documents.
struct Sides<'a> {
    base: Api<'a>,
    revision: Api<'a>,
    /// The ways to authenticate that some operation of the base wants.
    wanted: HashSet<&'a str>,
    /// The ways to authenticate that have another name in the revision: the old by the new.
    renamed: BTreeMap<&'a str, &'a str>,
}

impl<'a> Sides<'a> {
    fn new(base: Api<'a>, revision: Api<'a>) -> Self {
        let sets = base.operations.iter().flat_map(|operation| &*operation.security.alternatives);
        let wanted = sets.flat_map(|set| set.keys().copied()).collect();
        let renamed = security::renamed_schemes(&base, &revision);
        Self { base, revision, wanted, renamed }
    }

    /// An operation that one document has.
    fn lone(&self, operation: &Operation, index: usize, class: ChangeKind) -> Reached {
        let change = Change::new(class, (&operation.at, &operation.at), "");
        let value = sorted(operation.value);

        let change = match class {
            ChangeKind::OperationRemoved => change.was(&*operation.at, value).says("is gone"),
            _ => change.is(&*operation.at, value).says("is new"),
        };

        Reached {
            change,
            label: operation.name(),
            wire: Directions::REQUEST,
            source: Directions::REQUEST,
            operations: vec![index],
        }
    }

    /// What the documents say of the whole API.
    fn documents(&self) -> Vec<Reached> {
        let (base, revision) = (&self.base, &self.revision);
        // Field by field: a new field of the model does not compile until it is judged here.
        let Api { source: _, operations: _, paths: _, schemes: _, tags, rest, info } = base;
        let mut changes = Vec::new();
        let root: Rc<str> = "".into();
        let sites = (&root, &root);

        other_keywords::compare(&mut changes, ObjectKind::Document, sites, rest, &revision.rest);
        other_keywords::compare(&mut changes, ObjectKind::Info, sites, info, &revision.info);

        // A path that has operations in the other document is told of by these.
        let lone = |these: &Api<'a>, others: &Api<'a>| -> Vec<Fact<'a>> {
            let paths: HashSet<&str> = others.operations.iter().map(|other| other.path).collect();
            these.paths.iter().filter(|fact| !paths.contains(fact.key)).cloned().collect()
        };
        let at: Rc<str> = "/paths".into();
        let (old, new) = (lone(base, revision), lone(revision, base));
        other_keywords::compare(&mut changes, ObjectKind::Paths, (&at, &at), &old, &new);

        let names = tags.keys().chain(revision.tags.keys()).collect::<BTreeSet<_>>();
        for name in names {
            let (old, new) = (tags.get(name), revision.tags.get(name));
            if old.zip(new).is_some_and(|((_, old), (_, new))| same(old, new)) {
                continue;
            }

            let mut change = Change::new(ChangeKind::DocumentationChanged, (&root, &root), name);
            if let Some((at, old)) = old {
                change = change.was(at.as_str(), sorted(old));
            }

            if let Some((at, new)) = new {
                change = change.is(at.as_str(), sorted(new));
            }

            changes.push(change.says(format!("says otherwise what the tag `{name}` is")));
        }

        let reached = |change| Reached {
            change,
            label: "the document".to_owned(),
            wire: Directions::REQUEST,
            source: Directions::REQUEST,
            operations: Vec::new(),
        };

        changes.into_iter().map(reached).collect()
    }

    /// What changed in the ways to authenticate, and which operations want them.
    fn schemes(&self) -> Vec<Reached> {
        let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, operation) in self.base.operations.iter().enumerate() {
            for name in operation.security.alternatives.iter().flat_map(|set| set.keys()) {
                users.entry(name).or_default().push(index);
            }
        }

        let reached = |(name, change): (String, Change)| Reached {
            change,
            label: format!("the security scheme `{name}`"),
            wire: Directions::REQUEST,
            source: Directions::REQUEST,
            operations: users.get(name.as_str()).cloned().unwrap_or_default(),
        };

        security::compare_schemes(self).into_iter().map(reached).collect()
    }

    /// How many components differ that no operation of either document reaches.
    fn unreached(&self) -> usize {
        let components = |api: &Api<'a>| -> BTreeMap<String, _> {
            let components = api.components().into_iter();
            components.map(|(at, value, reached)| (at, (value, reached))).collect()
        };
        let (base, revision) = (components(&self.base), components(&self.revision));
        let names: HashSet<&String> = base.keys().chain(revision.keys()).collect();

        let differs =
            names.into_iter().filter(|name| match (base.get(*name), revision.get(*name)) {
                (Some((old, was)), Some((new, is))) => !was && !is && !same(old, new),
                (one, other) => one.or(other).is_some_and(|(_, reached)| !reached),
            });

        differs.count()
    }
}
