//! The witness: the public surfaces of the crates that both documents make.
//!
//! A table of classes cannot know what a change of the document does to Rust: a property that is
//! added can take a model its `Default`, a change of case can rename another model. The surfaces
//! can, so theirs is the last word on source: what breaks in them is major, what only comes is
//! minor, and what does not show in them is a patch, whatever the table says. What breaks without
//! a finding that explains it is a finding of its own.

use std::collections::{BTreeMap, BTreeSet};

use connect_codegen::diagnostic::Result;
use connect_codegen::normalise::LenientNormalisation;
use connect_codegen::pipeline::generate_code;
use connect_codegen::public_api::PublicApi;

use crate::change_kind::ChangeKind;
use crate::compare::Comparison;
use crate::connect::rust_items::Items;
use crate::finding::{Finding, Source, Wire};
use crate::report::{Note, NoteKind};

/// How many items a note names.
const NAMED: usize = 5;

/// What a program can depend on in the generated code of one side.
pub struct Crate(pub(super) BTreeMap<String, String>);

impl Crate {
    /// Generates the code and reads its surface, all in memory.
    pub fn of(lenient: &LenientNormalisation) -> Result<Self> {
        let normalised = lenient.normalised.as_ref().map_err(Clone::clone)?;
        let files = generate_code(normalised, &lenient.policy)?;
        Ok(Self(PublicApi::from_generated(&files)?.signatures()))
    }
}

/// One difference of the surfaces.
struct Change<'a> {
    path: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    /// The models that only one of both shapes names.
    models: Vec<&'a str>,
}

impl Change<'_> {
    /// Whether programs that compiled may no longer do.
    fn breaks(&self) -> bool {
        self.old.is_some()
    }

    /// The path of the item, which may have a field and a method of the name, and traits.
    fn item(&self) -> &str {
        let path = self.path.split(": ").next().unwrap_or(self.path);
        let path = path.strip_suffix("()").unwrap_or(path);
        // Both ways to send a request give the same answer.
        path.strip_suffix("_for_response").unwrap_or(path)
    }

    /// `models::A` of `models::A::b`, `Client::c` as it is.
    fn holder(&self) -> &str {
        let item = self.item();
        let steps = item.match_indices("::").map(|(at, _)| at);

        match item.starts_with("Client::") {
            true => item,
            false => steps.skip(1).map(|at| &item[..at]).next().unwrap_or(item),
        }
    }

    /// The item that others change with: a model that comes or goes and is in their types, else
    /// the one that holds it.
    fn cause(&self, moved: &BTreeSet<&str>) -> String {
        let named = self.models.iter().map(|name| format!("models::{name}"));
        let mut moved = named.filter(|path| moved.contains(path.as_str()));
        moved.next().unwrap_or_else(|| self.holder().to_owned())
    }

    /// How directly a finding of these items explains the change; less is more.
    fn explained_by(&self, finding: &Finding, moved: &BTreeSet<&str>) -> Option<u8> {
        let item = self.item();
        let under = |path: &str, of: &str| {
            path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let items = &finding.rust_items;

        if items.iter().any(|of| under(item, of)) {
            return Some(0);
        }

        // A model is built by all its methods, or by none.
        if self.path.ends_with("()") && items.contains(&format!("{}::new", self.holder())) {
            return Some(0);
        }

        // The type of one thing has the name of another, which came or went.
        let is_ours = |word: &str| {
            let path = format!("models::{word}");
            moved.contains(path.as_str()) && items.iter().any(|of| under(&path, of))
        };

        if !self.models.is_empty() && self.models.iter().all(|word| is_ours(word)) {
            return Some(1);
        }

        // A field decides on its model's constructor and traits, a parameter or an answer on what a
        // macro gives to its request.
        let decided = item.ends_with("::new") || item.ends_with('!');
        let holder = if decided { self.holder() } else { item };

        items.iter().any(|of| under(of, holder)).then_some(2)
    }
}

