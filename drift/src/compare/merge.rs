//! Merges changes with one cause into one finding.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::change::AttributedChange;
use crate::change_kind::ChangeKind;
use crate::finding::Finding;

/// Builds one finding per cause, most severe first.
///
/// Changes have one cause if they are the same change at the same location in one of the documents.
/// The other document may contain copies of the changed element.
pub(super) fn merge_changes(
    changes: Vec<AttributedChange>,
    operation_names: &[String],
) -> Vec<Finding> {
    let mut groups = group_by_cause(&changes);
    let mut merged: Vec<MergedFinding> = Vec::new();
    let mut index_by_group: HashMap<usize, usize> = HashMap::new();

    for (index, change) in changes.into_iter().enumerate() {
        let group = groups.representative(index);
        match index_by_group.get(&group) {
            Some(index) => merged[*index].merge(change),
            None => {
                index_by_group.insert(group, merged.len());
                merged.push(MergedFinding::new(change));
            }
        }
    }

    let mut findings: Vec<Finding> =
        merged.into_iter().map(|finding| finding.finish(operation_names)).collect();
    findings.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));

    findings
}

/// Groups the indices of changes by their cause.
fn group_by_cause(changes: &[AttributedChange]) -> DisjointSets {
    /// Side, kind, pointer, subject, and values.
    type ChangeKey<'c> = (bool, ChangeKind, &'c str, &'c str, String);

    let mut groups = DisjointSets::new(changes.len());
    let mut first_index: HashMap<ChangeKey, usize> = HashMap::new();

    for (index, AttributedChange { change, .. }) in changes.iter().enumerate() {
        let values = format!("{} {}", json!(change.old), json!(change.new));
        let base = change.pointer.as_deref().unwrap_or(&change.element_pointers.0);
        let revision = change.revision_pointer.as_deref().unwrap_or(&change.element_pointers.1);

        for (is_base, pointer) in [(true, base), (false, revision)] {
            // An optional and a required copy have the same cause.
            let kind = change.kind.for_optional_value();
            let key = (is_base, kind, pointer, change.subject.as_str(), values.clone());
            groups.join(*first_index.entry(key).or_insert(index), index);
        }
    }

    groups
}

/// A finding while changes are merged into it.
struct MergedFinding {
    finding: Finding,
    /// The indices of the affected operations.
    operations: BTreeSet<usize>,
}

impl MergedFinding {
    fn new(attributed: AttributedChange) -> Self {
        let AttributedChange { change, label, wire, source, operations } = attributed;
        let label = change.label.unwrap_or(label);

        let finding = Finding {
            kind: change.kind,
            wire: wire.difference(change.hidden).wire_verdict(change.kind),
            source: source.source_verdict(change.kind),
            pointer: change.pointer,
            revision_pointer: change.revision_pointer,
            operations: Vec::new(),
            rust_items: Vec::new(),
            old: change.old,
            new: change.new,
            message: format!("{label} {}", change.predicate),
        };

        Self { finding, operations: operations.into_iter().collect() }
    }

    fn merge(&mut self, attributed: AttributedChange) {
        let AttributedChange { change, wire, source, operations, .. } = attributed;
        let finding = &mut self.finding;

        // The smallest pointer represents all copies, independent of the order of comparison.
        finding.pointer = finding.pointer.take().into_iter().chain(change.pointer).min();
        let revision_pointer = finding.revision_pointer.take().into_iter();
        finding.revision_pointer = revision_pointer.chain(change.revision_pointer).min();

        // The kind for a required value takes precedence over the one for an optional value.
        if finding.kind.for_optional_value() == finding.kind {
            finding.kind = change.kind;
        }
        let wire = wire.difference(change.hidden).wire_verdict(change.kind);
        finding.wire = finding.wire.max(wire);
        finding.source = finding.source.max(source.source_verdict(change.kind));

        self.operations.extend(operations);
    }

    fn finish(self, operation_names: &[String]) -> Finding {
        let Self { mut finding, operations } = self;

        // The message names only the first operation.
        if let Some(first) = operations.first().filter(|_| operations.len() > 1) {
            let (name, more) = (&operation_names[*first], operations.len() - 1);
            let name_and_count = format!("{name} (and {more} more)");
            finding.message = finding.message.replacen(name, &name_and_count, 1);
        }

        finding.operations =
            operations.into_iter().map(|index| operation_names[index].clone()).collect();
        finding.operations.sort();
        finding.operations.dedup();

        finding
    }
}

/// Sorts by severity, then by location.
fn sort_key(finding: &Finding) -> impl Ord + '_ {
    let Finding { kind, wire, source, message, .. } = finding;
    (Reverse((*wire, *source)), finding.location(), *kind, message)
}

/// Disjoint sets of indices, with the smallest index of a set as its representative.
struct DisjointSets(Vec<usize>);

impl DisjointSets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn representative(&mut self, index: usize) -> usize {
        let mut index = index;
        while self.0[index] != index {
            // Path halving keeps the chains short.
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }

        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.representative(one), self.representative(other));
        self.0[one.max(other)] = one.min(other);
    }
}
