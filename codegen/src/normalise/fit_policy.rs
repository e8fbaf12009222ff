//! The policy as far as it fits a document that nobody has looked at yet.
//!
//! What the policy says of operations is needed from the first pass to the emitter, so it is made
//! to fit before the chain runs: moved operations keep their names, new ones get one, those that
//! are gone are left out.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde_json::{Map, Value};

use crate::changes::report::Changes;
use crate::changes::stale_rule::Rule;
use crate::diagnostic::{Diagnostic, Result};
use crate::normalise::passes::operations;
use crate::normalise::passes::routes;
use crate::openapi::walk;
use crate::policy::{Operation, Policy, Route};

/// Makes the policy fit. `before` is the document that it was written for, quirks and all.
pub(super) fn run(
    policy: &Policy,
    document: &Value,
    before: Option<&Value>,
    changes: &mut Changes,
) -> Result<Policy> {
    let mut fitting = policy.clone();
    let found = operations_of(document);
    let has = |route: &Route| found.iter().any(|(found, _)| found == route);
    let (mut kept, mut missing): (Vec<_>, Vec<_>) =
        fitting.operations.drain(..).partition(|entry| has(&entry.route));
    let known = before.map(operations_of).unwrap_or_default();
    let mut new: Vec<_> =
        found.iter().filter(|(route, _)| !kept.iter().any(|entry| entry.route == *route)).collect();

    for identity in IDENTITIES {
        new.retain(|(route, operation)| {
            let wanted = identity(route, operation);
            let is_it = |entry: &Operation| {
                let said = known.iter().find(|(route, _)| *route == entry.route);
                let said = said.map_or(&Value::Null, |(_, operation)| *operation);
                wanted.is_some() && identity(&entry.route, said) == wanted
            };

            let mut places = missing.iter().enumerate().filter(|(_, entry)| is_it(entry));
            let (Some((place, _)), None) = (places.next(), places.next()) else { return true };
            let mut entry = missing.remove(place);
            entry.route = (*route).clone();
            kept.push(entry);

            false
        });
    }

    for entry in &kept {
        if !policy.operations.iter().any(|known| known.route == entry.route) {
            let said = format!("`{}` has moved to `{}`", entry.id, entry.route);
            let problem = Diagnostic::at(entry.route.pointer(), said);
            let help = format!("correct its line in spec/policy.yaml:\n  - {entry}");
            changes.stale_rule(Rule::Policy, problem.help(help))?;
        }
    }

    for entry in &missing {
        changes.stale_rule(Rule::Policy, operations::gone(entry))?;
    }

    fitting.operations = kept;

    for (route, operation) in new {
        let entry = suggested(&fitting, &route.pointer(), operation);
        changes.stale_rule(Rule::Policy, operations::unknown(&route.pointer(), &entry))?;
        fitting.operations.push(entry);
    }

    for entry in &mut fitting.operations {
        let operation = found.iter().find(|(route, _)| *route == entry.route);
        let dropped = entry
            .arguments
            .iter()
            .find(|name| !operation.is_some_and(|(_, operation)| requires(operation, name)));

        if let Some(name) = dropped {
            let said = format!("`{name}`, which the policy orders, is no required parameter");
            changes.stale_rule(Rule::Policy, Diagnostic::at(entry.route.pointer(), said))?;
            entry.arguments.retain(|name| operation.is_some_and(|(_, it)| requires(it, name)));
        }
    }

    Ok(fitting)
}

/// An entry for an operation that the policy lacks: named as upstream names it, else after its
/// method and path; filed where operations are filed whose paths begin as its own.
pub(super) fn suggested(policy: &Policy, pointer: &str, operation: &Value) -> Operation {
    let path = walk::path_of(pointer);
    let method = pointer.rsplit('/').next().unwrap_or_default();

    let words = path.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(parameter) => format!("by {parameter}"),
        None => segment.to_owned(),
    });
    let described = words.fold(method.to_owned(), |name, word| format!("{name} {word}"));
    let names = [walk::text(operation, "operationId").unwrap_or_default(), &described]
        .map(|name| name.to_snake_case());

    let free = |name: &&String| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.is_ascii()
            && policy.operation(name).is_none()
    };
    let id = names.iter().find(free).unwrap_or(&names[1]).clone();

    let common = |entry: &&Operation| {
        let steps = entry.route.path().split('/').zip(path.split('/')).skip(1);
        steps.take_while(|(one, other)| one == other).count()
    };
    let nearest = policy.operations.iter().rev().filter(|entry| common(entry) > 0);

    let resource = match nearest.max_by_key(common) {
        Some(entry) => entry.resource.clone(),
        None => policy.resources.last().map(|resource| resource.name.clone()).unwrap_or_default(),
    };

    Operation {
        route: Route::new(method, path),
        id,
        resource,
        public: false,
        once: false,
        polled: false,
        awaited: false,
        arguments: Vec::new(),
        examples: BTreeMap::new(),
    }
}

/// What an operation is recognised by when its route is another, the surest first: upstream's id,
/// the route without the names of its parameters, what is said of it.
const IDENTITIES: [fn(&Route, &Value) -> Option<String>; 3] = [
    |_, operation| walk::text(operation, "operationId").map(str::to_owned),
    |route, _| {
        let steps = route.path().split('/');
        let steps = steps.map(|step| if step.starts_with('{') { "{}" } else { step });
        Some(format!("{} {}", route.method(), steps.collect::<Vec<_>>().join("/")))
    },
    |_, operation| walk::text(operation, "description").map(str::to_owned),
];

