//! The public items of the crate that a place in the normalised document becomes.

use std::collections::{BTreeMap, BTreeSet};

use connect_codegen::diagnostic::{pointer_segment, unescaped_segment};
use connect_codegen::emit::names;
use connect_codegen::normalise::envelope::is_envelope;
use connect_codegen::openapi::walk::component_name;
use serde_json::{Map, Value};

use super::Normal;
use crate::finding::{Finding, Source};

/// Where the address of the service is compiled in.
const SERVER: &str = "DEFAULT_BASE_URL";

/// The items of both sides.
pub struct Items<'a> {
    base: Side<'a>,
    revision: Side<'a>,
    /// The models of both sides that programs build on one side only.
    built: BTreeSet<&'a str>,
}

/// What one document becomes.
struct Side<'a> {
    document: &'a Value,
    /// The operations, by method and path, with their pointers.
    operations: BTreeMap<String, (String, &'a Value)>,
}

impl<'a> Items<'a> {
    /// The items that two normalised documents become.
    pub(super) fn of(base: &'a Normal, revision: &'a Normal) -> Self {
        let (base, revision) = (Side::of(&base.document.value), Side::of(&revision.document.value));
        let (one, other) = (base.built(), revision.built());
        let changed = one.symmetric_difference(&other).copied();
        let built = changed.filter(|name| base.has(name) && revision.has(name)).collect();
        Self { base, revision, built }
    }

    /// Gives findings the items that they touch. A component that comes or goes with what a
    /// finding is about is one of them, unless a finding is about that component itself; so is the
    /// constructor of a model that programs build, or no longer do, because of it.
    pub fn name(&self, findings: &mut [Finding]) {
        let mut named = BTreeSet::new();
        for finding in findings.iter_mut() {
            let old = finding.pointer.as_deref();
            let old = old.map(|at| self.base.items(at, finding.old.as_ref(), finding));
            let new = finding.revision_pointer.as_deref();
            let new = new.map(|at| self.revision.items(at, finding.new.as_ref(), finding));
            let items: BTreeSet<String> = old.into_iter().chain(new).flatten().collect();

            named.extend(items.iter().cloned());
            finding.rust_items = items.into_iter().collect();
        }

        for finding in findings.iter_mut().filter(|finding| finding.source >= Source::Minor) {
            let old = finding.pointer.as_deref().map(|at| self.base.reached(at));
            let new = finding.revision_pointer.as_deref().map(|at| self.revision.reached(at));
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            let moved = old.iter().filter(|name| !self.revision.has(name));
            let moved = moved.chain(new.iter().filter(|name| !self.base.has(name)));
            let moved = moved.filter(|name| !is_envelope(name));
            let moved = moved.map(|name| format!("models::{name}"));

            finding.rust_items.extend(moved.filter(|path| !named.contains(path)));
            let built = self.built.iter().filter(|name| old.contains(*name) || new.contains(*name));
            finding.rust_items.extend(built.map(|name| format!("models::{name}::new")));
            finding.rust_items.sort();
            finding.rust_items.dedup();
        }
    }

    /// Where an item comes from: pointers into base and revision.
    pub fn places(&self, item: &str) -> (Option<String>, Option<String>) {
        (self.base.place(item), self.revision.place(item))
    }

    /// The operations of either document that an item is for.
    pub fn operations(&self, item: &str) -> Vec<String> {
        let of = |side: &Side| side.operations_of(item);
        let both: BTreeSet<String> = of(&self.base).into_iter().chain(of(&self.revision)).collect();
        both.into_iter().collect()
    }
}

impl<'a> Side<'a> {
    fn of(document: &'a Value) -> Self {
        let mut operations = BTreeMap::new();
        for (path, item) in members(&document["paths"]) {
            for (method, operation) in members(item).filter(|(_, it)| it["operationId"].is_string())
            {
                let pointer = format!("/paths/{}/{method}", pointer_segment(path));
                let name = format!("{} {path}", method.to_uppercase());
                operations.insert(name, (pointer, operation));
            }
        }

        Self { document, operations }
    }

    /// The items that the place at a pointer becomes, of which a finding gives a value.
    fn items(&self, pointer: &str, value: Option<&Value>, finding: &Finding) -> Vec<String> {
        let steps: Vec<String> = pointer.split('/').skip(1).map(unescaped_segment).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();

        match steps.as_slice() {
            ["servers", ..] => vec![SERVER.to_owned()],
            ["components", "schemas", model, rest @ ..] => {
                match self.document["components"]["schemas"].get(model) {
                    // An envelope is opened before programs see it.
                    Some(_) if is_envelope(model) => self.of_envelope(model, finding),
                    Some(schema) => self.of_model(model, schema, rest, value),
                    None => Vec::new(),
                }
            }
            ["paths", path, method, rest @ ..] => {
                let operation = &self.document["paths"][path][method];
                let id = operation["operationId"].as_str();
                id.map(|id| of_operation(id, operation, rest)).unwrap_or_default()
            }
            ["paths", path] => {
                let item = members(&self.document["paths"][path]);
                let ids = item.filter_map(|(_, operation)| operation["operationId"].as_str());
                ids.flat_map(|id| of_operation(id, &Value::Null, &[])).collect()
            }
            _ => Vec::new(),
        }
    }

