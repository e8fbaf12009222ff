//! The policy as far as it fits a document that nobody has looked at yet.
//!
//! What the policy says of operations is needed from the first pass to the emitter, so it is made
//! to fit before the chain runs: moved operations keep their names, new ones get one, those that
//! are gone are left out.

use heck::ToSnakeCase as _;
use serde_json::{Map, Value};

use super::{Changes, Rule, operations, routes, walk};
use crate::policy::{Operation, Policy, Route};
use crate::problem::{Problem, Result};

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
            let problem = Problem::at(entry.route.pointer(), said);
            let help = format!("correct its line in spec/policy.yaml:\n  - {entry}");
            changes.lapse(Rule::Policy, problem.help(help))?;
        }
    }
    for entry in &missing {
        changes.lapse(Rule::Policy, operations::gone(entry))?;
    }
    fitting.operations = kept;
    for (route, operation) in new {
        let entry = suggested(&fitting, &route.pointer(), operation);
        changes.lapse(Rule::Policy, operations::unknown(&route.pointer(), &entry))?;
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
            changes.lapse(Rule::Policy, Problem::at(entry.route.pointer(), said))?;
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
        arguments: Vec::new(),
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