/// The operations of a document that is still as upstream writes it, by the routes that they will
/// have. What cannot be read is left to the pass whose business it is.
pub fn operations_of(document: &Value) -> Vec<(Route, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::iter);
    let mut found = Vec::new();
    for (path, item) in paths {
        let Some(path) = routes::plain_path(path) else { continue };
        for (method, operation) in item.as_object().into_iter().flat_map(Map::iter) {
            if walk::METHODS.contains(&method.as_str()) {
                found.push((Route::new(method, path.clone()), operation));
            }
        }
    }

    found
}

fn requires(operation: &Value, name: &str) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|parameter| {
        walk::text(parameter, "name") == Some(name) && parameter["required"] == true
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POLICY: &str = "
operations:
  - { id: list, route: GET /lists, resource: lists }
  - { id: get_list, route: 'GET /lists/{id}', resource: lists, once: true, arguments: [since] }
  - { id: status, route: GET /, resource: service, public: true }
resources: [{ name: lists, about: Lists. }, { name: service, about: The service. }]
names: { unions: {}, enums: {} }
quantities: []
";

    fn before() -> Value {
        let since = json!([{ "name": "since", "in": "query", "required": true }]);
        json!({ "paths": {
            "/": { "get": { "description": "Says how it is." } },
            "/lists?": { "get": { "operationId": "getLists" } },
            "/lists/{id}": { "get": { "parameters": since } },
        }})
    }

    /// The entries for a document, and what there is to say about them.
    fn fitted(document: &Value) -> (Vec<String>, Vec<String>) {
        let policy = Policy::parse(POLICY).unwrap();
        let mut changes = Changes::lenient();
        let policy = run(&policy, document, Some(&before()), &mut changes).unwrap();
        let said = changes.stale_rules.unwrap().into_iter().map(|lapse| lapse.problem.to_string());
        (policy.operations.iter().map(ToString::to_string).collect(), said.collect())
    }

    fn moved(from: &str, to: &str) -> Value {
        let mut document = before();
        let paths = document["paths"].as_object_mut().unwrap();
        let item = paths.shift_remove(from).unwrap();
        paths.insert(to.to_owned(), item);
        document
    }

    #[test]
    fn a_document_that_the_policy_fits_changes_nothing() {
        let policy = Policy::parse(POLICY).unwrap();
        let lines = policy.operations.iter().map(ToString::to_string).collect();
        assert_eq!(fitted(&before()), (lines, vec![]));
    }

    #[test]
    fn a_moved_operation_is_known_by_its_id_its_route_or_what_is_said_of_it() {
        for (from, to, entry) in [
            ("/lists?", "/tables", "{ id: list, route: \"GET /tables\", resource: lists }"),
            (
                "/lists/{id}",
                "/lists?/{list_id}",
                "{ id: get_list, route: \"GET /lists/{list_id}\", resource: lists, once: true, \
                 arguments: [since] }",
            ),
            (
                "/",
                "/health",
                "{ id: status, route: \"GET /health\", resource: service, public: true }",
            ),
        ] {
            let (entries, said) = fitted(&moved(from, to));
            assert_eq!((entries.len(), said.len()), (3, 1), "{from}: {said:?}");
            assert!(entries.iter().any(|found| found == entry), "{from}: {entries:?}");
            assert!(said[0].contains("has moved to"), "{from}: {said:?}");
        }
    }

    #[test]
    fn an_unknown_operation_gets_a_name_that_is_free_and_a_resource() {
        let mut document = before();
        for (path, id) in [("/lists/{id}/rows", None), ("/a", Some("list")), ("/b", Some("makeB"))]
        {
            document["paths"][path] = json!({ "put": {} });
            if let Some(id) = id {
                document["paths"][path]["put"]["operationId"] = id.into();
            }
        }

        let (entries, said) = fitted(&document);
        let new = [
            "{ id: put_lists_by_id_rows, route: \"PUT /lists/{id}/rows\", resource: lists }",
            "{ id: put_a, route: \"PUT /a\", resource: service }",
            "{ id: make_b, route: \"PUT /b\", resource: service }",
        ];

        assert_eq!(entries[3..], new);
        assert_eq!(said.len(), 3, "{said:?}");
    }

    #[test]
    fn what_is_gone_has_no_entry_and_no_order_of_arguments() {
        let mut document = before();
        document["paths"].as_object_mut().unwrap().shift_remove("/");
        document["paths"]["/lists/{id}"]["get"]["parameters"][0]["required"] = false.into();

        let (entries, said) = fitted(&document);
        assert_eq!(
            entries[1],
            "{ id: get_list, route: \"GET /lists/{id}\", resource: lists, once: true }"
        );
        assert_eq!(entries.len(), 2);
        assert!(said[0].contains("no longer has `GET /`"), "{said:?}");
        assert!(said[1].contains("`since`, which the policy orders"), "{said:?}");
    }

    #[test]
    fn two_operations_that_could_be_the_same_one_are_not() {
        let mut document = moved("/lists?", "/tables");
        document["paths"]["/others"] = document["paths"]["/tables"].clone();
        let (entries, _) = fitted(&document);
        let id = |route: &str| entries.iter().find(|entry| entry.contains(route)).cloned();

        // One of them keeps the name, the other cannot have it too.
        let (one, other) = (id("/tables").unwrap(), id("/others").unwrap());
        assert_ne!(one.split(',').next(), other.split(',').next());
    }
}
