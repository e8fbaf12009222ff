//! One finding per cause, with the verdict of all its locations.

use connect_drift::change_kind::ChangeKind;
use connect_drift::verdict::WireVerdict;

use super::documents::{compare_documents, compare_filled, display, document, only};

const SHARED: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things:
    get:
      responses:
        '200':
          description: Fine.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'201': {description: Added.}}
  /others:
    get:
      responses: {'204': {description: Fine.}}
components:
  schemas:
    Thing:
      type: object
      properties:
        part: {$ref: '#/components/schemas/Part'}
    Part:
      type: object
      properties: {HERE}
";

#[test]
fn change_of_shared_schema_is_one_finding_with_all_operations() {
    let found =
        compare_filled(SHARED, "it: {type: string, enum: [a, b]}", "it: {type: string, enum: [a]}");
    let finding = only(&found);
    assert_eq!(finding.kind, ChangeKind::EnumValueRemoved);
    assert_eq!(finding.wire, WireVerdict::Breaking, "requests and responses contain it");
    assert_eq!(finding.operations, ["GET /things", "POST /things"]);
    assert_eq!(finding.message, "`Part.it` no longer has the value `b`");
}

#[test]
fn inline_copies_of_a_component_are_one_cause() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {responses: {'200': {content: {application/json: {schema: HERE}}}}}}
  /b: {get: {responses: {'200': {content: {application/json: {schema: HERE}}}}}}
  /c: {put: {requestBody: {content: {application/json: {schema: HERE}}}, responses: {}}}
components: {schemas: {It: {type: object, properties: {old: {type: string}}}}}
";

    let (component, copies) =
        ("{$ref: '#/components/schemas/It'}", "{type: object, properties: {new: {type: string}}}");
    for (base, revision) in [(component, copies), (copies, component)] {
        let found = compare_filled(template, base, revision);
        let removed = found
            .iter()
            .filter(|finding| finding.kind == ChangeKind::OptionalPropertyRemoved)
            .count();

        assert_eq!((removed, found.len()), (1, 2), "{}", display(&found));
        assert!(found.iter().all(|finding| finding.operations == ["GET /a", "GET /b", "PUT /c"]));
    }
}

#[test]
fn change_of_document_default_is_one_finding_for_all_operations() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
security: [{HERE: []}]
paths:
  /a: {get: {responses: {}}, put: {responses: {}}}
  /b: {get: {security: [], responses: {}}}
";
    let found = compare_filled(template, "token", "key");
    let finding = only(&found);

    assert_eq!(finding.operations, ["GET /a", "PUT /a"]);
    assert_eq!(finding.message, "GET /a (and 1 more) requires different credentials");
}

#[test]
fn read_only_property_does_not_affect_requests() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a:
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/It'}}}}
      responses: {}
components:
  schemas:
    It:
      type: object
      required: [HERE]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string}
";

    assert_eq!(only(&compare_filled(template, "name", "'name', 'id'")).wire, WireVerdict::None);
    assert_eq!(only(&compare_filled(template, "id", "'name', 'id'")).wire, WireVerdict::Breaking);
}

#[test]
fn unused_components_are_counted() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/Used'}}}}}
components:
  responses:
    Used: {description: Fine.}
    Unused: {description: HERE}
  schemas:
    Lone: {type: object, properties: {it: {$ref: '#/components/schemas/Other'}}}
    Other: {type: string, description: HERE}
    Same: {type: string}
";
    let fill = |text: &str| document(&template.replace("HERE", text));
    let comparison = compare_documents(&fill("Words."), &fill("Other words."));

    assert_eq!((comparison.findings.len(), comparison.unreached), (0, 2));
}

#[test]
fn subtypes_of_discriminated_schema_are_compared() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths: {/a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}}
components:
  schemas:
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: HERE}}}]}
";
    let found = compare_filled(template, "integer", "string");
    let finding = only(&found);

    assert_eq!(
        (finding.kind, finding.message.as_str()),
        (ChangeKind::TypeChanged, "`Cat.lives` has the type string instead of integer")
    );

    let more = "integer}}}]}\n    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {tricks: {type: integer";
    assert_eq!(only(&compare_filled(template, "integer", more)).kind, ChangeKind::UnionMemberAdded);
    assert_eq!(
        only(&compare_filled(template, more, "integer")).kind,
        ChangeKind::UnionMemberRemoved
    );
}

