//! The table of classes against the pairs and the written verdicts: none can lose a row.

use std::collections::{BTreeMap, BTreeSet};

use connect_drift::change_kind::ChangeKind;

/// Classes that no pair of documents can show, each with the reason.
const WITHOUT_A_PAIR: [(&str, &str); 1] = [(
    "rust-surface-changed",
    "only the crates that are generated from two documents of the Connect API show it",
)];

#[test]
fn each_class_has_a_pair_and_each_pair_a_class() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pairs");
    let pairs = std::fs::read_dir(folder).expect("the pairs").map(|entry| {
        let path = entry.expect("an entry").path();
        path.file_stem().expect("a name").to_string_lossy().into_owned()
    });

    let pairs: BTreeSet<String> = pairs.collect();
    let excused = WITHOUT_A_PAIR.iter().map(|(id, _)| (*id).to_owned());
    let expected: BTreeSet<String> =
        ChangeKind::ALL.iter().map(|class| class.id().to_owned()).collect();

    assert_eq!(pairs.union(&excused.collect()).cloned().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn ids_are_unique_and_written_in_one_way() {
    let ids: BTreeSet<&str> = ChangeKind::ALL.iter().map(|class| class.id()).collect();
    assert_eq!(ids.len(), ChangeKind::ALL.len());
    for id in ids {
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}");
    }
}

#[test]
fn a_mirror_has_its_class_for_a_mirror() {
    for class in ChangeKind::ALL {
        for mirror in class.row().mirrors {
            assert!(mirror.row().mirrors.contains(class), "{mirror} does not lead back to {class}");
        }
    }
}

#[test]
fn the_written_verdicts_name_each_class_with_each_kind_of_change() {
    let text = include_str!("../../VERDICTS.md");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let number: u8 = cells.next()?.parse().ok()?;
        let classes = cells.nth(1)?.split('`').skip(1).step_by(2);
        Some((number, classes.map(str::to_owned).collect::<BTreeSet<_>>()))
    });

    let written: BTreeMap<u8, BTreeSet<String>> = rows.collect();
    let mut expected: BTreeMap<u8, BTreeSet<String>> =
        (1..=99).map(|kind| (kind, BTreeSet::new())).collect();
    for class in ChangeKind::ALL {
        for kind in class.row().kinds {
            expected.entry(*kind).or_default().insert(class.id().to_owned());
        }
    }

    let differ = expected.iter().filter(|(kind, classes)| written.get(*kind) != Some(*classes));
    assert_eq!(differ.collect::<Vec<_>>(), [], "rows of VERDICTS.md that lack");
    assert_eq!(written.len(), 99, "rows of VERDICTS.md that no kind of change has");
}
