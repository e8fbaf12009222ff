//! What schemas mean: their numbers, their parts, their names.

use connect_drift::class::Class;
use connect_drift::finding::{Source, Wire};

use super::documents::{of_schemas, only, shown, verdicts};

#[test]
fn whole_numbers_are_told_apart_beyond_what_a_float_can_tell() {
    let found = of_schemas("{enum: [9007199254740992]}", "{enum: [9007199254740993]}");
    let [gone, new] = &*found else { panic!("{}", shown(&found)) };
    assert_eq!(gone.message, "`It` no longer has value `9007199254740992`");
    assert_eq!(new.message, "`It` has the new value `9007199254740993`");
    let (most, less) = ("{maximum: 9223372036854775807}", "{maximum: 9223372036854775806}");
    assert_eq!(only(&of_schemas(most, less)).class, Class::LimitTightened);
    assert_eq!(only(&of_schemas(less, most)).class, Class::LimitLoosened);
    let (one, other) = ("{default: 18446744073709551615}", "{default: 18446744073709551614}");
    assert_eq!(only(&of_schemas(one, other)).class, Class::DefaultChanged);
    let (two, four) = ("{multipleOf: 4503599627370497}", "{multipleOf: 9007199254740994}");
    assert_eq!(only(&of_schemas(two, four)).class, Class::LimitTightened);
}

#[test]
fn one_number_may_be_spelled_in_several_ways() {
    assert_eq!(of_schemas("{enum: [3, 0.5, [1.0]]}", "{enum: [[1], 3.0, 5.0e-1]}"), []);
    assert_eq!(of_schemas("{maximum: 1.0e+3}", "{maximum: 1000}"), []);
}

#[test]
fn a_name_is_the_same_only_where_its_words_are() {
    let named = |name: &str| format!("{{type: object, properties: {{'{name}': {{type: integer}}}}}}");
    for (old, new) in [("+1", "-1"), ("$", "@"), ("1_1", "11"), ("_", "-"), ("_id", "id"), ("", "-")] {
        let found = of_schemas(&named(old), &named(new));
        assert_eq!(found.len(), 2, "{old} and {new}: {}", shown(&found));
    }
    for (old, new) in [("game_id", "gameId"), ("Game-Id", "game id"), ("v_1", "V1")] {
        let found = of_schemas(&named(old), &named(new));
        assert_eq!(only(&found).class, Class::OptionalPropertyRenamed, "{old} and {new}");
    }
}
