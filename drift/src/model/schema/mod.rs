//! The meaning of schemas: references are resolved, `allOf` is merged, and the different ways to
//! allow `null` are unified.

mod limits;
mod merge;
mod read;
mod type_set;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::keyword::Keyword;
use super::located::Located;
use super::node::SchemaNode;
pub use limits::Limit;
pub use type_set::TypeSet;

/// A schema. The comparison destructures it, so that a new field cannot be forgotten there.
#[derive(Debug, Default)]
pub struct Schema<'a> {
    /// The allowed types: declared, or implied by the other keywords.
    pub types: TypeSet,
    /// The `type` keyword.
    pub type_keyword: Option<Keyword<'a>>,
    /// The `format` keywords, usually at most one.
    pub formats: Vec<Keyword<'a>>,
    /// The keyword that allows `null`.
    pub nullable: Option<Keyword<'a>>,
    /// The allowed values without `null`: `enum`, `const` and `x-extensible-enum`.
    pub values: Option<(Vec<&'a Value>, Keyword<'a>)>,
    /// The `default` keywords, usually at most one.
    pub defaults: Vec<Keyword<'a>>,
    /// The `pattern` keywords, except those that allow any string.
    pub patterns: Vec<Keyword<'a>>,
    /// The limits on length, size and numbers: the strictest of each kind.
    pub limits: Vec<Limit<'a>>,
    /// The properties by name. Several schemas for one property apply at once.
    pub properties: BTreeMap<&'a str, Vec<Located<'a>>>,
    /// The required properties by name, each with the pointer of the schema that requires it.
    pub required: BTreeMap<&'a str, Rc<str>>,
    /// The `additionalProperties` keywords, except those that allow any value, which is the default.
    pub additional: Vec<Keyword<'a>>,
    /// The `items` schemas.
    pub items: Vec<Located<'a>>,
    /// The `not` schemas.
    pub not: Vec<SchemaNode<'a>>,
    /// The `oneOf` and `anyOf` keywords, which all apply.
    pub unions: Vec<Union<'a>>,
    /// The `discriminator` keywords, usually at most one.
    pub discriminators: Vec<Discriminator<'a>>,
    /// The `readOnly` keyword, if it is true.
    pub read_only: Option<Keyword<'a>>,
    /// The `writeOnly` keyword, if it is true.
    pub write_only: Option<Keyword<'a>>,
    /// The `deprecated` keyword, if it is true.
    pub deprecated: Option<Keyword<'a>>,
    /// All other keywords by key. Several schemas may define one keyword with different values.
    pub other_keywords: BTreeMap<&'a str, Vec<Keyword<'a>>>,
}

/// A union of schemas.
#[derive(Debug)]
pub struct Union<'a> {
    /// The keyword: `oneOf` or `anyOf`.
    pub keyword: Keyword<'a>,
    /// The members.
    pub members: Vec<Member<'a>>,
}

/// A member of a union.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// The pointer of the entry in the union.
    pub pointer: Rc<str>,
    /// The schema.
    pub node: SchemaNode<'a>,
}

/// A discriminator, which distinguishes the members of a union.
#[derive(Debug)]
pub struct Discriminator<'a> {
    /// The name of the property.
    pub property: &'a str,
    /// The mapping from property values to members: references or names.
    pub mapping: BTreeMap<&'a str, &'a Value>,
    /// The keyword that defines the discriminator.
    pub keyword: Keyword<'a>,
    /// All other keywords.
    pub other_keywords: Vec<Keyword<'a>>,
}

/// The treatment of a `oneOf` or `anyOf` with one member. It is equivalent to that member, but the
/// other document may have a union with several members at this location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUnion {
    /// Keep the union, to compare it with another union.
    Keep,
    /// Replace the union by its member.
    Unwrap,
}
