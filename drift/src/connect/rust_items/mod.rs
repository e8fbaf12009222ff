//! The public items of the crate that are generated from a location in the normalised document.

use std::collections::{BTreeMap, BTreeSet};

use connect_codegen::diagnostic::{pointer_segment, unescaped_segment};
use connect_codegen::emit::names;
use connect_codegen::normalise::envelope_names::is_envelope;
use connect_codegen::openapi::walk::component_name;
use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::verdict::SourceVerdict;

/// The constant that contains the server URL.
const BASE_URL_ITEM: &str = "DEFAULT_BASE_URL";

/// The Rust items of both documents.
pub struct RustItems<'a> {
    base: DocumentItems<'a>,
    revision: DocumentItems<'a>,
    /// The models in both documents that only one of them uses in a request. Such a model has a
    /// constructor on one side only.
    constructor_changed: BTreeSet<&'a str>,
}

/// The Rust items of one document.
struct DocumentItems<'a> {
    document: &'a Value,
    /// The operations by method and path, each with its pointer.
    operations: BTreeMap<String, (String, &'a Value)>,
}

impl<'a> RustItems<'a> {
    /// Indexes two normalised documents.
    pub fn new(base: &'a Value, revision: &'a Value) -> Self {
        let (base, revision) = (DocumentItems::new(base), DocumentItems::new(revision));

        let (in_base, in_revision) = (base.request_models(), revision.request_models());
        let constructor_changed = in_base
            .symmetric_difference(&in_revision)
            .copied()
            .filter(|name| base.has_component(name) && revision.has_component(name))
            .collect();

        Self { base, revision, constructor_changed }
    }

    /// Fills in the affected Rust items of each finding.
    ///
    /// A component that is added or removed together with the changed element is affected too,
    /// unless another finding is about that component. So is the constructor of a model that requests
    /// start or stop to use because of the change.
    pub fn add_to(&self, findings: &mut [Finding]) {
        let mut named = BTreeSet::new();
        for finding in findings.iter_mut() {
            let items = self.direct_items(finding);
            named.extend(items.iter().cloned());
            finding.rust_items = items.into_iter().collect();
        }

        for finding in findings.iter_mut() {
            if finding.source >= SourceVerdict::Minor {
                let indirect = self.indirect_items(finding, &named);
                finding.rust_items.extend(indirect);
                finding.rust_items.sort();
                finding.rust_items.dedup();
            }
        }
    }

    /// Returns the items at the location of a finding.
    fn direct_items(&self, finding: &Finding) -> BTreeSet<String> {
        let old = finding.pointer.as_deref();
        let old = old.map(|pointer| self.base.items_at(pointer, finding.old.as_ref(), finding));
        let new = finding.revision_pointer.as_deref();
        let new = new.map(|pointer| self.revision.items_at(pointer, finding.new.as_ref(), finding));

        old.into_iter().chain(new).flatten().collect()
    }

    /// Returns the components and constructors that a finding adds or removes, except `named` ones.
    fn indirect_items(&self, finding: &Finding, named: &BTreeSet<String>) -> Vec<String> {
        let old = finding.pointer.as_deref().map(|at| self.base.components_below(at));
        let new = finding.revision_pointer.as_deref().map(|at| self.revision.components_below(at));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());

        let removed = old.iter().filter(|name| !self.revision.has_component(name));
        let added = new.iter().filter(|name| !self.base.has_component(name));
        let models = removed.chain(added).filter(|name| !is_envelope(name));
        let models = models.map(|name| format!("models::{name}"));

        let constructors = self.constructor_changed.iter();
        let constructors = constructors.filter(|name| old.contains(*name) || new.contains(*name));
        let constructors = constructors.map(|name| format!("models::{name}::new"));

