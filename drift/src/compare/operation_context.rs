//! The comparison of one operation: collects its changes and its schemas.

use std::rc::Rc;

use super::change::{AttributedChange, Change, Directions};
use super::context::Context;
use super::schema_graph::SchemaGraph;
use crate::model::SchemaNode;

/// The comparison of one operation.
pub(super) struct OperationContext<'o, 'c, 'a> {
    pub documents: &'c Context<'a>,
    graph: &'o mut SchemaGraph<'c, 'a>,
    changes: &'o mut Vec<AttributedChange>,
    /// The index of the operation in the list of operation names.
    operation: usize,
    name: String,
}

impl<'o, 'c, 'a> OperationContext<'o, 'c, 'a> {
    pub fn new(
        documents: &'c Context<'a>,
        graph: &'o mut SchemaGraph<'c, 'a>,
        changes: &'o mut Vec<AttributedChange>,
        operation: usize,
        name: String,
    ) -> Self {
        Self { documents, graph, changes, operation, name }
    }

    /// Returns the name of the operation in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a change of the operation itself.
    pub fn add(&mut self, change: Change, directions: Directions) {
        let label = self.name.clone();
        self.add_all(&label, vec![change], directions);
    }

    /// Adds changes of an element of the operation; `label` is its name in messages.
    pub fn add_all(&mut self, label: &str, changes: Vec<Change>, directions: Directions) {
        let changes = changes.into_iter().map(|change| AttributedChange {
            change,
            label: label.to_owned(),
            wire: directions,
            source: directions,
            operations: vec![self.operation],
        });
        self.changes.extend(changes);
    }

    /// Adds two schemas to compare; `is_required` tells whether the value is always present.
    pub fn add_schemas(
        &mut self,
        label: &str,
        (base, revision): (&SchemaNode<'a>, &SchemaNode<'a>),
        directions: Directions,
        is_required: bool,
    ) {
        let pointers = (base.pointer(), revision.pointer());
        let renamed = self.documents.compare_references(base, revision, pointers);
        self.add_all(label, renamed.into_iter().collect(), directions);

        let label: Rc<str> = label.into();
        self.graph.add_root(self.operation, &label, (base, revision), directions, is_required);
    }
}