/// Has the surfaces testify to the findings.
pub fn testify(
    comparison: &mut Comparison,
    items: &Items,
    base: &Crate,
    revision: &Crate,
    notes: &mut Vec<Note>,
) {
    let changes = changes(base, revision);
    let moved: BTreeSet<&str> = changes
        .iter()
        .filter(|change| change.old.is_none() != change.new.is_none())
        .map(|change| change.path)
        .collect();

    let findings = &mut comparison.findings;
    let mut shown = vec![Source::Patch; findings.len()];
    let mut unexplained: BTreeMap<String, Vec<&Change>> = BTreeMap::new();

    for change in &changes {
        // What the table holds for a patch says nothing of types.
        let able = findings.iter().enumerate().filter(|(_, of)| of.source >= Source::Minor);
        let ranked: Vec<(u8, usize)> = able
            .filter_map(|(at, finding)| Some((change.explained_by(finding, &moved)?, at)))
            .collect();

        let Some(best) = ranked.iter().map(|(rank, _)| *rank).min() else {
            unexplained.entry(change.cause(&moved)).or_default().push(change);
            continue;
        };
        let verdict = if change.breaks() { Source::Major } else { Source::Minor };
        let best: Vec<usize> =
            ranked.iter().filter(|(rank, _)| *rank == best).map(|(_, at)| *at).collect();

        // Of several, those that the table holds for as bad.
        let worst = best.iter().map(|at| findings[*at].source.min(verdict)).max();
        for at in best.into_iter().filter(|at| Some(findings[*at].source.min(verdict)) == worst) {
            shown[at] = shown[at].max(verdict);
        }
    }

    for (finding, shown) in findings.iter_mut().zip(shown) {
        finding.source = match finding.source {
            Source::None | Source::Patch if shown == Source::Patch => finding.source,
            _ => shown,
        };
    }

    let (broken, added): (Vec<_>, Vec<_>) = unexplained
        .into_iter()
        .partition(|(_, changes)| changes.iter().any(|change| change.breaks()));
    findings.extend(broken.iter().map(|(cause, changes)| of_its_own(cause, changes, items)));

    if !added.is_empty() {
        let names: Vec<&str> = added.iter().map(|(cause, _)| cause.as_str()).take(NAMED).collect();
        let more = if added.len() > NAMED { ", …" } else { "" };

        notes.push(Note {
            kind: NoteKind::Witness,
            message: format!(
                "{} public items change by additions that no finding explains: {}{more}",
                added.len(),
                names.join(", ")
            ),
            help: None,
        });
    }
}

fn changes<'a>(Crate(base): &'a Crate, Crate(revision): &'a Crate) -> Vec<Change<'a>> {
    let paths: BTreeSet<&String> = base.keys().chain(revision.keys()).collect();
    let both = paths.into_iter().map(|path| (path, base.get(path), revision.get(path)));

    let is_model = |word: &&&str| {
        let path = format!("models::{word}");
        base.contains_key(&path) || revision.contains_key(&path)
    };

    both.filter(|(_, old, new)| old != new)
        .map(|(path, old, new)| Change {
            path,
            old: old.map(String::as_str),
            new: new.map(String::as_str),
            models: match (old, new) {
                (Some(old), Some(new)) => {
                    let (old, new) = (words(old), words(new));
                    old.symmetric_difference(&new).filter(is_model).copied().collect()
                }
                _ => Vec::new(),
            },
        })
        .collect()
}

fn words(shape: &str) -> BTreeSet<&str> {
    shape.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// A finding for items that change without another one, because of one of them.
fn of_its_own(cause: &str, changes: &[&Change], items: &Items) -> Finding {
    let lines = |side: fn(&Change) -> Option<String>| {
        let lines: Vec<String> = changes.iter().filter_map(|change| side(change)).collect();
        (!lines.is_empty()).then(|| lines.into())
    };
    let broken = changes.iter().find(|change| change.breaks());

    let what = broken.map_or(String::new(), |change| match change.new {
        None => format!("`{}` is gone", change.path),
        Some(_) => format!("`{}` is another", change.path),
    });
    let holders: BTreeSet<&str> = changes.iter().map(|change| change.holder()).collect();
    let operations = holders.iter().flat_map(|holder| items.operations(holder));
    let operations: BTreeSet<String> = operations.collect();
    let (pointer, revision_pointer) = items.places(cause);

    Finding {
        class: ChangeKind::RustSurfaceChanged,
        wire: Wire::None,
        source: Source::Major,
        pointer,
        revision_pointer,
        operations: operations.into_iter().collect(),
        rust_items: holders.into_iter().map(str::to_owned).collect(),
        old: lines(|change| change.old.map(|shape| shown(change.path, shape))),
        new: lines(|change| change.new.map(|shape| shown(change.path, shape))),
        message: format!("the crate breaks though no other finding says why: {what}"),
    }
}

fn shown(path: &str, shape: &str) -> String {
    format!("{path} {shape}").trim_end().to_owned()
}
