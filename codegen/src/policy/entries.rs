//! Entries of the policy for places of the document, each of which has to be there.

use std::collections::BTreeMap;
use std::fmt;

use super::FILE;
use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result, pointer_segment};

/// Entries of the policy that are still to be used: none may be left over.
pub(crate) struct Unused<T> {
    /// By the place in the document: the place in the policy, and what is said.
    entries: BTreeMap<String, (String, T)>,
}

impl<T> Unused<T> {
    /// The entries of a section: `Model.property`, the last segment of the entry's place, what is
    /// said.
    pub fn of<'a>(
        section: &str,
        entries: impl Iterator<Item = (&'a str, impl fmt::Display, T)>,
    ) -> Self {
        let pointer = |at: &str| match at.split_once('.') {
            Some((model, property)) => {
                format!(
                    "/components/schemas/{}/properties/{}",
                    pointer_segment(model),
                    pointer_segment(property)
                )
            }
            None => format!("/components/schemas/{}", pointer_segment(at)),
        };
        let place = |last: String| format!("{section}/{}", pointer_segment(&last));
        let entries =
            entries.map(|(at, last, value)| (pointer(at), (place(last.to_string()), value)));

        Self { entries: entries.collect() }
    }

    /// The entry for the schema at a pointer (or for the list whose items it describes).
    pub fn remove(&mut self, pointer: &str) -> Option<T> {
        let entry = self.entries.remove(pointer.strip_suffix("/items").unwrap_or(pointer));
        entry.map(|(_, value)| value)
    }

    /// An entry that was never used is a lapse.
    pub fn finish(self, changes: &mut Changes) -> Result<()> {
        self.entries.into_iter().try_for_each(|(pointer, (place, _))| {
            let said = format!("the entry was never applied: it is for {pointer}");
            let help = "upstream has changed there: correct or remove the entry";
            changes.stale_rule(Rule::Policy, Diagnostic::at(place, said).in_file(FILE).help(help))
        })
    }
}
