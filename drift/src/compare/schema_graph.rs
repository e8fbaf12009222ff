//! The graph of schema pairs: each schema of the base with each schema of the revision that replaces
//! it somewhere. A pair is compared once, no matter how many references lead to it. Its changes are
//! attributed to all directions and operations that use it.

use std::collections::HashMap;
use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use super::change::{AttributedChange, Change, Directions};
use super::context::Context;
use super::schema;
use super::schema_diff::{NestedPair, Step};
use crate::model::{Located, Resolver, SchemaNode};

/// The origin of a pair: the path on which it was found first.
enum Origin {
    /// An operation uses the schemas directly; the label names them.
    Operation(Rc<str>),
    /// Another pair contains the schemas.
    Pair(usize, Step),
}

struct SchemaPair<'a> {
    base: SchemaNode<'a>,
    revision: SchemaNode<'a>,
    origin: Origin,
    /// The pointers of the first references to the schemas.
    reference_pointers: (Rc<str>, Rc<str>),
    /// Whether the value is always present at one or more of its locations.
    is_required: bool,
    wire: Directions,
    source: Directions,
    changes: Vec<Change>,
    /// The nested pairs, each with the directions in which it is not transmitted.
    nested: Vec<(usize, Directions)>,
    /// Whether the pair or a nested one has changes.
    has_changes_below: bool,
}

/// A pair that an operation uses directly.
#[derive(Clone, Copy)]
struct Root {
    operation: usize,
    pair: usize,
    directions: Directions,
}

/// The identity of a pair in both documents.
type PairKey = (Vec<usize>, Vec<usize>);

/// The maximum number of steps in a label. A longer path is abbreviated.
const MAX_LABEL_STEPS: usize = 12;

/// The schema pairs that operations use.
pub(super) struct SchemaGraph<'c, 'a> {
    context: &'c Context<'a>,
    index_by_key: HashMap<PairKey, usize>,
    pairs: Vec<SchemaPair<'a>>,
    /// The indices of the pairs that are still to be compared.
    pending: Vec<usize>,
    roots: Vec<Root>,
}

