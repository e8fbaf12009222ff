//! What schemas mean: their numbers, their parts, their names.

use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::{Source, Wire};

use super::documents::{of_schemas, only, shown, verdicts};

#[test]
fn whole_numbers_are_told_apart_beyond_what_a_float_can_tell() {
    let found = of_schemas("{enum: [9007199254740992]}", "{enum: [9007199254740993]}");
    let [gone, new] = &*found else { panic!("{}", shown(&found)) };
    assert_eq!(gone.message, "`It` no longer has value `9007199254740992`");
    assert_eq!(new.message, "`It` has the new value `9007199254740993`");

    let (most, less) = ("{maximum: 9223372036854775807}", "{maximum: 9223372036854775806}");
    assert_eq!(only(&of_schemas(most, less)).class, ChangeKind::LimitTightened);
    assert_eq!(only(&of_schemas(less, most)).class, ChangeKind::LimitLoosened);

    let (one, other) = ("{default: 18446744073709551615}", "{default: 18446744073709551614}");
    assert_eq!(only(&of_schemas(one, other)).class, ChangeKind::DefaultChanged);

    let (two, four) = ("{multipleOf: 4503599627370497}", "{multipleOf: 9007199254740994}");
    assert_eq!(only(&of_schemas(two, four)).class, ChangeKind::LimitTightened);
}

#[test]
fn one_number_may_be_spelled_in_several_ways() {
    assert_eq!(of_schemas("{enum: [3, 0.5, [1.0]]}", "{enum: [[1], 3.0, 5.0e-1]}"), []);
    assert_eq!(of_schemas("{maximum: 1.0e+3}", "{maximum: 1000}"), []);
}

#[test]
fn a_name_is_the_same_only_where_its_words_are() {
    let named =
        |name: &str| format!("{{type: object, properties: {{'{name}': {{type: integer}}}}}}");
    for (old, new) in
        [("+1", "-1"), ("$", "@"), ("1_1", "11"), ("_", "-"), ("_id", "id"), ("", "-")]
    {
        let found = of_schemas(&named(old), &named(new));
        assert_eq!(found.len(), 2, "{old} and {new}: {}", shown(&found));
    }

    for (old, new) in [("game_id", "gameId"), ("Game-Id", "game id"), ("v_1", "V1")] {
        let found = of_schemas(&named(old), &named(new));
        assert_eq!(only(&found).class, ChangeKind::OptionalPropertyRenamed, "{old} and {new}");
    }
}

/// Each order of the parts, and the parts in a part, come to one.
#[track_caller]
fn parts_come_to(parts: &[&str], whole: &str) {
    let (there, back): (Vec<&str>, Vec<&str>) =
        (parts.to_vec(), parts.iter().rev().copied().collect());
    let nested =
        format!("{{allOf: [{{allOf: [{}]}}, {}]}}", back[..1].join(", "), back[1..].join(", "));

    for parts in [
        format!("{{allOf: [{}]}}", there.join(", ")),
        format!("{{allOf: [{}]}}", back.join(", ")),
        nested,
    ] {
        for (base, revision) in [(parts.as_str(), whole), (whole, parts.as_str())] {
            let found = of_schemas(base, revision);
            assert!(found.is_empty(), "{base}\n{revision}\n{}", shown(&found));
        }
    }
}

#[test]
fn parts_that_say_different_things_come_to_what_they_allow_together() {
    parts_come_to(&["{enum: [a, b, c]}", "{enum: [d, c, b]}"], "{enum: [b, c]}");
    parts_come_to(&["{type: number}", "{type: integer}"], "{type: integer}");

    parts_come_to(
        &["{type: object}", "{type: integer}", "{type: number}"],
        "{allOf: [{type: boolean}, {type: array}]}",
    );
    parts_come_to(&["{type: [string, integer]}", "{type: [integer, boolean]}"], "{type: integer}");

    parts_come_to(
        &["{minimum: 1, maximum: 9}", "{minimum: 3, maximum: 20}"],
        "{minimum: 3, maximum: 9}",
    );

    parts_come_to(
        &["{minimum: 3, exclusiveMinimum: true}", "{minimum: 3}", "{minimum: 2}"],
        "{minimum: 3, exclusiveMinimum: true}",
    );
    parts_come_to(&["{minimum: 2, exclusiveMinimum: true}", "{minimum: 3}"], "{minimum: 3}");

    parts_come_to(
        &["{minLength: 2, maxLength: 9}", "{minLength: 0, maxLength: 5}"],
        "{minLength: 2, maxLength: 5}",
    );

    parts_come_to(
        &["{minItems: 1, uniqueItems: true}", "{minItems: 2}"],
        "{minItems: 2, uniqueItems: true}",
    );
    parts_come_to(&["{maxProperties: 9}", "{maxProperties: 5}"], "{maxProperties: 5}");
    parts_come_to(&["{multipleOf: 3}", "{multipleOf: 6}", "{multipleOf: 2}"], "{multipleOf: 6}");

    parts_come_to(
        &["{nullable: true}", "{type: string, nullable: false}"],
        "{type: string, nullable: true}",
    );

    parts_come_to(
        &[
            "{type: object, properties: {a: {enum: [x, y]}}, required: [a]}",
            "{properties: {a: {enum: [y, z]}}}",
        ],
        "{type: object, properties: {a: {enum: [y]}}, required: [a]}",
    );
    parts_come_to(&["{items: {minimum: 1}}", "{items: {minimum: 2}}"], "{items: {minimum: 2}}");
    parts_come_to(&["{enum: [1, 2.0]}", "{enum: [2, 3]}"], "{enum: [2]}");
}

