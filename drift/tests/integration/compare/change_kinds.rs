//! The table of change kinds is consistent with the pairs of documents and with VERDICTS.md.

use std::collections::{BTreeMap, BTreeSet};

use connect_drift::change_kind::ChangeKind;

/// The number of rows in the table of VERDICTS.md.
const ROW_COUNT: u8 = 99;

/// The change kinds without a pair of documents, with the reason.
const WITHOUT_PAIR: [(&str, &str); 1] =
    [("rust-surface-changed", "only the comparison of two generated crates can detect it")];

#[test]
fn every_change_kind_has_a_pair_of_documents() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pairs");
    let pairs: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder with pairs")
        .map(|entry| {
            let path = entry.expect("a folder entry").path();
            path.file_stem().expect("a file name").to_string_lossy().into_owned()
        })
        .collect();

    let without_pair: BTreeSet<String> =
        WITHOUT_PAIR.iter().map(|(id, _)| (*id).to_owned()).collect();
    let expected: BTreeSet<String> =
        ChangeKind::ALL.iter().map(|kind| kind.id().to_owned()).collect();
    assert_eq!(pairs.union(&without_pair).cloned().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn change_kind_ids_are_unique_and_in_kebab_case() {
    let ids: BTreeSet<&str> = ChangeKind::ALL.iter().map(|kind| kind.id()).collect();
    assert_eq!(ids.len(), ChangeKind::ALL.len());

    for id in ids {
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}");
    }
}

#[test]
fn mirrors_of_change_kinds_are_symmetric() {
    for kind in ChangeKind::ALL {
        for mirror in kind.definition().mirrors {
            assert!(
                mirror.definition().mirrors.contains(kind),
                "{kind} is not a mirror of {mirror}"
            );
        }
    }
}

#[test]
fn verdicts_document_lists_the_change_kinds_of_each_row() {
    let text = include_str!("../../../VERDICTS.md");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let number: u8 = cells.next()?.parse().ok()?;
        let ids = cells.nth(1)?.split('`').skip(1).step_by(2);
        Some((number, ids.map(str::to_owned).collect::<BTreeSet<_>>()))
    });
    let documented: BTreeMap<u8, BTreeSet<String>> = rows.collect();

    let mut expected: BTreeMap<u8, BTreeSet<String>> =
        (1..=ROW_COUNT).map(|row| (row, BTreeSet::new())).collect();
    for kind in ChangeKind::ALL {
        for row in kind.definition().verdict_rows {
            expected.entry(*row).or_default().insert(kind.id().to_owned());
        }
    }

    let differences: Vec<_> =
        expected.iter().filter(|(row, ids)| documented.get(*row) != Some(*ids)).collect();
    assert_eq!(differences, [], "rows of VERDICTS.md with other change kinds");
    assert_eq!(documented.len(), usize::from(ROW_COUNT), "superfluous rows of VERDICTS.md");
}
