//! The members of unions: which are one, and what tells them.

use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::{Finding, Wire};

use super::documents::{between, only, shown, unmirrored};

const SHAPES: &str = "
openapi: 3.0.3
info: {title: Shapes, version: '1'}
paths: {/a: {put: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Shape'}}}}, responses: {}}}}
components:
  schemas:
HERE
";

/// What two documents with these component schemas differ in, held against its mirror.
#[track_caller]
fn found(base: &str, revision: &str) -> Vec<Finding> {
    let there = between(SHAPES, base, revision);
    let back = between(SHAPES, revision, base);
    assert_eq!(unmirrored(&there, &back), Vec::<&Finding>::new());
    assert_eq!(unmirrored(&back, &there), Vec::<&Finding>::new());

    there
}

fn classes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.class.id()).collect()
}

/// A union of a circle, by some name, and a square, with a mapping or none.
fn union(circle: &str, mapping: &str) -> String {
    format!(
        "    Shape: {{oneOf: [{{$ref: '#/components/schemas/{circle}'}}, {{$ref: '#/components/schemas/Square'}}], discriminator: {{propertyName: kind, mapping: {{{mapping}}}}}}}
    {circle}: {{type: object, properties: {{kind: {{type: string}}, radius: {{type: number}}}}}}
    Square: {{type: object, properties: {{kind: {{type: string}}, side: {{type: number}}}}}}"
    )
}

#[test]
fn a_renamed_member_that_is_told_by_its_name_is_told_otherwise() {
    for (old, new) in [("Circle", "Circle2"), ("Circle2", "Circle")] {
        let found = found(&union(old, ""), &union(new, ""));
        assert_eq!(classes(&found), ["discriminator-mapping-changed", "component-renamed"]);
        assert_eq!(found[0].wire, Wire::Breaking);
        let message = format!("`Shape` tells `{old}` by `{new}`, and no longer by `{old}`");
        assert_eq!(found[0].message, message);
    }
}

#[test]
fn a_renamed_member_that_is_told_by_a_mapping_is_told_as_before() {
    let mapped = |name: &str| union(name, &format!("round: '#/components/schemas/{name}'"));
    assert_eq!(classes(&found(&mapped("Circle"), &mapped("Disc"))), ["component-renamed"]);
}

#[test]
fn a_member_may_be_told_by_several_values() {
    let told = |tags: &[&str]| {
        let tags = tags.iter().map(|tag| format!("{tag}: '#/components/schemas/Circle', "));
        union("Circle", &tags.collect::<String>())
    };
    let more = found(&told(&["a"]), &told(&["a", "b"]));
    assert_eq!(only(&more).message, "`Shape` tells `Circle` by `b` as well");
    assert_eq!(only(&more).wire, Wire::Compatible);

    let fewer = found(&told(&["a", "b"]), &told(&["b"]));
    assert_eq!(only(&fewer).message, "`Shape` no longer tells `Circle` by `a`");
    assert_eq!(only(&fewer).wire, Wire::Breaking);

    let other = found(&told(&["a", "b"]), &told(&["b", "c", "d"]));
    assert_eq!(classes(&other), ["discriminator-mapping-changed", "discriminator-value-added"]);
    assert_eq!(found(&told(&["a", "b"]), &told(&["b", "a"])), []);
}

#[test]
fn a_value_that_leads_outside_of_the_union_is_seen() {
    let outside = union("Circle", "far: '#/components/schemas/Else'");
    let found = found(&union("Circle", ""), &outside);
    assert_eq!(only(&found).class, ChangeKind::DiscriminatorValueAdded);
    assert_eq!(only(&found).message, "`Shape` tells `Else` by `far` as well");
}

const HEIRS: &str = "
swagger: '2.0'
info: {title: Pets, version: '1'}
paths: {/a: {get: {responses: {'200': {description: Fine., schema: {$ref: '#/definitions/Pet'}}}}}}
definitions:
  Pet: {type: object, required: [kind], discriminator: kind, properties: {kind: {type: string}, name: {type: string}}}
  Dog: {allOf: [{$ref: '#/definitions/Pet'}, {properties: {tricks: {type: integer}}}]}
  HERE
";

#[test]
fn a_renamed_heir_is_told_otherwise() {
    let heir = |name: &str, own: &str| {
        format!("{name}: {{allOf: [{{$ref: '#/definitions/Pet'}}, {{properties: {{{own}}}}}]}}")
    };
    let lives = "lives: {type: integer}, age: {type: integer}";
    let found = between(HEIRS, &heir("Cat", lives), &heir("Kitty", lives));

    assert_eq!(classes(&found), ["discriminator-mapping-changed", "component-renamed"]);
    assert_eq!(found[0].message, "`Pet` tells `Cat` by `Kitty`, and no longer by `Cat`");

    // What all heirs have does not make two of them one.
    let found = between(HEIRS, &heir("Cat", lives), &heir("Fish", "fins: {type: integer}"));
    assert_eq!(
        classes(&found),
        ["union-member-added", "union-member-removed"],
        "{}",
        shown(&found)
    );
}

#[test]
fn several_unions_that_hold_at_once_may_stand_in_any_order() {
    let one = "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}";
    let other = |more: &str| {
        format!(
            "{{oneOf: [{{type: object, properties: {{c: {{type: string}}}}}}, {{type: object, properties: {{d: {{type: string}}}}}}{more}]}}"
        )
    };

    let both = |first: &str, second: &str| format!("    Shape: {{allOf: [{first}, {second}]}}");
    assert_eq!(found(&both(one, &other("")), &both(&other(""), one)), []);

    let more = other(", {type: object, properties: {e: {type: string}}}");
    let found = found(&both(one, &other("")), &both(&more, one));
    assert_eq!(only(&found).class, ChangeKind::UnionMemberAdded);
}
