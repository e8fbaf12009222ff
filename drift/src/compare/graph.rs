//! The graph of pairs: each schema of the base with each of the revision that stands for it
//! somewhere. A pair is compared once, however many places lead to it; what is found is judged in
//! the directions, and counted for the operations, that lead to it.

use std::collections::HashMap;
use std::rc::Rc;

use connect_codegen::diagnostic::Result;

use super::Sides;
use super::change::{Change, Directions, Reached};
use super::schema;
use crate::change_kind::ChangeKind;
use crate::model::{Node, Part};

/// A step from a schema to one inside it.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A property.
    Property(String),
    /// The items of a list.
    Items,
    /// The values of an object that is a map.
    Values,
    /// A member of a union.
    Member,
}

/// Two schemas inside two others.
pub(super) struct Edge<'a> {
    pub base: Vec<Part<'a>>,
    pub revision: Vec<Part<'a>>,
    pub step: Step,
    /// Whether the value is always there.
    pub strict: bool,
    /// The directions in which the value does not travel.
    pub hidden: Directions,
}

/// Where a pair was found first.
enum Via {
    Root(Rc<str>),
    Inside(usize, Step),
}

struct Pair<'a> {
    base: Node<'a>,
    revision: Node<'a>,
    via: Via,
    /// The places that led to it first.
    places: (Rc<str>, Rc<str>),
    strict: bool,
    wire: Directions,
    source: Directions,
    changes: Vec<Change>,
    edges: Vec<(usize, Directions)>,
    /// Whether there is a change in it or in a pair that it leads to.
    matters: bool,
}

type Key = (Vec<usize>, Vec<usize>);

/// How many steps a sentence names; beyond, the pointers tell.
const FAR: usize = 12;

/// The pairs that are reached from operations.
pub(super) struct Graph<'s, 'a> {
    sides: &'s Sides<'a>,
    ids: HashMap<Key, usize>,
    pairs: Vec<Pair<'a>>,
    open: Vec<usize>,
    roots: Vec<(usize, usize, Directions)>,
}

impl<'s, 'a> Graph<'s, 'a> {
    pub fn new(sides: &'s Sides<'a>) -> Self {
        Self { sides, ids: HashMap::new(), pairs: Vec::new(), open: Vec::new(), roots: Vec::new() }
    }

    /// Has two schemas compared that an operation holds.
    pub fn root(
        &mut self,
        operation: usize,
        label: &Rc<str>,
        (base, revision): (&Node<'a>, &Node<'a>),
        directions: Directions,
        strict: bool,
    ) {
        let places = (base.at().clone(), revision.at().clone());
        let nodes = (base.clone(), revision.clone());
        let pair = self.pair(nodes, places, Via::Root(label.clone()), strict);
        self.roots.push((operation, pair, directions));
    }

    fn pair(
        &mut self,
        (base, revision): (Node<'a>, Node<'a>),
        places: (Rc<str>, Rc<str>),
        via: Via,
        strict: bool,
    ) -> usize {
        let next = self.pairs.len();
        let id = *self.ids.entry((base.id(), revision.id())).or_insert(next);
        if id == next {
            self.pairs.push(Pair {
                base,
                revision,
                via,
                places,
                strict: false,
                wire: Directions::NONE,
                source: Directions::NONE,
                changes: Vec::new(),
                edges: Vec::new(),
                matters: false,
            });
            self.open.push(id);
        }

        self.pairs[id].strict |= strict;
        id
    }

    /// Compares all pairs, and gives each change with whom it reaches.
    pub fn run(mut self) -> Result<Vec<Reached>> {
        while let Some(id) = self.open.pop() {
            let (base, revision) = (&self.pairs[id].base, &self.pairs[id].revision);
            let found = schema::compare(self.sides, base, revision, self.pairs[id].places.clone())?;
            let mut changes = found.changes;
            let mut edges = Vec::with_capacity(found.edges.len());

            for Edge { base, revision, step, strict, hidden } in found.edges {
                let (base, base_at) = self.sides.base_node(base)?;
                let (revision, revision_at) = self.sides.revision_node(revision)?;
                let named = self.sides.named((&base, &base_at), (&revision, &revision_at));
                changes.extend(named.map(|change| change.hiding(hidden)));

                let places = (base_at, revision_at);
                let pair = self.pair((base, revision), places, Via::Inside(id, step), strict);
                edges.push((pair, hidden));
            }

            (self.pairs[id].changes, self.pairs[id].edges) = (changes, edges);
        }

        self.direct();
        self.mark();
        let users = self.users();

        Ok(self.reached(users))
    }

    /// Carries the directions along the edges.
    fn direct(&mut self) {
        let roots = self.roots.iter();
        let mut open: Vec<_> =
            roots.map(|(_, root, directions)| (*root, *directions, *directions)).collect();

        while let Some((id, wire, source)) = open.pop() {
            let pair = &mut self.pairs[id];
            let (all_wire, all_source) = (pair.wire.and(wire), pair.source.and(source));

            if (all_wire, all_source) != (pair.wire, pair.source) {
                (pair.wire, pair.source) = (all_wire, all_source);
                let inside = pair.edges.iter();
                open.extend(
                    inside.map(|(to, hidden)| (*to, all_wire.without(*hidden), all_source)),
                );
            }
        }
    }