impl<'c, 'a> SchemaGraph<'c, 'a> {
    pub fn new(context: &'c Context<'a>) -> Self {
        Self {
            context,
            index_by_key: HashMap::new(),
            pairs: Vec::new(),
            pending: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// Adds a pair of schemas that an operation uses directly.
    pub fn add_root(
        &mut self,
        operation: usize,
        label: &Rc<str>,
        (base, revision): (&SchemaNode<'a>, &SchemaNode<'a>),
        directions: Directions,
        is_required: bool,
    ) {
        let pointers = (base.pointer().clone(), revision.pointer().clone());
        let nodes = (base.clone(), revision.clone());
        let origin = Origin::Operation(label.clone());
        let pair = self.add_pair(nodes, pointers, origin, is_required);

        self.roots.push(Root { operation, pair, directions });
    }

    /// Returns the index of a pair, and adds the pair if it is new.
    fn add_pair(
        &mut self,
        (base, revision): (SchemaNode<'a>, SchemaNode<'a>),
        reference_pointers: (Rc<str>, Rc<str>),
        origin: Origin,
        is_required: bool,
    ) -> usize {
        let next = self.pairs.len();
        let index = *self.index_by_key.entry((base.id(), revision.id())).or_insert(next);

        if index == next {
            self.pairs.push(SchemaPair {
                base,
                revision,
                origin,
                reference_pointers,
                is_required: false,
                wire: Directions::NONE,
                source: Directions::NONE,
                changes: Vec::new(),
                nested: Vec::new(),
                has_changes_below: false,
            });
            self.pending.push(index);
        }

        self.pairs[index].is_required |= is_required;
        index
    }

    /// Compares all pairs, including nested ones, and returns the attributed changes.
    pub fn compare(mut self) -> Result<Vec<AttributedChange>> {
        while let Some(index) = self.pending.pop() {
            self.compare_pair(index)?;
        }

        self.propagate_directions();
        self.mark_changes_below();
        let operations = self.find_operations();

        Ok(self.into_changes(operations))
    }

    fn compare_pair(&mut self, index: usize) -> Result<()> {
        let SchemaPair { base, revision, reference_pointers, .. } = &self.pairs[index];
        let diff = schema::compare(self.context, base, revision, reference_pointers.clone())?;
        let mut changes = diff.changes;
        let mut nested = Vec::with_capacity(diff.nested.len());

        for NestedPair { base, revision, step, is_required, hidden } in diff.nested {
            let (base, base_pointer) = node(&self.context.base.resolver, base)?;
            let (revision, revision_pointer) = node(&self.context.revision.resolver, revision)?;
            let pointers = (&base_pointer, &revision_pointer);
            let renamed = self.context.compare_references(&base, &revision, pointers);
            changes.extend(renamed.map(|change| change.with_hidden(hidden)));

            let pointers = (base_pointer, revision_pointer);
            let origin = Origin::Pair(index, step);
            let pair = self.add_pair((base, revision), pointers, origin, is_required);
            nested.push((pair, hidden));
        }

        let pair = &mut self.pairs[index];
        pair.changes = changes;
        pair.nested = nested;

        Ok(())
    }

    /// Passes the directions of the operations on to all nested pairs.
    fn propagate_directions(&mut self) {
        let mut pending: Vec<_> =
            self.roots.iter().map(|root| (root.pair, root.directions, root.directions)).collect();

        while let Some((index, wire, source)) = pending.pop() {
            let pair = &mut self.pairs[index];
            let (wire, source) = (pair.wire.union(wire), pair.source.union(source));
            if (wire, source) == (pair.wire, pair.source) {
                continue;
            }

            (pair.wire, pair.source) = (wire, source);
            let nested = pair.nested.iter();
            pending
                .extend(nested.map(|(nested, hidden)| (*nested, wire.difference(*hidden), source)));
        }
    }

    /// Marks the pairs from which a change can be reached.
    fn mark_changes_below(&mut self) {
        let mut parents: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        for (index, pair) in self.pairs.iter().enumerate() {
            for (nested, _) in &pair.nested {
                parents[*nested].push(index);
            }
        }

        let has_changes = |index: &usize| !self.pairs[*index].changes.is_empty();
        let mut pending: Vec<usize> = (0..self.pairs.len()).filter(has_changes).collect();
        while let Some(index) = pending.pop() {
            if !std::mem::replace(&mut self.pairs[index].has_changes_below, true) {
                pending.extend(&parents[index]);
            }
        }
    }

    /// Returns the operations that use each pair with changes. Pairs without changes below them are
    /// skipped, so the cost depends on the size of the result.
    fn find_operations(&self) -> Vec<Vec<usize>> {
        let mut operations: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        let mut last_visitor: Vec<usize> = vec![usize::MAX; self.pairs.len()];
        let mut roots = self.roots.clone();
        roots.sort_by_key(|root| root.operation);

        for Root { operation, pair, .. } in roots {
            let mut pending = vec![pair];
            while let Some(index) = pending.pop() {
                let pair = &self.pairs[index];
                if !pair.has_changes_below
                    || std::mem::replace(&mut last_visitor[index], operation) == operation
                {
                    continue;
                }

                if !pair.changes.is_empty() {
                    operations[index].push(operation);
                }
                pending.extend(pair.nested.iter().map(|(nested, _)| *nested));
            }
        }

        operations
    }

    fn into_changes(mut self, operations: Vec<Vec<usize>>) -> Vec<AttributedChange> {
        let mut attributed = Vec::new();
        for (index, operations) in operations.into_iter().enumerate() {
            let changes = std::mem::take(&mut self.pairs[index].changes);
            if changes.is_empty() {
                continue;
            }

            let label = self.label(index);
            let SchemaPair { wire, source, is_required, .. } = self.pairs[index];
            for mut change in changes {
                if !is_required {
                    change.kind = change.kind.for_optional_value();
                }
                let (label, operations) = (label.clone(), operations.clone());
                attributed.push(AttributedChange { change, label, wire, source, operations });
            }
        }

        attributed
    }

    /// Returns the name of a pair in messages: the path from the nearest component or from the
    /// operation.
    fn label(&self, index: usize) -> String {
        let (mut steps, mut current) = (Vec::new(), index);
        let root = loop {
            let SchemaPair { base, revision, origin, .. } = &self.pairs[current];
            if let Some(name) = self.context.common_component(base, revision) {
                break Ok(name);
            }

            match origin {
                Origin::Operation(label) => break Err(label),
                Origin::Pair(..) if steps.len() == MAX_LABEL_STEPS => {
                    break Ok("\u{2026}".to_owned());
                }
                Origin::Pair(parent, step) => {
                    steps.push(step);
                    current = *parent;
                }
            }
        };

        let mut path = root.clone().unwrap_or_default();
        for step in steps.into_iter().rev() {
            match step {
                Step::Property(name) if path.is_empty() => path.push_str(name),
                Step::Property(name) => path.extend([".", name]),
                Step::Items => path.push_str("[]"),
                Step::Values => path.push_str("{}"),
                // The pointer of the finding identifies the member.
                Step::Member => {}
            }
        }

        match root {
            Ok(_) => format!("`{path}`"),
            Err(label) if path.is_empty() => label.to_string(),
            Err(label) => format!("`{path}` of {label}"),
        }
    }
}

/// Returns the node of a nested schema and the pointer that leads to it.
fn node<'a>(resolver: &Resolver<'a>, parts: Vec<Located<'a>>) -> Result<(SchemaNode<'a>, Rc<str>)> {
    let pointer = parts[0].pointer.clone();
    Ok((SchemaNode::from_parts(resolver, parts)?, pointer))
}