#[test]
fn moved_operation_is_matched_by_its_content() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  HERE:
    get: {summary: Lists., tags: [a], parameters: [{name: n, in: query, schema: {type: integer}}], responses: {}}
    delete: {responses: {}}
  /kept: {get: {responses: {}}}
";
    let found = compare_filled(template, "/things/{id}", "/rooms/{room}/things/{id}");
    let kinds: Vec<ChangeKind> = found.iter().map(|finding| finding.kind).collect();

    // An operation without a description is not matched by its content.
    assert_eq!(
        kinds,
        [ChangeKind::OperationRemoved, ChangeKind::OperationMoved, ChangeKind::OperationAdded]
    );
}

#[test]
fn replaced_reference_is_reported_at_the_reference() {
    let found =
        compare_filled(SHARED, "it: {$ref: '#/components/schemas/Thing'}", "it: {type: string}");
    let finding = only(&found);
    assert_eq!(finding.message, "`Part.it` has the type string instead of object");
    assert_eq!(finding.pointer.as_deref(), Some("/components/schemas/Part/properties/it"));
}

#[test]
fn differences_of_another_referenced_component_are_reported_at_the_reference() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/HERE'}}}}}}}
  /b: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Cup'}}}}}}}
components:
  schemas:
    Cup: {type: object, properties: {size: {type: integer}}}
    Pot: {type: object, properties: {size: {type: string}}}
";
    let found = compare_filled(template, "Cup", "Pot");
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    let location = "the response 200 of GET /a";
    let [type_change, reference_change] = &*messages else { panic!("{}", display(&found)) };

    assert_eq!(
        *type_change,
        format!("`size` of {location} has the type string instead of integer")
    );
    assert_eq!(
        *reference_change,
        format!("{location} refers to the component `Pot` instead of `Cup`")
    );
    assert!(found.iter().all(|finding| finding.operations == ["GET /a"]));
}

#[test]
fn parameter_of_path_is_one_finding_for_all_operations() {
    let template = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a:
    parameters: [HERE]
    get: {responses: {}}
    put: {responses: {}}
components: {parameters: {Limit: {name: limit, in: query, required: true, schema: {type: integer}}}}
";
    let found = compare_filled(template, "", "{$ref: '#/components/parameters/Limit'}");
    let finding = only(&found);

    assert_eq!(finding.kind, ChangeKind::RequiredParameterAdded);
    assert_eq!(finding.revision_pointer.as_deref(), Some("/paths/~1a/parameters/0"));
    assert_eq!(finding.operations, ["GET /a", "PUT /a"]);
}

#[test]
fn union_of_required_lists_is_a_limit() {
    let separate = "it: {type: object, properties: {a: {type: string}, b: {type: string}}}";
    let together = "it: {type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}";
    let kinds = |base, revision| -> Vec<ChangeKind> {
        compare_filled(SHARED, base, revision).iter().map(|finding| finding.kind).collect()
    };

    assert_eq!(
        kinds(separate, together),
        [ChangeKind::OptionalPropertyRemoved, ChangeKind::LimitTightened]
    );

    assert_eq!(
        kinds(together, separate),
        [ChangeKind::OptionalPropertyAdded, ChangeKind::LimitLoosened]
    );
}

#[test]
fn describing_a_required_property_is_not_a_new_property() {
    let bare = "it: {type: object, properties: {z: {}}, required: [a]}";
    let described = "it: {type: object, required: [a], properties: {z: {}, a: {type: string}}}";
    assert_eq!(only(&compare_filled(SHARED, bare, described)).kind, ChangeKind::TypeNarrowed);
    assert_eq!(only(&compare_filled(SHARED, described, bare)).kind, ChangeKind::TypeWidened);

    let optional = "it: {type: object, properties: {z: {}, a: {type: string}}}";
    assert_eq!(
        only(&compare_filled(SHARED, bare, optional)).kind,
        ChangeKind::PropertyBecameOptional
    );
    assert_eq!(
        only(&compare_filled(SHARED, optional, bare)).kind,
        ChangeKind::PropertyBecameRequired
    );

    let nothing = "it: {type: object, properties: {z: {}}}";
    assert_eq!(
        only(&compare_filled(SHARED, bare, nothing)).kind,
        ChangeKind::PropertyBecameOptional
    );
}
