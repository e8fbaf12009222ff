//! The two documents of a comparison, and how their components correspond.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::change::{Change, Pointers};
use crate::change_kind::ChangeKind;
use crate::model::{Api, SchemaNode, canonical};

/// The two documents of a comparison.
pub(super) struct Context<'a> {
    pub base: Api<'a>,
    pub revision: Api<'a>,
    /// The security schemes that at least one operation of the base requires.
    pub required_schemes: HashSet<&'a str>,
    /// The renamed security schemes: the old names by the new ones.
    pub renamed_schemes: BTreeMap<&'a str, &'a str>,
}

impl<'a> Context<'a> {
    pub fn new(base: Api<'a>, revision: Api<'a>) -> Self {
        let sets = base.operations.iter().flat_map(|operation| &*operation.security.alternatives);
        let required_schemes = sets.flat_map(|set| set.keys().copied()).collect();
        let renamed_schemes = find_renamed_schemes(&base, &revision);

        Self { base, revision, required_schemes, renamed_schemes }
    }

    /// Returns the base name of the component that both nodes are, possibly with a new name in the
    /// revision. References to different components, or a reference on one side only, do not count.
    pub fn common_component(
        &self,
        base: &SchemaNode<'a>,
        revision: &SchemaNode<'a>,
    ) -> Option<String> {
        let (old, new) = (base.component()?, revision.component()?);
        let is_renamed =
            || !self.revision.resolver.has_schema(&old) && !self.base.resolver.has_schema(&new);
        (old == new || is_renamed()).then_some(old)
    }

    /// Returns the change of a reference that leads to another or a renamed component;
    /// `reference_pointers` are the pointers of the references.
    pub fn compare_references(
        &self,
        base: &SchemaNode<'a>,
        revision: &SchemaNode<'a>,
        reference_pointers: Pointers<'_>,
    ) -> Option<Change> {
        let (old, new) = (base.component()?, revision.component()?);
        if old == new {
            return None;
        }

        let is_renamed = self.common_component(base, revision).is_some();
        let change = match is_renamed {
            true => {
                let pointers = (base.pointer(), revision.pointer());
                Change::new(ChangeKind::ComponentRenamed, pointers, "$ref")
                    .with_old(&**pointers.0, &*old)
                    .with_new(&**pointers.1, &*new)
                    .with_label(format!("the component `{old}`"))
                    .with_predicate(format!("was renamed to `{new}`"))
            }
            false => Change::new(ChangeKind::ReferenceChanged, reference_pointers, "$ref")
                .with_old(&**reference_pointers.0, &*old)
                .with_new(&**reference_pointers.1, &*new)
                .with_predicate(format!("refers to the component `{new}` instead of `{old}`")),
        };

        Some(change)
    }
}

/// Finds security schemes with another name and the same content. The content must be unique among
/// the removed and among the added schemes.
fn find_renamed_schemes<'a>(base: &Api<'a>, revision: &Api<'a>) -> BTreeMap<&'a str, &'a str> {
    let removed = schemes_only_in(base, revision);
    let added = schemes_only_in(revision, base);

    let renamed =
        removed.iter().filter_map(|(content, old)| Some(((*added.get(content)?)?, (*old)?)));
    renamed.collect()
}

/// Returns the names of the schemes that the other document lacks, by content; `None` marks content
/// that is not unique.
fn schemes_only_in<'a>(api: &Api<'a>, other: &Api<'a>) -> HashMap<String, Option<&'a str>> {
    let other_names: BTreeSet<&str> =
        other.security_schemes.iter().map(|scheme| scheme.name).collect();
    let mut schemes: HashMap<String, Option<&'a str>> = HashMap::new();

    for scheme in api.security_schemes.iter().filter(|scheme| !other_names.contains(scheme.name)) {
        let content = canonical(scheme.value).to_string();
        schemes.entry(content).and_modify(|name| *name = None).or_insert(Some(scheme.name));
    }

    schemes
}
