//! Schemas, as they mean it: references followed, `allOf` made one, the ways to say `null` made one.

mod join;
mod kinds;
mod limits;
mod read;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::fact::Fact;
use super::node::{Node, Part};
pub use kinds::Kinds;
pub use limits::Limit;

/// A schema. Comparing takes it apart field by field, so that a new field must be judged.
#[derive(Debug, Default)]
pub struct Schema<'a> {
    /// The types that a value may have, as said or as the other keywords imply.
    pub kinds: Kinds,
    /// Who says the type.
    pub kind: Option<Fact<'a>>,
    /// `format`: mostly one.
    pub formats: Vec<Fact<'a>>,
    /// Who says that the value may be null.
    pub nullable: Option<Fact<'a>>,
    /// The values that it may have: `enum`, `const` and `x-extensible-enum`; without null.
    pub values: Option<(Vec<&'a Value>, Fact<'a>)>,
    /// `default`: mostly one.
    pub defaults: Vec<Fact<'a>>,
    /// `pattern`, each that does not allow everything.
    pub patterns: Vec<Fact<'a>>,
    /// The limits of length, size and number: of each kind the one that allows least.
    pub limits: Vec<Limit<'a>>,
    /// The properties by name, each with all that is said of it.
    pub properties: BTreeMap<&'a str, Vec<Part<'a>>>,
    /// The names of required properties, each with the pointer of who says so.
    pub required: BTreeMap<&'a str, Rc<str>>,
    /// `additionalProperties`, unless it allows everything, which is what saying nothing means.
    pub additional: Vec<Fact<'a>>,
    /// `items`.
    pub items: Vec<Part<'a>>,
    /// `not`.
    pub not: Vec<Node<'a>>,
    /// `oneOf` and `anyOf`: each holds.
    pub unions: Vec<Union<'a>>,
    /// `discriminator`: mostly one.
    pub discriminators: Vec<Discriminator<'a>>,
    /// `readOnly`, where it is true.
    pub read_only: Option<Fact<'a>>,
    /// `writeOnly`, where it is true.
    pub write_only: Option<Fact<'a>>,
    /// `deprecated`, where it is true.
    pub deprecated: Option<Fact<'a>>,
    /// What is said beside, by its key: words, extensions, keywords that nobody knows. Parts may say
    /// different things.
    pub rest: BTreeMap<&'a str, Vec<Fact<'a>>>,
}

/// One of several schemas.
#[derive(Debug)]
pub struct Union<'a> {
    /// `oneOf` or `anyOf`, and who says it.
    pub fact: Fact<'a>,
    /// The members.
    pub members: Vec<Member<'a>>,
}

/// A member of a union.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// The pointer of its place in the union.
    pub at: Rc<str>,
    /// Its schema.
    pub node: Node<'a>,
}

/// What tells the members of a union apart.
#[derive(Debug)]
pub struct Discriminator<'a> {
    /// The property that does.
    pub property: &'a str,
    /// Its values, each with the member that it tells: a reference or a name.
    pub mapping: BTreeMap<&'a str, &'a Value>,
    /// Who says so.
    pub fact: Fact<'a>,
    /// What is said beside.
    pub rest: Vec<Fact<'a>>,
}

/// What to make of a `oneOf` or `anyOf` of one schema: it means that schema, but the place may
/// have been, or may become, a union of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUnion {
    /// Keep it, to be compared with another union.
    Keep,
    /// Take the one schema for it.
    Open,
}