    fn of_model(
        &self,
        model: &str,
        schema: &Value,
        rest: &[&str],
        value: Option<&Value>,
    ) -> Vec<String> {
        let path = format!("models::{model}");
        match rest {
            ["properties", property, ..] => {
                let field = names::field(property);
                // The fields of an optional body are setters of the request.
                let requests = self.operations.values().filter_map(|(_, operation)| {
                    let body = operation.get("requestBody").filter(|it| it["required"] != true)?;
                    let schema = &body["content"]["application/json"]["schema"];
                    let envelope = &self.document["components"]["schemas"][component_name(schema)?];
                    let holds = component_name(&envelope["properties"]["data"]) == Some(model);
                    let request = names::request(operation["operationId"].as_str()?);

                    holds.then(|| format!("requests::{request}::{field}"))
                });

                requests.chain([format!("{path}::{field}")]).collect()
            }
            // Nothing of this side, or no value at all, is what changed.
            ["enum" | "oneOf", ..] if value.is_none() => Vec::new(),
            ["enum", ..] => {
                let values = strings(&schema["enum"]);
                let variants = names::variants(&values);

                let given = value.map(|value| match value {
                    Value::String(text) => vec![text.clone()],
                    list => strings(list),
                });
                let given = given.unwrap_or_default();
                let variants =
                    values.iter().zip(variants).filter(|(value, _)| given.contains(value));
                let found: Vec<String> =
                    variants.map(|(_, variant)| format!("{path}::{variant}")).collect();

                if found.is_empty() { vec![path] } else { found }
            }
            ["oneOf", index, ..] => {
                let member = &schema["oneOf"][index.parse::<usize>().unwrap_or(usize::MAX)];
                match component_name(&member["properties"]["value"]) {
                    Some(name) => vec![format!("{path}::{name}")],
                    None => vec![path],
                }
            }
            _ => vec![path],
        }
    }

    /// What an envelope is of the operations of a finding: what they are told, or what they answer.
    fn of_envelope(&self, envelope: &str, finding: &Finding) -> Vec<String> {
        let is_in = |holder: &Value| {
            component_name(&holder["content"]["application/json"]["schema"]) == Some(envelope)
        };
        let operations = finding.operations.iter().filter_map(|name| self.operations.get(name));
        let mut items = Vec::new();

        for (_, operation) in operations {
            let id = operation["operationId"].as_str().unwrap_or_default();
            if is_in(&operation["requestBody"]) {
                items.extend(of_operation(id, operation, &["requestBody"]));
            }

            let mut statuses = members(&operation["responses"]);
            if let Some((status, _)) = statuses.find(|(_, response)| is_in(response)) {
                items.extend(of_operation(id, operation, &["responses", status]));
            }
        }

        items
    }

    /// The components inside what stands at a pointer.
    fn reached(&self, pointer: &str) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Value> = self.document.pointer(pointer).into_iter().collect();
        while let Some(value) = open.pop() {
            if let Some(name) = component_name(value)
                && found.insert(name)
            {
                open.push(&self.document["components"]["schemas"][name]);
            }

            match value {
                Value::Object(members) => open.extend(members.values()),
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }

        found
    }

    /// The models that programs build: what the bodies of requests hold.
    fn built(&self) -> BTreeSet<&'a str> {
        let operations = self.operations.values();
        let held =
            operations.flat_map(|(pointer, _)| self.reached(&format!("{pointer}/requestBody")));
        held.filter(|name| !is_envelope(name)).collect()
    }

    fn has(&self, component: &str) -> bool {
        self.document["components"]["schemas"].get(component).is_some()
    }

    fn place(&self, item: &str) -> Option<String> {
        let (room, name) = item.split_once("::")?;
        let name = name.split("::").next()?;
        if room == "models" {
            let pointer = format!("/components/schemas/{}", pointer_segment(name));
            return self.has(name).then_some(pointer);
        }

        let mut operations = self.operations.values();
        let found = operations.find(|(_, operation)| is_of(operation, item))?;

        Some(found.0.clone())
    }

    fn operations_of(&self, item: &str) -> Vec<String> {
        let model = item.strip_prefix("models::");
        let for_it = self.operations.iter().filter(|(_, (pointer, operation))| match model {
            Some(model) => self.reached(pointer).contains(model),
            None => is_of(operation, item),
        });
        for_it.map(|(name, _)| name.clone()).collect()
    }
}

/// Whether an item of the client or of the requests is an operation's.
fn is_of(operation: &Value, item: &str) -> bool {
    operation["operationId"]
        .as_str()
        .is_some_and(|id| of_operation(id, operation, &[]).iter().any(|path| path == item))
}

/// The items of a place inside an operation.
fn of_operation(id: &str, operation: &Value, rest: &[&str]) -> Vec<String> {
    let method = format!("Client::{}", names::ident(id));
    let request = format!("requests::{}", names::request(id));

    match rest {
        ["parameters", index, ..] => {
            let parameter = &operation["parameters"][index.parse::<usize>().unwrap_or(usize::MAX)];
            match (parameter["required"] == true, parameter["name"].as_str()) {
                (false, Some(name)) => vec![format!("{request}::{}", names::ident(name))],
                _ => vec![method],
            }
        }
        ["requestBody", ..] if operation["requestBody"]["required"] == true => vec![method],
        ["requestBody", ..] => vec![request],
        ["responses", status, ..] if status.starts_with('2') => vec![format!("{request}::send")],
        ["responses"] | [] => vec![method, request],
        _ => vec![method],
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn strings(value: &Value) -> Vec<String> {
    let values = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    values.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
