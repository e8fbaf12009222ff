//! The diff of the public APIs of the crates generated from both documents.
//!
//! The table of change kinds cannot predict the effect of a change on Rust code: an added property
//! can remove the `Default` implementation of a model, and a name with another case can rename
//! another model. The public APIs show these effects, so they decide the source verdict of each
//! finding: a broken item is major, an added item is minor, no difference is a patch. A broken item
//! that no finding explains becomes a finding.

use std::collections::{BTreeMap, BTreeSet};

use connect_codegen::diagnostic::Result;
use connect_codegen::normalise::LenientNormalisation;
use connect_codegen::pipeline::generate_code;
use connect_codegen::public_api::PublicApi;

use crate::change_kind::ChangeKind;
use crate::compare::Comparison;
use crate::connect::rust_items::RustItems;
use crate::finding::Finding;
use crate::report::{Note, NoteKind};
use crate::verdict::{SourceVerdict, WireVerdict};

/// The maximum number of items that a note names.
const MAX_NAMES: usize = 5;

/// The public API generated from one document: the signature of each item, by path.
pub struct GeneratedApi(pub(super) BTreeMap<String, String>);

impl GeneratedApi {
    /// Generates the code in memory and reads its public API.
    pub fn generate(lenient: &LenientNormalisation) -> Result<Self> {
        let normalised = lenient.normalised.as_ref().map_err(Clone::clone)?;
        let files = generate_code(normalised, &lenient.policy)?;
        Ok(Self(PublicApi::from_generated(&files)?.signatures()))
    }
}

/// An item that differs between the public APIs.
struct ApiChange<'a> {
    path: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
    /// The models that only one of the two signatures mentions.
    models: Vec<&'a str>,
}

/// The paths of items that exist in one public API only.
type AddedOrRemoved<'a> = BTreeSet<&'a str>;

impl ApiChange<'_> {
    /// Whether programs may no longer compile.
    fn is_breaking(&self) -> bool {
        self.old.is_some()
    }

    /// Returns the path of the item without the suffixes that distinguish a method from a field of
    /// the same name, and without the name of a trait.
    fn item(&self) -> &str {
        let path = self.path.split(": ").next().unwrap_or(self.path);
        let path = path.strip_suffix("()").unwrap_or(path);
        // Both methods that send a request have the same response type.
        path.strip_suffix("_for_response").unwrap_or(path)
    }

    /// Returns the type that contains the item: `models::A` for `models::A::b`. A method of the
    /// client is returned unchanged.
    fn owner(&self) -> &str {
        let item = self.item();
        if item.starts_with("Client::") {
            return item;
        }

        let mut separators = item.match_indices("::").map(|(index, _)| index).skip(1);
        separators.next().map_or(item, |end| &item[..end])
    }

    /// Returns the item that explains this and similar changes: an added or removed model in the
    /// signature, or else the type that contains the item.
    fn cause(&self, added_or_removed: &AddedOrRemoved) -> String {
        let models = self.models.iter().map(|name| format!("models::{name}"));
        let mut models = models.filter(|path| added_or_removed.contains(path.as_str()));
        models.next().unwrap_or_else(|| self.owner().to_owned())
    }

    /// Returns how directly a finding explains the change: 0 is the most direct, `None` means not at
    /// all.
    fn distance(&self, finding: &Finding, added_or_removed: &AddedOrRemoved) -> Option<u8> {
        let item = self.item();
        let is_inside = |path: &str, outer: &str| {
            path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let items = &finding.rust_items;

        if items.iter().any(|affected| is_inside(item, affected)) {
            return Some(0);
        }

        // A model has either all builder methods or none.
        if self.path.ends_with("()") && items.contains(&format!("{}::new", self.owner())) {
            return Some(0);
        }

        // The signature mentions a model that was added or removed because of the finding.
        let is_affected_model = |name: &str| {
            let path = format!("models::{name}");
            added_or_removed.contains(path.as_str())
                && items.iter().any(|affected| is_inside(&path, affected))
        };
        if !self.models.is_empty() && self.models.iter().all(|name| is_affected_model(name)) {
            return Some(1);
        }

        // A field decides which constructor and traits its model has. A parameter or a response
        // decides what a macro generates for the request.
        let depends_on_members = item.ends_with("::new") || item.ends_with('!');
        let outer = if depends_on_members { self.owner() } else { item };

        items.iter().any(|affected| is_inside(affected, outer)).then_some(2)
    }
}

