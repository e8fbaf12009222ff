//! Changes of schemas: numbers, merged parts, names, maps.

use connect_drift::change_kind::ChangeKind;
use connect_drift::verdict::{SourceVerdict, WireVerdict};

use super::documents::{compare_schemas, display, only, verdicts};

#[test]
fn integers_are_compared_exactly() {
    let found = compare_schemas("{enum: [9007199254740992]}", "{enum: [9007199254740993]}");
    let [removed, added] = &*found else { panic!("{}", display(&found)) };
    assert_eq!(removed.message, "`It` no longer has the value `9007199254740992`");
    assert_eq!(added.message, "`It` has the new value `9007199254740993`");

    let (most, less) = ("{maximum: 9223372036854775807}", "{maximum: 9223372036854775806}");
    assert_eq!(only(&compare_schemas(most, less)).kind, ChangeKind::LimitTightened);
    assert_eq!(only(&compare_schemas(less, most)).kind, ChangeKind::LimitLoosened);

    let (one, other) = ("{default: 18446744073709551615}", "{default: 18446744073709551614}");
    assert_eq!(only(&compare_schemas(one, other)).kind, ChangeKind::DefaultChanged);

    let (two, four) = ("{multipleOf: 4503599627370497}", "{multipleOf: 9007199254740994}");
    assert_eq!(only(&compare_schemas(two, four)).kind, ChangeKind::LimitTightened);
}

#[test]
fn spelling_of_numbers_does_not_matter() {
    assert_eq!(compare_schemas("{enum: [3, 0.5, [1.0]]}", "{enum: [[1], 3.0, 5.0e-1]}"), []);
    assert_eq!(compare_schemas("{maximum: 1.0e+3}", "{maximum: 1000}"), []);
}

#[test]
fn names_with_other_separators_or_case_are_renames() {
    let named =
        |name: &str| format!("{{type: object, properties: {{'{name}': {{type: integer}}}}}}");
    for (old, new) in
        [("+1", "-1"), ("$", "@"), ("1_1", "11"), ("_", "-"), ("_id", "id"), ("", "-")]
    {
        let found = compare_schemas(&named(old), &named(new));
        assert_eq!(found.len(), 2, "{old} and {new}: {}", display(&found));
    }

    for (old, new) in [("game_id", "gameId"), ("Game-Id", "game id"), ("v_1", "V1")] {
        let found = compare_schemas(&named(old), &named(new));
        assert_eq!(only(&found).kind, ChangeKind::OptionalPropertyRenamed, "{old} and {new}");
    }
}

/// Checks that schemas in an `allOf`, in each order and nested, are equivalent to one schema.
#[track_caller]
fn assert_merged(parts: &[&str], whole: &str) {
    let reversed: Vec<&str> = parts.iter().rev().copied().collect();
    let nested = format!(
        "{{allOf: [{{allOf: [{}]}}, {}]}}",
        reversed[..1].join(", "),
        reversed[1..].join(", ")
    );

    for merged in [
        format!("{{allOf: [{}]}}", parts.join(", ")),
        format!("{{allOf: [{}]}}", reversed.join(", ")),
        nested,
    ] {
        for (base, revision) in [(merged.as_str(), whole), (whole, merged.as_str())] {
            let found = compare_schemas(base, revision);
            assert!(found.is_empty(), "{base}\n{revision}\n{}", display(&found));
        }
    }
}

#[test]
fn all_of_allows_what_all_parts_allow() {
    assert_merged(&["{enum: [a, b, c]}", "{enum: [d, c, b]}"], "{enum: [b, c]}");
    assert_merged(&["{type: number}", "{type: integer}"], "{type: integer}");

    assert_merged(
        &["{type: object}", "{type: integer}", "{type: number}"],
        "{allOf: [{type: boolean}, {type: array}]}",
    );
    assert_merged(&["{type: [string, integer]}", "{type: [integer, boolean]}"], "{type: integer}");

    assert_merged(
        &["{minimum: 1, maximum: 9}", "{minimum: 3, maximum: 20}"],
        "{minimum: 3, maximum: 9}",
    );

    assert_merged(
        &["{minimum: 3, exclusiveMinimum: true}", "{minimum: 3}", "{minimum: 2}"],
        "{minimum: 3, exclusiveMinimum: true}",
    );
    assert_merged(&["{minimum: 2, exclusiveMinimum: true}", "{minimum: 3}"], "{minimum: 3}");

    assert_merged(
        &["{minLength: 2, maxLength: 9}", "{minLength: 0, maxLength: 5}"],
        "{minLength: 2, maxLength: 5}",
    );

    assert_merged(
        &["{minItems: 1, uniqueItems: true}", "{minItems: 2}"],
        "{minItems: 2, uniqueItems: true}",
    );
    assert_merged(&["{maxProperties: 9}", "{maxProperties: 5}"], "{maxProperties: 5}");
    assert_merged(&["{multipleOf: 3}", "{multipleOf: 6}", "{multipleOf: 2}"], "{multipleOf: 6}");

    assert_merged(
        &["{nullable: true}", "{type: string, nullable: false}"],
        "{type: string, nullable: true}",
    );

    assert_merged(
        &[
            "{type: object, properties: {a: {enum: [x, y]}}, required: [a]}",
            "{properties: {a: {enum: [y, z]}}}",
        ],
        "{type: object, properties: {a: {enum: [y]}}, required: [a]}",
    );
    assert_merged(&["{items: {minimum: 1}}", "{items: {minimum: 2}}"], "{items: {minimum: 2}}");
    assert_merged(&["{enum: [1, 2.0]}", "{enum: [2, 3]}"], "{enum: [2]}");
}

