//! The result of comparing two schemas.

use std::rc::Rc;

use super::change::{Change, Directions, Pointers};
use crate::change_kind::ChangeKind;
use crate::model::{Keyword, Located};

/// A step from a schema to a nested one.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A property.
    Property(String),
    /// The items of a list.
    Items,
    /// The values of an object without listed properties.
    Values,
    /// A member of a union.
    Member,
}

/// Two corresponding nested schemas, which are to be compared.
pub(super) struct NestedPair<'a> {
    pub base: Vec<Located<'a>>,
    pub revision: Vec<Located<'a>>,
    pub step: Step,
    /// Whether the value is always present.
    pub is_required: bool,
    /// The directions in which the value is not transmitted.
    pub hidden: Directions,
}

/// The differences of two schemas.
pub(super) struct SchemaDiff<'a> {
    /// The pointers of the schemas.
    pub schema_pointers: (Rc<str>, Rc<str>),
    /// The pointers of the references to the schemas, if the references lead to different
    /// components; the same as `schema_pointers` otherwise.
    pub reference_pointers: (Rc<str>, Rc<str>),
    pub changes: Vec<Change>,
    pub nested: Vec<NestedPair<'a>>,
}

impl<'a> SchemaDiff<'a> {
    pub fn pointers(&self) -> Pointers<'_> {
        (&self.schema_pointers.0, &self.schema_pointers.1)
    }

    pub fn add(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds the change of a keyword that was added, removed or has another value.
    pub fn add_keyword_change(
        &mut self,
        kind: ChangeKind,
        old: Option<&Keyword>,
        new: Option<&Keyword>,
        predicate: &str,
    ) {
        let change = Change::of_keyword(kind, self.pointers(), old, new);
        self.add(change.with_predicate(predicate));
    }

    /// Adds a pair of nested schemas whose values are present whenever the outer value is.
    pub fn add_nested(&mut self, base: Vec<Located<'a>>, revision: Vec<Located<'a>>, step: Step) {
        let hidden = Directions::NONE;
        self.nested.push(NestedPair { base, revision, step, is_required: true, hidden });
    }
}
