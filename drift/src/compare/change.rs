//! A single recognised change, before it is known which operations it affects.

use std::rc::Rc;

use serde_json::Value;

use crate::change_kind::ChangeKind;
use crate::model::{Keyword, canonical};
use crate::verdict::{SourceVerdict, Verdict, WireVerdict};

/// The pointers of an element in base and revision.
pub(super) type Pointers<'p> = (&'p Rc<str>, &'p Rc<str>);

/// A set of directions in which a value is transmitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Directions(u8);

impl Directions {
    pub const NONE: Self = Self(0);
    pub const REQUEST: Self = Self(1);
    pub const RESPONSE: Self = Self(2);
    /// Response headers. The crate returns them without types, so no change of them breaks it.
    pub const HEADER: Self = Self(4);

    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the verdicts of a change kind for the directions in the set.
    fn verdicts(self, kind: ChangeKind) -> impl Iterator<Item = Verdict> {
        let definition = kind.definition();
        let request = self.contains(Self::REQUEST).then_some(definition.request);
        let response = self.contains(Self::RESPONSE).then_some(definition.response);
        request.into_iter().chain(response)
    }

    /// Returns the most severe wire verdict of a change kind.
    pub fn wire_verdict(self, kind: ChangeKind) -> WireVerdict {
        self.verdicts(kind).map(|verdict| verdict.wire).max().unwrap_or(WireVerdict::None)
    }

    /// Returns the most severe source verdict of a change kind.
    pub fn source_verdict(self, kind: ChangeKind) -> SourceVerdict {
        self.verdicts(kind).map(|verdict| verdict.source).max().unwrap_or(SourceVerdict::Patch)
    }
}

/// A recognised change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub kind: ChangeKind,
    /// The pointers of the compared elements. Both are set, even if the change is on one side only.
    pub element_pointers: (Rc<str>, Rc<str>),
    /// The changed part of the element: a keyword, or the name of a property.
    pub subject: String,
    pub pointer: Option<String>,
    pub revision_pointer: Option<String>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    /// The name of the element in the message, if it differs from the name used for all changes of
    /// the element.
    pub label: Option<String>,
    /// The message after the name of the element.
    pub predicate: String,
    /// The directions in which the changed part is not transmitted, although the element is.
    pub hidden: Directions,
}

impl Change {
    pub fn new(kind: ChangeKind, pointers: Pointers<'_>, subject: &str) -> Self {
        Self {
            kind,
            element_pointers: (pointers.0.clone(), pointers.1.clone()),
            subject: subject.to_owned(),
            pointer: None,
            revision_pointer: None,
            old: None,
            new: None,
            label: None,
            predicate: kind.definition().title.to_owned(),
            hidden: Directions::NONE,
        }
    }

    /// Creates the change of a keyword that was added, removed or has another value.
    pub fn of_keyword(
        kind: ChangeKind,
        pointers: Pointers<'_>,
        old: Option<&Keyword>,
        new: Option<&Keyword>,
    ) -> Self {
        let subject = old.or(new).map_or("", |keyword| keyword.key);
        let located = |keyword: &Keyword| (keyword.pointer(), canonical(keyword.value));

        Self::new(kind, pointers, subject).with_values(old.map(located), new.map(located))
    }

    pub fn with_old(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        self.pointer = Some(pointer.into());
        self.old = Some(value.into());
        self
    }

    pub fn with_new(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        self.revision_pointer = Some(pointer.into());
        self.new = Some(value.into());
        self
    }

    /// Sets the values of those sides that have one, each with its pointer.
    pub fn with_values(self, old: Option<(String, Value)>, new: Option<(String, Value)>) -> Self {
        let change = match old {
            Some((pointer, value)) => self.with_old(pointer, value),
            None => self,
        };
        match new {
            Some((pointer, value)) => change.with_new(pointer, value),
            None => change,
        }
    }

    /// Sets the location in the base without a value.
    pub fn with_old_pointer(mut self, pointer: String) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// Sets the location in the revision without a value.
    pub fn with_new_pointer(mut self, pointer: String) -> Self {
        self.revision_pointer = Some(pointer);
        self
    }

    pub fn with_predicate(mut self, predicate: impl Into<String>) -> Self {
        self.predicate = predicate.into();
        self
    }

    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub fn with_hidden(mut self, hidden: Directions) -> Self {
        self.hidden = hidden;
        self
    }
}

/// A change with the operations and directions that it affects.
pub(super) struct AttributedChange {
    pub change: Change,
    /// The name of the element in the message.
    pub label: String,
    /// The directions in which the element is transmitted.
    pub wire: Directions,
    /// The directions in which the crate has a type for the element.
    pub source: Directions,
    /// The indices of the operations.
    pub operations: Vec<usize>,
}