#[test]
fn keywords_that_cannot_be_merged_are_compared_separately() {
    let both =
        |one: &str, other: &str| format!("{{type: string, allOf: [{{{one}}}, {{{other}}}]}}");
    for (key, kind) in [
        ("pattern", ChangeKind::PatternChanged),
        ("format", ChangeKind::FormatChanged),
        ("default", ChangeKind::DefaultChanged),
        ("description", ChangeKind::DocumentationChanged),
        ("unheardOf", ChangeKind::Unclassified),
    ] {
        let keyword = |value: &str| format!("{key}: {value}");
        let (ab, ba) = (both(&keyword("aa"), &keyword("bb")), both(&keyword("bb"), &keyword("aa")));
        assert_eq!(compare_schemas(&ab, &ba), [], "{key}");

        // The changed part does not matter.
        let found = compare_schemas(&ab, &both(&keyword("cc"), &keyword("aa")));
        assert_eq!(only(&found).kind, kind, "{key}");

        assert_eq!(
            (only(&found).old.clone(), only(&found).new.clone()),
            (Some("bb".into()), Some("cc".into()))
        );
    }
}

#[test]
fn stricter_part_of_all_of_is_a_limit() {
    let found = compare_schemas(
        "{allOf: [{maximum: 9}, {maximum: 5}]}",
        "{allOf: [{maximum: 9}, {maximum: 3}]}",
    );

    assert_eq!(only(&found).message, "`It` has the limit `maximum: 3` instead of `5`");
    // A limit that is not the strictest one has no effect.
    assert_eq!(
        compare_schemas(
            "{allOf: [{maximum: 9}, {maximum: 5}]}",
            "{allOf: [{maximum: 7}, {maximum: 5}]}"
        ),
        []
    );

    let found = compare_schemas("{minimum: 5}", "{minimum: 5, exclusiveMinimum: true}");
    assert_eq!(
        only(&found).message,
        "`It` has the limit `exclusiveMinimum: 5` instead of `minimum: 5`"
    );
    assert_eq!(
        compare_schemas("{exclusiveMinimum: 5}", "{minimum: 5, exclusiveMinimum: true}"),
        []
    );
}

#[test]
fn type_for_map_values_narrows_the_map() {
    let (free, typed) = ("{type: object}", "{type: object, additionalProperties: {type: integer}}");
    let narrowed = compare_schemas(free, typed);
    assert_eq!(verdicts(&narrowed), [("type-narrowed", WireVerdict::Breaking)]);

    assert_eq!(
        verdicts(&compare_schemas("{type: object, additionalProperties: true}", typed)),
        verdicts(&narrowed)
    );
    assert_eq!(verdicts(&compare_schemas(typed, free)), [("type-widened", WireVerdict::Breaking)]);

    // Programs cannot send properties that their struct lacks, but they may receive some.
    let (free, typed) = (
        "{type: object, properties: {a: {}}}",
        "{type: object, properties: {a: {}}, additionalProperties: {type: integer}}",
    );

    assert_eq!(
        verdicts(&compare_schemas(free, typed)),
        [("additional-properties-added", WireVerdict::None)]
    );
    assert_eq!(verdicts(&compare_schemas(typed, free)), [("type-widened", WireVerdict::Breaking)]);
}

#[test]
fn map_that_becomes_struct_is_major() {
    for (map, object) in [
        ("{type: object}", "{type: object, properties: {a: {type: string}}}"),
        (
            "{type: object, additionalProperties: {type: string}}",
            "{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}",
        ),
    ] {
        let listed = compare_schemas(map, object);
        assert_eq!(
            verdicts(&listed)[1],
            ("properties-listed", WireVerdict::None),
            "{}",
            display(&listed)
        );
        assert_eq!(listed[1].source, SourceVerdict::Major);

        let unlisted = compare_schemas(object, map);
        let found = unlisted.iter().find(|finding| finding.kind == ChangeKind::PropertiesUnlisted);
        assert_eq!(
            found.map(|finding| finding.source),
            Some(SourceVerdict::Major),
            "{}",
            display(&unlisted)
        );
    }

    let (empty, object) = (
        "{type: object, additionalProperties: false}",
        "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
    );

    assert_eq!(only(&compare_schemas(empty, object)).kind, ChangeKind::OptionalPropertyAdded);
}

#[test]
fn required_property_that_becomes_write_only_is_breaking() {
    let object = |required: &str, it: &str| {
        format!(
            "{{type: object, required: [{required}], properties: {{it: {{type: string{it}}}, a: {{}}}}}}"
        )
    };
    let hidden = ", writeOnly: true";
    let found = compare_schemas(&object("it", ""), &object("it", hidden));

    assert_eq!(verdicts(&found), [("required-became-write-only", WireVerdict::Breaking)]);
    let found = compare_schemas(&object("a", ""), &object("a", hidden));
    assert_eq!(verdicts(&found), [("became-write-only", WireVerdict::Risky)]);
}