/// Corrects the source verdicts of the findings by the diff of both public APIs. Adds a finding for
/// each unexplained breaking change, and a note for unexplained additions.
pub fn correct_source_verdicts(
    comparison: &mut Comparison,
    items: &RustItems,
    base: &GeneratedApi,
    revision: &GeneratedApi,
    notes: &mut Vec<Note>,
) {
    let changes = diff(base, revision);
    let Attribution { verdicts, unexplained } = attribute(&changes, &comparison.findings);

    for (finding, verdict) in comparison.findings.iter_mut().zip(verdicts) {
        finding.source = match finding.source {
            SourceVerdict::None | SourceVerdict::Patch if verdict == SourceVerdict::Patch => {
                finding.source
            }
            _ => verdict,
        };
    }

    let (breaking, added): (Vec<_>, Vec<_>) = unexplained
        .into_iter()
        .partition(|(_, changes)| changes.iter().any(|change| change.is_breaking()));
    let breaking =
        breaking.iter().map(|(cause, changes)| unexplained_finding(cause, changes, items));
    comparison.findings.extend(breaking);

    if !added.is_empty() {
        let names: Vec<&str> = added.iter().map(|(cause, _)| cause.as_str()).collect();
        notes.push(unexplained_additions_note(&names));
    }
}

/// The changes of the public API, attributed to findings.
struct Attribution<'c, 'a> {
    /// The source verdict of each finding.
    verdicts: Vec<SourceVerdict>,
    /// The changes that no finding explains, by cause.
    unexplained: BTreeMap<String, Vec<&'c ApiChange<'a>>>,
}

/// Attributes each change of the public API to the findings that explain it most directly.
fn attribute<'c, 'a>(changes: &'c [ApiChange<'a>], findings: &[Finding]) -> Attribution<'c, 'a> {
    let added_or_removed: AddedOrRemoved = changes
        .iter()
        .filter(|change| change.old.is_none() != change.new.is_none())
        .map(|change| change.path)
        .collect();
    let mut verdicts = vec![SourceVerdict::Patch; findings.len()];
    let mut unexplained: BTreeMap<String, Vec<&ApiChange>> = BTreeMap::new();

    for change in changes {
        let nearest = nearest_findings(change, findings, &added_or_removed);
        if nearest.is_empty() {
            unexplained.entry(change.cause(&added_or_removed)).or_default().push(change);
            continue;
        }

        // Of several findings, choose those that the table rates closest to the change.
        let verdict =
            if change.is_breaking() { SourceVerdict::Major } else { SourceVerdict::Minor };
        let rating = |index: &usize| findings[*index].source.min(verdict);
        let highest = nearest.iter().map(rating).max();
        for index in nearest.iter().filter(|index| Some(rating(index)) == highest) {
            verdicts[*index] = verdicts[*index].max(verdict);
        }
    }

    Attribution { verdicts, unexplained }
}

