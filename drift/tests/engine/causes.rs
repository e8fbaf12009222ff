//! One finding for each cause, judged where it reaches, however often it can be seen.

use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::Wire;

use super::documents::{between, compared, document, only, shown};

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
fn a_shared_schema_is_one_finding_at_its_worst_with_its_users() {
    let found =
        between(SHARED, "it: {type: string, enum: [a, b]}", "it: {type: string, enum: [a]}");
    let finding = only(&found);
    assert_eq!(finding.class, ChangeKind::EnumValueRemoved);
    assert_eq!(finding.wire, Wire::Breaking, "requests hold it, and responses");
    assert_eq!(finding.operations, ["GET /things", "POST /things"]);
    assert_eq!(finding.message, "`Part.it` no longer has value `b`");
}

#[test]
fn copies_in_one_document_of_a_component_of_the_other_are_one_cause() {
    let frame = "
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
        let found = between(frame, base, revision);
        let gone = found
            .iter()
            .filter(|finding| finding.class == ChangeKind::OptionalPropertyRemoved)
            .count();

        assert_eq!((gone, found.len()), (1, 2), "{}", shown(&found));
        assert!(found.iter().all(|finding| finding.operations == ["GET /a", "GET /b", "PUT /c"]));
    }
}

#[test]
fn what_the_document_says_for_all_operations_is_one_finding_of_all() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
security: [{HERE: []}]
paths:
  /a: {get: {responses: {}}, put: {responses: {}}}
  /b: {get: {security: [], responses: {}}}
";
    let found = between(frame, "token", "key");
    let finding = only(&found);

    assert_eq!(finding.operations, ["GET /a", "PUT /a"]);
    assert_eq!(finding.message, "GET /a (and 1 more) wants other credentials");
}

#[test]
fn what_is_read_only_is_not_judged_where_nobody_sends_it() {
    let frame = "
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

    assert_eq!(only(&between(frame, "name", "'name', 'id'")).wire, Wire::None);
    assert_eq!(only(&between(frame, "id", "'name', 'id'")).wire, Wire::Breaking);
}

#[test]
fn components_that_no_operation_reaches_are_counted() {
    let frame = "
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
    let filled = |value: &str| document(&frame.replace("HERE", value));
    let compared = compared(&filled("Words."), &filled("Other words."));

    assert_eq!((compared.findings.len(), compared.unreached), (0, 2));
}

#[test]
fn members_that_only_inherit_are_compared_and_counted() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths: {/a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}}
components:
  schemas:
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: HERE}}}]}
";
    let found = between(frame, "integer", "string");
    let finding = only(&found);

    assert_eq!(
        (finding.class, finding.message.as_str()),
        (ChangeKind::TypeChanged, "`Cat.lives` is of type string, and no longer integer")
    );

    let more = "integer}}}]}\n    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {tricks: {type: integer";
    assert_eq!(only(&between(frame, "integer", more)).class, ChangeKind::UnionMemberAdded);
    assert_eq!(only(&between(frame, more, "integer")).class, ChangeKind::UnionMemberRemoved);
}

#[test]
fn an_operation_is_found_again_by_what_is_said_of_it() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  HERE:
    get: {summary: Lists., tags: [a], parameters: [{name: n, in: query, schema: {type: integer}}], responses: {}}
    delete: {responses: {}}
  /kept: {get: {responses: {}}}
";
    let found = between(frame, "/things/{id}", "/rooms/{room}/things/{id}");
    let classes: Vec<ChangeKind> = found.iter().map(|finding| finding.class).collect();

    // The one without a word may be any, and is not taken for the same.
    assert_eq!(
        classes,
        [ChangeKind::OperationRemoved, ChangeKind::OperationMoved, ChangeKind::OperationAdded]
    );
}

#[test]
fn a_value_refers_elsewhere_and_the_place_is_blamed_not_the_component() {
    let found = between(SHARED, "it: {$ref: '#/components/schemas/Thing'}", "it: {type: string}");
    let finding = only(&found);
    assert_eq!(finding.message, "`Part.it` is of type string, and no longer object");
    assert_eq!(finding.pointer.as_deref(), Some("/components/schemas/Part/properties/it"));
}

#[test]
fn a_place_that_refers_to_another_component_is_blamed_for_what_that_brings() {
    let frame = "
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
    let found = between(frame, "Cup", "Pot");
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    let place = "the response 200 of GET /a";
    let [typed, referred] = &*messages else { panic!("{}", shown(&found)) };

    assert_eq!(*typed, format!("`size` of {place} is of type string, and no longer integer"));
    assert_eq!(*referred, format!("{place} leads to the component `Pot`, and no longer to `Cup`"));
    assert!(found.iter().all(|finding| finding.operations == ["GET /a"]));
}

#[test]
fn what_the_path_lists_is_one_cause_and_what_each_operation_lists_is_many() {
    let frame = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /a:
    parameters: [HERE]
    get: {responses: {}}
    put: {responses: {}}
components: {parameters: {Limit: {name: limit, in: query, required: true, schema: {type: integer}}}}
";
    let found = between(frame, "", "{$ref: '#/components/parameters/Limit'}");
    let finding = only(&found);

    assert_eq!(finding.class, ChangeKind::RequiredParameterAdded);
    assert_eq!(finding.revision_pointer.as_deref(), Some("/paths/~1a/parameters/0"));
    assert_eq!(finding.operations, ["GET /a", "PUT /a"]);
}

#[test]
fn a_union_that_only_wants_properties_together_is_a_limit() {
    let only = "it: {type: object, properties: {a: {type: string}, b: {type: string}}}";
    let together = "it: {type: object, properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}";
    let classes = |base, revision| -> Vec<ChangeKind> {
        between(SHARED, base, revision).iter().map(|finding| finding.class).collect()
    };

    assert_eq!(
        classes(only, together),
        [ChangeKind::OptionalPropertyRemoved, ChangeKind::LimitTightened]
    );

    assert_eq!(
        classes(together, only),
        [ChangeKind::OptionalPropertyAdded, ChangeKind::LimitLoosened]
    );
}

#[test]
fn a_name_that_is_required_without_a_word_is_no_new_property_when_it_is_described() {
    let bare = "it: {type: object, properties: {z: {}}, required: [a]}";
    let described = "it: {type: object, required: [a], properties: {z: {}, a: {type: string}}}";
    assert_eq!(only(&between(SHARED, bare, described)).class, ChangeKind::TypeNarrowed);
    assert_eq!(only(&between(SHARED, described, bare)).class, ChangeKind::TypeWidened);

    let optional = "it: {type: object, properties: {z: {}, a: {type: string}}}";
    assert_eq!(only(&between(SHARED, bare, optional)).class, ChangeKind::PropertyBecameOptional);
    assert_eq!(only(&between(SHARED, optional, bare)).class, ChangeKind::PropertyBecameRequired);

    let nothing = "it: {type: object, properties: {z: {}}}";
    assert_eq!(only(&between(SHARED, bare, nothing)).class, ChangeKind::PropertyBecameOptional);
}