        models.filter(|path| !named.contains(path)).chain(constructors).collect()
    }

    /// Returns the locations that an item is generated from: pointers into base and revision.
    pub fn locations(&self, item: &str) -> (Option<String>, Option<String>) {
        (self.base.location(item), self.revision.location(item))
    }

    /// Returns the operations of both documents that use an item.
    pub fn operations(&self, item: &str) -> Vec<String> {
        let (old, new) = (self.base.operations_using(item), self.revision.operations_using(item));
        let operations: BTreeSet<String> = old.into_iter().chain(new).collect();
        operations.into_iter().collect()
    }
}

impl<'a> DocumentItems<'a> {
    fn new(document: &'a Value) -> Self {
        let mut operations = BTreeMap::new();
        for (path, item) in members(&document["paths"]) {
            let methods = members(item).filter(|(_, value)| value["operationId"].is_string());
            for (method, operation) in methods {
                let pointer = format!("/paths/{}/{method}", pointer_segment(path));
                let name = format!("{} {path}", method.to_uppercase());
                operations.insert(name, (pointer, operation));
            }
        }

        Self { document, operations }
    }

    /// Returns the items generated from a location; `value` is the changed value of the finding.
    fn items_at(&self, pointer: &str, value: Option<&Value>, finding: &Finding) -> Vec<String> {
        let segments: Vec<String> = pointer.split('/').skip(1).map(unescaped_segment).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();

        match segments.as_slice() {
            ["servers", ..] => vec![BASE_URL_ITEM.to_owned()],
            ["components", "schemas", model, rest @ ..] => {
                match self.document["components"]["schemas"].get(model) {
                    // The client removes envelopes, so programs never see them.
                    Some(_) if is_envelope(model) => self.envelope_items(model, finding),
                    Some(schema) => self.model_items(model, schema, rest, value),
                    None => Vec::new(),
                }
            }
            ["paths", path, method, rest @ ..] => {
                let operation = &self.document["paths"][path][method];
                let id = operation["operationId"].as_str();
                id.map(|id| operation_items(id, operation, rest)).unwrap_or_default()
            }
            ["paths", path] => {
                let item = members(&self.document["paths"][path]);
                let ids = item.filter_map(|(_, operation)| operation["operationId"].as_str());
                ids.flat_map(|id| operation_items(id, &Value::Null, &[])).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the items generated from a location inside a model.
    fn model_items(
        &self,
        model: &str,
        schema: &Value,
        rest: &[&str],
        value: Option<&Value>,
    ) -> Vec<String> {
        let path = format!("models::{model}");
        match rest {
            ["properties", property, ..] => {
                let mut items = self.request_setters(model, property);
                items.push(format!("{path}::{}", names::field(property)));
                items
            }
            // The change is on the other side only, or does not concern a value.
            ["enum" | "oneOf", ..] if value.is_none() => Vec::new(),
            ["enum", ..] => {
                let variants = enum_variants(&path, schema, value);
                if variants.is_empty() { vec![path] } else { variants }
            }
            ["oneOf", index, ..] => {
                let member = &schema["oneOf"][parse_index(index)];
                match component_name(&member["properties"]["value"]) {
                    Some(name) => vec![format!("{path}::{name}")],
                    None => vec![path],
                }
            }
            _ => vec![path],
        }
    }

    /// Returns the setters generated from a property: the properties of an optional body are setters
    /// of the request.
    fn request_setters(&self, model: &str, property: &str) -> Vec<String> {
        let setter = |operation: &Value| {
            let body = operation.get("requestBody").filter(|body| body["required"] != true)?;
            let schema = &body["content"]["application/json"]["schema"];
            let envelope = &self.document["components"]["schemas"][component_name(schema)?];
            let is_body = component_name(&envelope["properties"]["data"]) == Some(model);
            let request = names::request(operation["operationId"].as_str()?);

            is_body.then(|| format!("requests::{request}::{}", names::field(property)))
        };

        self.operations.values().filter_map(|(_, operation)| setter(operation)).collect()
    }

    /// Returns the items of an envelope: what the operations of the finding send in it, or the
    /// response they receive in it.
    fn envelope_items(&self, envelope: &str, finding: &Finding) -> Vec<String> {
        let is_in = |body: &Value| {
            component_name(&body["content"]["application/json"]["schema"]) == Some(envelope)
        };
        let operations = finding.operations.iter().filter_map(|name| self.operations.get(name));
        let mut items = Vec::new();

        for (_, operation) in operations {
            let id = operation["operationId"].as_str().unwrap_or_default();
            if is_in(&operation["requestBody"]) {
                items.extend(operation_items(id, operation, &["requestBody"]));
            }

            let mut responses = members(&operation["responses"]);
            if let Some((status, _)) = responses.find(|(_, response)| is_in(response)) {
                items.extend(operation_items(id, operation, &["responses", status]));
            }
        }

        items
    }

    /// Returns the components that the value at a pointer refers to, directly or indirectly.
    fn components_below(&self, pointer: &str) -> BTreeSet<&'a str> {
        let mut components = BTreeSet::new();
        let mut pending: Vec<&Value> = self.document.pointer(pointer).into_iter().collect();
        while let Some(value) = pending.pop() {
            if let Some(name) = component_name(value)
                && components.insert(name)
            {
                pending.push(&self.document["components"]["schemas"][name]);
            }

            match value {
                Value::Object(members) => pending.extend(members.values()),
                Value::Array(items) => pending.extend(items),
                _ => {}
            }
        }

        components
    }

    /// Returns the models in request bodies. Programs construct them, so they have constructors.
    fn request_models(&self) -> BTreeSet<&'a str> {
        let bodies = self.operations.values().map(|(pointer, _)| format!("{pointer}/requestBody"));
        let models = bodies.flat_map(|pointer| self.components_below(&pointer));
        models.filter(|name| !is_envelope(name)).collect()
    }

    fn has_component(&self, name: &str) -> bool {
        self.document["components"]["schemas"].get(name).is_some()
    }

    /// Returns the pointer of the model or operation that an item is generated from.
    fn location(&self, item: &str) -> Option<String> {
        let (module, path) = item.split_once("::")?;
        let name = path.split("::").next()?;
        if module == "models" {
            let pointer = format!("/components/schemas/{}", pointer_segment(name));
            return self.has_component(name).then_some(pointer);
        }

        let mut operations = self.operations.values();
        let (pointer, _) = operations.find(|(_, operation)| has_item(operation, item))?;

        Some(pointer.clone())
    }

    fn operations_using(&self, item: &str) -> Vec<String> {
        let model = item.strip_prefix("models::");
        let uses_item = |pointer: &str, operation: &Value| match model {
            Some(model) => self.components_below(pointer).contains(model),
            None => has_item(operation, item),
        };

        let operations = self.operations.iter();
        let operations = operations.filter(|(_, (pointer, value))| uses_item(pointer, value));
        operations.map(|(name, _)| name.clone()).collect()
    }
}

/// Returns the variants for the changed values of an enum.
fn enum_variants(path: &str, schema: &Value, value: Option<&Value>) -> Vec<String> {
    let changed = match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(list) => strings(list),
        None => Vec::new(),
    };

    let values = strings(&schema["enum"]);
    let variants = names::variants(&values);
    let variants = values.iter().zip(variants).filter(|(value, _)| changed.contains(value));
    variants.map(|(_, variant)| format!("{path}::{variant}")).collect()
}

/// Whether an item of the client or of a request is generated from an operation.
fn has_item(operation: &Value, item: &str) -> bool {
    operation["operationId"]
        .as_str()
        .is_some_and(|id| operation_items(id, operation, &[]).iter().any(|path| path == item))
}

/// Returns the items generated from a location inside an operation.
fn operation_items(id: &str, operation: &Value, rest: &[&str]) -> Vec<String> {
    let method = format!("Client::{}", names::ident(id));
    let request = format!("requests::{}", names::request(id));

    match rest {
        ["parameters", index, ..] => {
            let parameter = &operation["parameters"][parse_index(index)];
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

/// Parses the index of a list item; an invalid index selects no item.
fn parse_index(segment: &str) -> usize {
    segment.parse().unwrap_or(usize::MAX)
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
