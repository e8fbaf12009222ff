//! Entries of the policy that have not been used yet, and the diagnostic for a stale entry.

use std::collections::BTreeMap;
use std::fmt;

use crate::changes::report::Changes;
use crate::changes::stale_rule::RuleKind;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::workspace;

/// Entries of one section of the policy. Each must be used once, for the schema that it names.
pub(crate) struct UnusedEntries<T> {
    /// The pointer into the policy and the value of each entry, by the pointer of its schema.
    entries: BTreeMap<String, (String, T)>,
}

impl<T> UnusedEntries<T> {
    /// The entries of a section: for each the `Model.property` that it applies to, the last segment
    /// of its pointer in the policy, and its value.
    pub fn new<'a>(
        section: &str,
        entries: impl Iterator<Item = (&'a str, impl fmt::Display, T)>,
    ) -> Self {
        let entries = entries.map(|(property, key, value)| {
            let policy_pointer = format!("{section}/{}", pointer_segment(&key.to_string()));
            (schema_pointer(property), (policy_pointer, value))
        });

        Self { entries: entries.collect() }
    }

    /// Removes and returns the value for the schema at a pointer. For the items of a list, this is
    /// the value for the list.
    pub fn take(&mut self, pointer: &str) -> Option<T> {
        let entry = self.entries.remove(pointer.strip_suffix("/items").unwrap_or(pointer));
        entry.map(|(_, value)| value)
    }

    /// Reports the entries that are left as stale.
    ///
    /// # Errors
    ///
    /// As [`Changes::report_stale_rule`].
    pub fn report_stale(self, changes: &mut Changes) -> Result<()> {
        self.entries.into_iter().try_for_each(|(pointer, (policy_pointer, _))| {
            let reason = format!("it applies to nothing; its target is {pointer}");
            changes.report_stale_rule(RuleKind::Policy, stale_entry(policy_pointer, &reason))
        })
    }
}

/// The pointer of `Model.property`, or of `Model`.
fn schema_pointer(property: &str) -> String {
    match property.split_once('.') {
        Some((model, property)) => format!(
            "/components/schemas/{}/properties/{}",
            pointer_segment(model),
            pointer_segment(property)
        ),
        None => format!("/components/schemas/{}", pointer_segment(property)),
    }
}

/// A diagnostic for an entry of the policy that does not apply to the document.
pub(crate) fn stale_entry(pointer: impl Into<String>, reason: &str) -> Diagnostic {
    Diagnostic::at(pointer, format!("stale entry: {reason}"))
        .in_file(workspace::POLICY)
        .help("the upstream document has changed there: correct or remove the entry")
}