/// Returns the indices of the findings that explain a change most directly. Several findings can
/// have the same distance; there is none if no finding explains the change.
fn nearest_findings(
    change: &ApiChange,
    findings: &[Finding],
    added_or_removed: &AddedOrRemoved,
) -> Vec<usize> {
    // A change kind whose source verdict in the table is a patch does not affect types.
    let candidates =
        findings.iter().enumerate().filter(|(_, finding)| finding.source >= SourceVerdict::Minor);
    let distances: Vec<(u8, usize)> = candidates
        .filter_map(|(index, finding)| Some((change.distance(finding, added_or_removed)?, index)))
        .collect();
    let smallest = distances.iter().map(|(distance, _)| *distance).min();

    distances
        .into_iter()
        .filter(|(distance, _)| Some(*distance) == smallest)
        .map(|(_, index)| index)
        .collect()
}

fn diff<'a>(
    GeneratedApi(base): &'a GeneratedApi,
    GeneratedApi(revision): &'a GeneratedApi,
) -> Vec<ApiChange<'a>> {
    let is_model = |name: &&&str| {
        let path = format!("models::{name}");
        base.contains_key(&path) || revision.contains_key(&path)
    };
    let changed_models = |old: Option<&'a String>, new: Option<&'a String>| {
        let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
        let (old, new) = (identifiers(old), identifiers(new));
        old.symmetric_difference(&new).filter(is_model).copied().collect()
    };

    let paths: BTreeSet<&String> = base.keys().chain(revision.keys()).collect();
    paths
        .into_iter()
        .map(|path| (path, base.get(path), revision.get(path)))
        .filter(|(_, old, new)| old != new)
        .map(|(path, old, new)| ApiChange {
            path,
            old: old.map(String::as_str),
            new: new.map(String::as_str),
            models: changed_models(old, new),
        })
        .collect()
}

fn identifiers(signature: &str) -> BTreeSet<&str> {
    signature.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// Builds the finding for breaking changes with one cause that no other finding explains.
fn unexplained_finding(cause: &str, changes: &[&ApiChange], items: &RustItems) -> Finding {
    let lines = |side: fn(&ApiChange) -> Option<String>| {
        let lines: Vec<String> = changes.iter().filter_map(|change| side(change)).collect();
        (!lines.is_empty()).then(|| lines.into())
    };
    let breaking = changes.iter().find(|change| change.is_breaking());
    let description = breaking.map_or(String::new(), |change| match change.new {
        None => format!("`{}` was removed", change.path),
        Some(_) => format!("`{}` changed", change.path),
    });

    let owners: BTreeSet<&str> = changes.iter().map(|change| change.owner()).collect();
    let operations: BTreeSet<String> =
        owners.iter().flat_map(|owner| items.operations(owner)).collect();
    let (pointer, revision_pointer) = items.locations(cause);

    Finding {
        kind: ChangeKind::PublicApiChanged,
        wire: WireVerdict::None,
        source: SourceVerdict::Major,
        pointer,
        revision_pointer,
        operations: operations.into_iter().collect(),
        rust_items: owners.into_iter().map(str::to_owned).collect(),
        old: lines(|change| change.old.map(|signature| format_item(change.path, signature))),
        new: lines(|change| change.new.map(|signature| format_item(change.path, signature))),
        message: format!(
            "programs may no longer compile, and no other finding explains it: {description}"
        ),
    }
}

fn format_item(path: &str, signature: &str) -> String {
    format!("{path} {signature}").trim_end().to_owned()
}

fn unexplained_additions_note(names: &[&str]) -> Note {
    let shown = names[..names.len().min(MAX_NAMES)].join(", ");
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    let items = match names.len() {
        1 => "1 public item has".to_owned(),
        count => format!("{count} public items have"),
    };

    Note {
        kind: NoteKind::ApiDiff,
        message: format!("{items} additions that no finding explains: {shown}{more}"),
        help: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unexplained_additions_note_has_singular_and_plural() {
        let message = |names: &[&str]| unexplained_additions_note(names).message;

        assert_eq!(
            message(&["models::A"]),
            "1 public item has additions that no finding explains: models::A"
        );
        assert_eq!(
            message(&["models::A", "models::B"]),
            "2 public items have additions that no finding explains: models::A, models::B"
        );
    }
}
