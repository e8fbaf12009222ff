//! One change as it is recognised, before it is known who is reached by it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Value, json};

use crate::change_kind::ChangeKind;
use crate::finding::{Finding, Source, Wire};
use crate::model::{Fact, sorted};

/// A set of directions in which a value travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Directions(u8);

impl Directions {
    pub const NONE: Self = Self(0);
    pub const REQUEST: Self = Self(1);
    pub const RESPONSE: Self = Self(2);
    /// The headers of responses: the crate gives them as they are, so that nothing of them breaks.
    pub const HEADER: Self = Self(4);

    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What a change on the wire means, at its worst.
    fn wire(self, class: ChangeKind) -> Wire {
        let row = class.row();
        let request = self.has(Self::REQUEST).then_some(row.request.0);
        let response = self.has(Self::RESPONSE).then_some(row.response.0);
        request.into_iter().chain(response).max().unwrap_or(Wire::None)
    }

    /// What a change in source means, at its worst.
    fn source(self, class: ChangeKind) -> Source {
        let row = class.row();
        let request = self.has(Self::REQUEST).then_some(row.request.1);
        let response = self.has(Self::RESPONSE).then_some(row.response.1);
        request.into_iter().chain(response).max().unwrap_or(Source::Patch)
    }
}

/// A change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub class: ChangeKind,
    /// The places that are compared; both are there, even if what changed is only at one.
    pub sites: (Rc<str>, Rc<str>),
    /// What changed at the place: a keyword, or the name of a property.
    pub subject: String,
    pub pointer: Option<String>,
    pub revision_pointer: Option<String>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    /// What the place is called in a sentence, unless it is called as all changes of it.
    pub label: Option<String>,
    /// What happened: what follows the name of the place in a sentence.
    pub predicate: String,
    /// The directions in which what changed does not travel, though the place does.
    pub hidden: Directions,
}

impl Change {
    pub fn new(class: ChangeKind, sites: (&Rc<str>, &Rc<str>), subject: &str) -> Self {
        Self {
            class,
            sites: (sites.0.clone(), sites.1.clone()),
            subject: subject.to_owned(),
            pointer: None,
            revision_pointer: None,
            old: None,
            new: None,
            label: None,
            predicate: class.row().title.to_owned(),
            hidden: Directions::NONE,
        }
    }

    /// A change of what a fact says, or of whether it says anything.
    pub fn of(
        class: ChangeKind,
        sites: (&Rc<str>, &Rc<str>),
        old: Option<&Fact>,
        new: Option<&Fact>,
    ) -> Self {
        let subject = old.or(new).map_or("", |fact| fact.key);
        let mut change = Self::new(class, sites, subject);
        if let Some(old) = old {
            change = change.was(old.pointer(), sorted(old.value));
        }

        match new {
            Some(new) => change.is(new.pointer(), sorted(new.value)),
            None => change,
        }
    }

    pub fn was(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        (self.pointer, self.old) = (Some(pointer.into()), Some(value.into()));
        self
    }

    pub fn is(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        (self.revision_pointer, self.new) = (Some(pointer.into()), Some(value.into()));
        self
    }

    pub fn says(mut self, predicate: impl Into<String>) -> Self {
        self.predicate = predicate.into();
        self
    }

    pub fn called(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub fn hiding(mut self, hidden: Directions) -> Self {
        self.hidden = hidden;
        self
    }
}

/// A change, and whom it reaches.
pub(super) struct Reached {
    pub change: Change,
    /// What the place is called in a sentence.
    pub label: String,
    /// The directions in which the place is seen on the wire.
    pub wire: Directions,
    /// The directions in which the crate has a type for the place.
    pub source: Directions,
    /// The operations, by their index.
    pub operations: Vec<usize>,
}

/// Makes one finding of each cause: changes are one if they are the same change of the same place
/// in one of the documents. The other document may have copies of the place.
pub(super) fn findings(changes: Vec<Reached>, operations: &[String]) -> Vec<Finding> {
    let mut groups = Groups::new(changes.len());
    type Site<'c> = (bool, ChangeKind, &'c str, &'c str, String);

    let mut first: HashMap<Site, usize> = HashMap::new();
    for (index, Reached { change, .. }) in changes.iter().enumerate() {
        let values = format!("{} {}", json!(change.old), json!(change.new));
        let base = change.pointer.as_deref().unwrap_or(&change.sites.0);
        let revision = change.revision_pointer.as_deref().unwrap_or(&change.sites.1);

        for (side, place) in [(true, base), (false, revision)] {
            // Where one of two copies can be absent and the other cannot, that is still one cause.
            let class = change.class.where_optional();
            let site = (side, class, place, change.subject.as_str(), values.clone());
            groups.join(*first.entry(site).or_insert(index), index);
        }
    }

    let mut found: Vec<(Finding, BTreeSet<usize>)> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (index, reached) in changes.into_iter().enumerate() {
        let Reached { change, label, wire, source, operations } = reached;
        let wire = wire.without(change.hidden).wire(change.class);
        let source = source.source(change.class);

        match places.get(&groups.first(index)) {
            Some(place) => {
                let (finding, users) = &mut found[*place];
                // Of copies, the first place stands for all, in whichever order they were found.
                finding.pointer = finding.pointer.take().into_iter().chain(change.pointer).min();
                let places = finding.revision_pointer.take().into_iter();
                finding.revision_pointer = places.chain(change.revision_pointer).min();

                if finding.class.where_optional() == finding.class {
                    finding.class = change.class;
                }

                finding.wire = finding.wire.max(wire);
                finding.source = finding.source.max(source);
                users.extend(operations);
            }
            None => {
                places.insert(groups.first(index), found.len());
                let finding = Finding {
                    class: change.class,
                    wire,
                    source,
                    pointer: change.pointer,
                    revision_pointer: change.revision_pointer,
                    operations: Vec::new(),
                    rust_items: Vec::new(),
                    old: change.old,
                    new: change.new,
                    message: format!("{} {}", change.label.unwrap_or(label), change.predicate),
                };

                found.push((finding, operations.into_iter().collect()));
            }
        }
    }

    let named = found.into_iter().map(|(mut finding, users)| {
        // A sentence names the first operation only.
        if let Some(first) = users.first().filter(|_| users.len() > 1) {
            let (name, more) = (&operations[*first], users.len() - 1);
            finding.message =
                finding.message.replacen(name, &format!("{name} (and {more} more)"), 1);
        }

        finding.operations = users.into_iter().map(|user| operations[user].clone()).collect();
        finding.operations.sort();
        finding.operations.dedup();

        finding
    });
    let mut findings: Vec<Finding> = named.collect();
    findings.sort_by(|one, other| order(one).cmp(&order(other)));

    findings
}

/// The worst first, then by place.
fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { class, wire, source, message, .. } = finding;
    (std::cmp::Reverse((*wire, *source)), finding.place(), *class, message)
}

/// Sets that can be joined.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn first(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        let (low, high) = (one.min(other), one.max(other));
        self.0[high] = low;
    }
}
