//! Changes of union members and of discriminators.

use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::Finding;
use connect_drift::verdict::WireVerdict;

use super::documents::{compare_both_ways, compare_filled, display, kind_ids, only};

const SHAPES: &str = "
openapi: 3.0.3
info: {title: Shapes, version: '1'}
paths: {/a: {put: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Shape'}}}}, responses: {}}}}
components:
  schemas:
HERE
";

/// Compares two documents with different component schemas, in both directions.
#[track_caller]
fn compare_shapes(base: &str, revision: &str) -> Vec<Finding> {
    compare_both_ways(SHAPES, base, revision)
}

/// Returns a union of a circle with the given name and a square, with a mapping.
fn union(circle: &str, mapping: &str) -> String {
    format!(
        "    Shape: {{oneOf: [{{$ref: '#/components/schemas/{circle}'}}, {{$ref: '#/components/schemas/Square'}}], discriminator: {{propertyName: kind, mapping: {{{mapping}}}}}}}
    {circle}: {{type: object, properties: {{kind: {{type: string}}, radius: {{type: number}}}}}}
    Square: {{type: object, properties: {{kind: {{type: string}}, side: {{type: number}}}}}}"
    )
}

#[test]
fn renamed_member_without_mapping_changes_its_discriminator_value() {
    for (old, new) in [("Circle", "Circle2"), ("Circle2", "Circle")] {
        let found = compare_shapes(&union(old, ""), &union(new, ""));
        assert_eq!(kind_ids(&found), ["discriminator-mapping-changed", "component-renamed"]);
        assert_eq!(found[0].wire, WireVerdict::Breaking);
        let message = format!("`Shape` identifies `{old}` by `{new}` instead of `{old}`");
        assert_eq!(found[0].message, message);
    }
}

#[test]
fn renamed_member_with_mapping_keeps_its_discriminator_value() {
    let mapped = |name: &str| union(name, &format!("round: '#/components/schemas/{name}'"));
    assert_eq!(
        kind_ids(&compare_shapes(&mapped("Circle"), &mapped("Disc"))),
        ["component-renamed"]
    );
}

#[test]
fn member_with_several_discriminator_values() {
    let mapped = |values: &[&str]| {
        let mapping =
            values.iter().map(|value| format!("{value}: '#/components/schemas/Circle', "));
        union("Circle", &mapping.collect::<String>())
    };
    let more = compare_shapes(&mapped(&["a"]), &mapped(&["a", "b"]));
    assert_eq!(only(&more).message, "`Shape` also identifies `Circle` by `b`");
    assert_eq!(only(&more).wire, WireVerdict::Compatible);

    let fewer = compare_shapes(&mapped(&["a", "b"]), &mapped(&["b"]));
    assert_eq!(only(&fewer).message, "`Shape` no longer identifies `Circle` by `a`");
    assert_eq!(only(&fewer).wire, WireVerdict::Breaking);

    let other = compare_shapes(&mapped(&["a", "b"]), &mapped(&["b", "c", "d"]));
    assert_eq!(kind_ids(&other), ["discriminator-mapping-changed", "discriminator-value-added"]);
    assert_eq!(compare_shapes(&mapped(&["a", "b"]), &mapped(&["b", "a"])), []);
}

#[test]
fn mapping_to_schema_outside_the_union_is_reported() {
    let outside = union("Circle", "far: '#/components/schemas/Else'");
    let found = compare_shapes(&union("Circle", ""), &outside);
    assert_eq!(only(&found).kind, ChangeKind::DiscriminatorValueAdded);
    assert_eq!(only(&found).message, "`Shape` also identifies `Else` by `far`");
}

const SUBTYPES: &str = "
swagger: '2.0'
info: {title: Pets, version: '1'}
paths: {/a: {get: {responses: {'200': {description: Fine., schema: {$ref: '#/definitions/Pet'}}}}}}
definitions:
  Pet: {type: object, required: [kind], discriminator: kind, properties: {kind: {type: string}, name: {type: string}}}
  Dog: {allOf: [{$ref: '#/definitions/Pet'}, {properties: {tricks: {type: integer}}}]}
  HERE
";

#[test]
fn renamed_subtype_changes_its_discriminator_value() {
    let subtype = |name: &str, own: &str| {
        format!("{name}: {{allOf: [{{$ref: '#/definitions/Pet'}}, {{properties: {{{own}}}}}]}}")
    };
    let lives = "lives: {type: integer}, age: {type: integer}";
    let found = compare_filled(SUBTYPES, &subtype("Cat", lives), &subtype("Kitty", lives));

    assert_eq!(kind_ids(&found), ["discriminator-mapping-changed", "component-renamed"]);
    assert_eq!(found[0].message, "`Pet` identifies `Cat` by `Kitty` instead of `Cat`");

    // Inherited properties do not make two subtypes similar.
    let found =
        compare_filled(SUBTYPES, &subtype("Cat", lives), &subtype("Fish", "fins: {type: integer}"));
    assert_eq!(
        kind_ids(&found),
        ["union-member-added", "union-member-removed"],
        "{}",
        display(&found)
    );
}

#[test]
fn order_of_several_unions_does_not_matter() {
    let one = "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}";
    let other = |more: &str| {
        format!(
            "{{oneOf: [{{type: object, properties: {{c: {{type: string}}}}}}, {{type: object, properties: {{d: {{type: string}}}}}}{more}]}}"
        )
    };

    let both = |first: &str, second: &str| format!("    Shape: {{allOf: [{first}, {second}]}}");
    assert_eq!(compare_shapes(&both(one, &other("")), &both(&other(""), one)), []);

    let more = other(", {type: object, properties: {e: {type: string}}}");
    let found = compare_shapes(&both(one, &other("")), &both(&more, one));
    assert_eq!(only(&found).kind, ChangeKind::UnionMemberAdded);
}
