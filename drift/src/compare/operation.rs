//! Two operations that are one: all that is said of them, and the schemas that they hold.

use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use super::change::{Change, Directions, Reached};
use super::graph::Graph;
use super::operations::{skeleton, whole_url};
use super::{Sides, bodies, parameters, responses, security, servers};
use crate::change_kind::ChangeKind;
use crate::compare::other_keywords::{self, ObjectKind};
use crate::model::{Node, Operation, Servers};

/// The comparing of one operation.
pub(super) struct Comparing<'c, 's, 'a> {
    pub sides: &'s Sides<'a>,
    graph: &'c mut Graph<'s, 'a>,
    changes: &'c mut Vec<Reached>,
    /// The operation, by its index in the list of names.
    operation: usize,
    name: String,
}

impl<'c, 's, 'a> Comparing<'c, 's, 'a> {
    pub fn new(
        sides: &'s Sides<'a>,
        graph: &'c mut Graph<'s, 'a>,
        changes: &'c mut Vec<Reached>,
        operation: usize,
        name: String,
    ) -> Self {
        Self { sides, graph, changes, operation, name }
    }

    /// What people call the operation.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a change of the operation itself.
    pub fn add(&mut self, change: Change, directions: Directions) {
        let label = self.name.clone();
        self.add_all(&label, vec![change], directions);
    }

    /// Adds changes of something that the operation holds.
    pub fn add_all(&mut self, label: &str, changes: Vec<Change>, directions: Directions) {
        let reached = changes.into_iter().map(|change| Reached {
            change,
            label: label.to_owned(),
            wire: directions,
            source: directions,
            operations: vec![self.operation],
        });
        self.changes.extend(reached);
    }

    /// Has two schemas compared.
    pub fn schemas(
        &mut self,
        label: &str,
        (base, revision): (&Node<'a>, &Node<'a>),
        directions: Directions,
        strict: bool,
    ) {
        let named = self.sides.named((base, base.at()), (revision, revision.at()));
        self.add_all(label, named.into_iter().collect(), directions);
        let label: Rc<str> = label.into();
        self.graph.root(self.operation, &label, (base, revision), directions, strict);
    }

    pub fn compare(&mut self, base: &Operation<'a>, revision: &Operation<'a>) -> Result<()> {
        // Field by field: a new field of the model does not compile until it is judged here.
        let Operation {
            method: _,
            path: _,
            at,
            path_at,
            id: _,
            tags: _,
            deprecated,
            parameters: _,
            body: _,
            responses: _,
            security,
            servers,
            value: _,
            rest,
            path_rest,
        } = base;

        let only_split = base.method == revision.method
            && skeleton(base.path) != skeleton(revision.path)
            && whole_url(base) == whole_url(revision);

        match only_split {
            true => self.add_split(base, revision),
            false => self.compare_route(base, revision),
        }

        self.compare_id(base, revision);
        self.compare_tags(base, revision);

        if *deprecated != revision.deprecated {
            let (class, predicate) = match revision.deprecated {
                true => (ChangeKind::OperationDeprecated, "is deprecated now"),
                false => (ChangeKind::OperationReactivated, "is no longer deprecated"),
            };
            let change = Change::new(class, (at, &revision.at), "deprecated");
            let change = change.was(&**at, *deprecated).is(&*revision.at, revision.deprecated);
            self.add(change.says(predicate), Directions::REQUEST);
        }

        let mut changes = Vec::new();
        let sites = (at, &revision.at);
        other_keywords::compare(&mut changes, ObjectKind::Operation, sites, rest, &revision.rest);

        let paths = (path_at, &revision.path_at);
        other_keywords::compare(
            &mut changes,
            ObjectKind::Path,
            paths,
            path_rest,
            &revision.path_rest,
        );
        let label = self.name.clone();
        self.add_all(&label, changes, Directions::REQUEST);

        if !only_split {
            servers::compare(self, servers, &revision.servers);
        }

        security::compare(self, security, &revision.security);
        parameters::compare(self, base, revision)?;
        bodies::compare_bodies(self, base, revision)?;

        responses::compare(self, base, revision)
    }

    /// The URL is the same, but the server says another part of it.
    fn add_split(&mut self, base: &Operation, revision: &Operation) {
        let (old, new) = (&base.servers, &revision.servers);
        let url = |servers: &Servers| servers::named_default(servers).to_owned();
        let change = Change::new(ChangeKind::BasePathMoved, (&old.at, &new.at), "url");
        let change = change.was(&*old.at, url(old)).is(&*new.at, url(new));
        let predicate = "is at the same URL, of which the server says another part";

        self.add(change.says(predicate), Directions::REQUEST);
    }

    fn compare_route(&mut self, base: &Operation, revision: &Operation) {
        if base.method != revision.method {
            let change =
                Change::new(ChangeKind::OperationMethodChanged, (&base.at, &revision.at), "method");
            let change = change.was(&*base.at, base.name()).is(&*revision.at, revision.name());
            self.add(change.says(format!("is {} now", revision.name())), Directions::REQUEST);
        } else if skeleton(base.path) != skeleton(revision.path) {
            let sites = (&base.path_at, &revision.path_at);
            let change = Change::new(ChangeKind::OperationMoved, sites, "path");
            let change =
                change.was(&*base.path_at, base.path).is(&*revision.path_at, revision.path);
            self.add(change.says(format!("is at {} now", revision.path)), Directions::REQUEST);
        }
    }

    fn compare_id(&mut self, base: &Operation, revision: &Operation) {
        let word = |operation: &Operation| -> String {
            let id = operation.id.as_ref().map(|fact| fact.value);
            id.and_then(|id| id.as_str()).unwrap_or_default().to_owned()
        };
        let (old, new) = (word(base), word(revision));

        let (class, predicate) = match (&base.id, &revision.id) {
            (Some(_), Some(_)) if old != new => (
                ChangeKind::OperationIdChanged,
                format!("has the id `{new}`, and no longer `{old}`"),
            ),
            (None, Some(_)) => (ChangeKind::OperationIdAdded, format!("has the id `{new}` now")),
            (Some(_), None) => {
                (ChangeKind::OperationIdRemoved, format!("no longer has the id `{old}`"))
            }
            _ => return,
        };
        let sites = (&base.at, &revision.at);
        let change = Change::of(class, sites, base.id.as_ref(), revision.id.as_ref());
        self.add(change.says(predicate), Directions::REQUEST);
    }

    fn compare_tags(&mut self, base: &Operation, revision: &Operation) {
        let sites = (&base.at, &revision.at);
        for tag in base.tags.difference(&revision.tags) {
            let change = Change::new(ChangeKind::OperationTagRemoved, sites, tag);
            let change = change.was(format!("{}/tags", base.at), *tag);
            self.add(change.says(format!("no longer has the tag `{tag}`")), Directions::REQUEST);
        }

        for tag in revision.tags.difference(&base.tags) {
            let change = Change::new(ChangeKind::OperationTagAdded, sites, tag);
            let change = change.is(format!("{}/tags", revision.at), *tag);
            self.add(change.says(format!("has the new tag `{tag}`")), Directions::REQUEST);
        }
    }
}