#[test]
fn what_cannot_be_joined_is_kept_from_each_part() {
    let both =
        |one: &str, other: &str| format!("{{type: string, allOf: [{{{one}}}, {{{other}}}]}}");
    for (key, class) in [
        ("pattern", ChangeKind::PatternChanged),
        ("format", ChangeKind::FormatChanged),
        ("default", ChangeKind::DefaultChanged),
        ("description", ChangeKind::DocumentationChanged),
        ("unheardOf", ChangeKind::Unclassified),
    ] {
        let said = |word: &str| format!("{key}: {word}");
        let (ab, ba) = (both(&said("aa"), &said("bb")), both(&said("bb"), &said("aa")));
        assert_eq!(of_schemas(&ab, &ba), [], "{key}");

        // One cause, whichever part it is of.
        let found = of_schemas(&ab, &both(&said("cc"), &said("aa")));
        assert_eq!(only(&found).class, class, "{key}");

        assert_eq!(
            (only(&found).old.clone(), only(&found).new.clone()),
            (Some("bb".into()), Some("cc".into()))
        );
    }
}

#[test]
fn a_part_that_allows_less_than_the_whole_did_is_a_limit() {
    let found = of_schemas(
        "{allOf: [{maximum: 9}, {maximum: 5}]}",
        "{allOf: [{maximum: 9}, {maximum: 3}]}",
    );

    assert_eq!(only(&found).message, "`It` has the limit `maximum: 3`, and no longer `5`");
    // A part that allows more than another one changes nothing.
    assert_eq!(
        of_schemas(
            "{allOf: [{maximum: 9}, {maximum: 5}]}",
            "{allOf: [{maximum: 7}, {maximum: 5}]}"
        ),
        []
    );

    let found = of_schemas("{minimum: 5}", "{minimum: 5, exclusiveMinimum: true}");
    assert_eq!(
        only(&found).message,
        "`It` has the limit `exclusiveMinimum: 5`, and no longer `minimum: 5`"
    );
    assert_eq!(of_schemas("{exclusiveMinimum: 5}", "{minimum: 5, exclusiveMinimum: true}"), []);
}

#[test]
fn a_map_whose_values_get_a_type_is_narrower() {
    let (free, typed) = ("{type: object}", "{type: object, additionalProperties: {type: integer}}");
    let narrowed = of_schemas(free, typed);
    assert_eq!(verdicts(&narrowed), [("type-narrowed", Wire::Breaking)]);

    assert_eq!(
        verdicts(&of_schemas("{type: object, additionalProperties: true}", typed)),
        verdicts(&narrowed)
    );
    assert_eq!(verdicts(&of_schemas(typed, free)), [("type-widened", Wire::Breaking)]);

    // Into what a struct lacks, programs put nothing; but what they read from there may be otherwise.
    let (free, typed) = (
        "{type: object, properties: {a: {}}}",
        "{type: object, properties: {a: {}}, additionalProperties: {type: integer}}",
    );

    assert_eq!(verdicts(&of_schemas(free, typed)), [("additional-properties-added", Wire::None)]);
    assert_eq!(verdicts(&of_schemas(typed, free)), [("type-widened", Wire::Breaking)]);
}

#[test]
fn a_map_that_becomes_a_struct_breaks_source() {
    for (map, object) in [
        ("{type: object}", "{type: object, properties: {a: {type: string}}}"),
        (
            "{type: object, additionalProperties: {type: string}}",
            "{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}",
        ),
    ] {
        let listed = of_schemas(map, object);
        assert_eq!(verdicts(&listed)[1], ("properties-listed", Wire::None), "{}", shown(&listed));
        assert_eq!(listed[1].source, Source::Major);

        let unlisted = of_schemas(object, map);
        let found = unlisted.iter().find(|finding| finding.class == ChangeKind::PropertiesUnlisted);
        assert_eq!(
            found.map(|finding| finding.source),
            Some(Source::Major),
            "{}",
            shown(&unlisted)
        );
    }

    let (empty, object) = (
        "{type: object, additionalProperties: false}",
        "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
    );

    assert_eq!(only(&of_schemas(empty, object)).class, ChangeKind::OptionalPropertyAdded);
}

#[test]
fn what_responses_always_held_and_no_longer_do_breaks() {
    let object = |required: &str, it: &str| {
        format!(
            "{{type: object, required: [{required}], properties: {{it: {{type: string{it}}}, a: {{}}}}}}"
        )
    };
    let hidden = ", writeOnly: true";
    let found = of_schemas(&object("it", ""), &object("it", hidden));

    assert_eq!(verdicts(&found), [("required-became-write-only", Wire::Breaking)]);
    let found = of_schemas(&object("a", ""), &object("a", hidden));
    assert_eq!(verdicts(&found), [("became-write-only", Wire::Risky)]);
}