    /// Marks the pairs from which a change can be reached.
    fn mark(&mut self) {
        let mut from: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        for (id, pair) in self.pairs.iter().enumerate() {
            pair.edges.iter().for_each(|(to, _)| from[*to].push(id));
        }

        let changed = |(id, pair): (usize, &Pair)| (!pair.changes.is_empty()).then_some(id);
        let mut open: Vec<usize> = self.pairs.iter().enumerate().filter_map(changed).collect();

        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut self.pairs[id].matters, true) {
                open.extend(&from[id]);
            }
        }
    }

    /// The operations that reach each pair that has changes. Walks only where there is something
    /// to find, so that the cost is that of what is reported.
    fn users(&self) -> Vec<Vec<usize>> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        let mut seen: Vec<usize> = vec![usize::MAX; self.pairs.len()];
        let mut roots = self.roots.clone();
        roots.sort_by_key(|(operation, ..)| *operation);

        for (operation, root, _) in roots {
            let mut open = vec![root];
            while let Some(id) = open.pop() {
                let pair = &self.pairs[id];
                if !pair.matters || std::mem::replace(&mut seen[id], operation) == operation {
                    continue;
                }

                if !pair.changes.is_empty() {
                    users[id].push(operation);
                }

                open.extend(pair.edges.iter().map(|(to, _)| *to));
            }
        }

        users
    }

    fn reached(mut self, users: Vec<Vec<usize>>) -> Vec<Reached> {
        let mut all = Vec::new();
        for (id, operations) in users.into_iter().enumerate() {
            let changes = std::mem::take(&mut self.pairs[id].changes);
            if changes.is_empty() {
                continue;
            }

            let label = self.label(id);
            let Pair { wire, source, strict, .. } = self.pairs[id];

            for mut change in changes {
                if !strict {
                    change.class = change.class.where_optional();
                }
                let (label, operations) = (label.clone(), operations.clone());
                all.push(Reached { change, label, wire, source, operations });
            }
        }

        all
    }

    /// What the pair is called: the way from the nearest component or from the operation.
    fn label(&self, id: usize) -> String {
        let (mut steps, mut at) = (Vec::new(), id);
        let named = |id: usize| self.sides.one(&self.pairs[id].base, &self.pairs[id].revision);

        let root = loop {
            if let Some(name) = named(at) {
                break Ok(name);
            }
            match &self.pairs[at].via {
                Via::Root(label) => break Err(label),
                Via::Inside(..) if steps.len() == FAR => break Ok("\u{2026}".to_owned()),
                Via::Inside(parent, step) => {
                    steps.push(step);
                    at = *parent;
                }
            }
        };
        let mut way = root.clone().unwrap_or_default();
        for step in steps.into_iter().rev() {
            match step {
                Step::Property(name) if way.is_empty() => way.push_str(name),
                Step::Property(name) => {
                    _ = std::fmt::Write::write_fmt(&mut way, format_args!(".{name}"))
                }
                Step::Items => way.push_str("[]"),
                Step::Values => way.push_str("{}"),
                // A member without a name is told by its pointer.
                Step::Member => {}
            }
        }

        match root {
            Ok(_) => format!("`{way}`"),
            Err(label) if way.is_empty() => label.to_string(),
            Err(label) => format!("`{way}` of {label}"),
        }
    }
}

impl<'a> Sides<'a> {
    fn base_node(&self, parts: Vec<Part<'a>>) -> Result<(Node<'a>, Rc<str>)> {
        let at = parts[0].at.clone();
        Ok((Node::all(&self.base, parts)?, at))
    }

    fn revision_node(&self, parts: Vec<Part<'a>>) -> Result<(Node<'a>, Rc<str>)> {
        let at = parts[0].at.clone();
        Ok((Node::all(&self.revision, parts)?, at))
    }

    /// The name in the base of the component that both schemas are, by its name or by a new one.
    /// A place that refers to a component in one document only, or to another, is not the component.
    pub fn one(&self, base: &Node<'a>, revision: &Node<'a>) -> Option<String> {
        let (old, new) = (base.component()?, revision.component()?);
        let gone = || !self.revision.has_component(&old) && !self.base.has_component(&new);
        (old == new || gone()).then_some(old)
    }

    /// The change that a place refers to a component of another name.
    pub fn named(
        &self,
        (base, base_at): (&Node<'a>, &Rc<str>),
        (revision, revision_at): (&Node<'a>, &Rc<str>),
    ) -> Option<Change> {
        let (old, new) = (base.component()?, revision.component()?);
        if old == new {
            return None;
        }

        if self.one(base, revision).is_some() {
            let change =
                Change::new(ChangeKind::ComponentRenamed, (base.at(), revision.at()), "$ref");
            let change = change.called(format!("the component `{old}`"));
            let change = change.says(format!("is called `{new}` now"));
            return Some(change.was(&**base.at(), old).is(&**revision.at(), new));
        }

        let change = Change::new(ChangeKind::ReferenceChanged, (base_at, revision_at), "$ref");
        let change =
            change.says(format!("leads to the component `{new}`, and no longer to `{old}`"));

        Some(change.was(&**base_at, old).is(&**revision_at, new))
    }
}
