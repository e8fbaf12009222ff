//! The policy: names, resources and other decisions that the upstream document does not contain.
//! It is data in `spec/policy.yaml`.

mod entries;
pub mod operations;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Result};
use crate::io::yaml;
use crate::openapi::route::Route;
pub(crate) use entries::{UnusedEntries, stale_entry};

/// The content of `spec/policy.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// One entry per operation of the document.
    pub operations: Vec<OperationEntry>,
    /// The resources that group operations and models.
    pub resources: Vec<Resource>,
    /// Names for unions and enums, which have none in the upstream document.
    pub names: Names,
    /// Numbers that can be fractional although upstream declares them as whole.
    pub quantities: Vec<Quantity>,
    /// How lists are paginated.
    #[serde(default)]
    pub paging: Paging,
    /// Strings that `Debug` output and errors must redact.
    #[serde(default)]
    pub secrets: Vec<Secret>,
}

/// How lists are paginated.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The query parameter for the page number, from 1.
    pub parameter: String,
    /// The field that identifies an item, by model. Items of other models are compared as a whole.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
}

/// The policy's entry for an operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationEntry {
    /// The method and the path, such as `GET /clusters/{cluster_id}`.
    pub route: Route,
    /// The operation id, which is also the name of the client method.
    pub id: String,
    /// The resource that the operation belongs to.
    pub resource: String,
    /// Whether the operation needs no access token.
    #[serde(default)]
    pub public: bool,
    /// Whether the operation is not idempotent. It is then retried only if it was certainly not
    /// applied.
    #[serde(default)]
    pub once: bool,
    /// Whether programs poll the operation for changes.
    #[serde(default)]
    pub polled: bool,
    /// Whether the response is the status of an action in the cluster that callers can await.
    #[serde(default)]
    pub awaited: bool,
    /// The required query parameters, in the order of the method's arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Values for parameters in the generated documentation's example.
    #[serde(default)]
    pub examples: BTreeMap<String, String>,
}

/// A resource: one generated file of operations and one of models.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// The name, also of the generated files.
    pub name: String,
    /// A description of one sentence.
    pub about: String,
    /// Prefixes of the names of its models. The longest matching prefix of all resources decides.
    #[serde(default)]
    pub models: Vec<String>,
}

/// Names of unions and enums, by `Model.property`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    unions: BTreeMap<String, String>,
    enums: BTreeMap<String, String>,
}

/// A number that can be fractional.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// The number, as `Model.property`.
    pub at: String,
    /// The evidence.
    pub because: String,
}

/// A string that `Debug` output and errors must redact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// The string, as `Model.property` or `operation.parameter`.
    pub at: String,
    /// The evidence.
    pub because: String,
}

impl Policy {
    /// Parses a YAML text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a policy, if a resource or an operation is listed twice, if a
    /// resource's name is not a module name, or if an operation names an unknown resource.
    pub fn parse(text: &str) -> Result<Self> {
        let policy: Self = yaml::parse(text)?;
        policy.validate_resources()?;
        policy.validate_operations()?;

        Ok(policy)
    }

    fn validate_resources(&self) -> Result<()> {
        for (index, resource) in self.resources.iter().enumerate() {
            let pointer = format!("/resources/{index}/name");
            let name = &resource.name;

            let is_snake_case = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if !is_snake_case || syn::parse_str::<syn::Ident>(name).is_err() {
                let message = format!("`{name}` is not a valid name of a Rust module");
                return Err(Diagnostic::at(pointer, message)
                    .help("use lower-case letters and `_`, and no keyword"));
            }

            if self.resources[..index].iter().any(|other| other.name == *name) {
                return Err(Diagnostic::at(pointer, format!("duplicate resource `{name}`")));
            }
        }

        Ok(())
    }

    fn validate_operations(&self) -> Result<()> {
        for (index, entry) in self.operations.iter().enumerate() {
            let mut earlier = self.operations[..index].iter();
            if earlier.any(|other| other.id == entry.id || other.route == entry.route) {
                return Err(Diagnostic::at(
                    format!("/operations/{index}"),
                    format!("duplicate id or route of the operation `{}`", entry.id),
                ));
            }

            if !self.resources.iter().any(|resource| resource.name == entry.resource) {
                return Err(Diagnostic::at(
                    format!("/operations/{index}/resource"),
                    format!("unknown resource `{}`", entry.resource),
                )
                .help("correct the name, or add the resource under `resources`"));
            }
        }

        Ok(())
    }

    /// The entry for the operation at, or above, a pointer of the form `/paths/<path>/<method>…`.
    pub fn operation_at(&self, pointer: &str) -> Option<&OperationEntry> {
        self.operations.iter().find(|entry| {
            pointer
                .strip_prefix(&entry.route.pointer())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The entry with an operation id.
    pub fn operation(&self, id: &str) -> Option<&OperationEntry> {
        self.operations.iter().find(|entry| entry.id == id)
    }

    /// The resource that a model belongs to: the one with the longest matching prefix.
    pub fn resource_of(&self, model: &str) -> Option<&Resource> {
        let resources = self.resources.iter();
        let matching = resources.filter_map(|resource| {
            resource.longest_prefix_of(model).map(|prefix| (prefix.len(), resource))
        });

        matching.max_by_key(|(length, _)| *length).map(|(_, resource)| resource)
    }

    /// Diagnostics for the model prefixes of resources that decide the resource of no model.
    pub(crate) fn unused_model_prefixes<'m>(
        &self,
        models: impl Iterator<Item = &'m str> + Clone,
    ) -> Vec<Diagnostic> {
        let is_used = |resource: &Resource, prefix: &str| {
            models.clone().any(|model| {
                resource.longest_prefix_of(model) == Some(prefix)
                    && self.resource_of(model).is_some_and(|of| of.name == resource.name)
            })
        };

        let mut unused = Vec::new();
        for (resource_index, resource) in self.resources.iter().enumerate() {
            for (index, prefix) in resource.models.iter().enumerate() {
                if !is_used(resource, prefix) {
                    unused.push(stale_entry(
                        format!("/resources/{resource_index}/models/{index}"),
                        &format!("no model belongs to the prefix `{prefix}`"),
                    ));
                }
            }
        }

        unused
    }

    /// The names of unions, by the pointer of a property that is such a union.
    pub(crate) fn union_names(&self) -> UnusedEntries<String> {
        let names = self.names.unions.iter();
        UnusedEntries::new(
            "/names/unions",
            names.map(|(property, name)| (property.as_str(), property, name.clone())),
        )
    }

    /// The names of enums, by the pointer of a property that is such an enum.
    pub(crate) fn enum_names(&self) -> UnusedEntries<String> {
        let names = self.names.enums.iter();
        UnusedEntries::new(
            "/names/enums",
            names.map(|(property, name)| (property.as_str(), property, name.clone())),
        )
    }

    /// The numbers that can be fractional, by their pointer.
    pub(crate) fn fractional_numbers(&self) -> UnusedEntries<()> {
        let quantities = self.quantities.iter().enumerate();
        UnusedEntries::new(
            "/quantities",
            quantities.map(|(index, quantity)| (quantity.at.as_str(), index, ())),
        )
    }
}

impl Resource {
    fn longest_prefix_of(&self, model: &str) -> Option<&str> {
        let prefixes = self.models.iter().map(String::as_str);
        prefixes.filter(|prefix| model.starts_with(prefix)).max_by_key(|prefix| prefix.len())
    }
}

/// Formats the entry as a line of the policy, to be copied into `spec/policy.yaml`.
impl fmt::Display for OperationEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, id, resource, public, once, polled, awaited, arguments, examples } = self;
        write!(f, "{{ id: {id}, route: \"{route}\", resource: {resource}")?;

        let flags = [("public", public), ("once", once), ("polled", polled), ("awaited", awaited)];
        for (flag, is_set) in flags {
            if *is_set {
                write!(f, ", {flag}: true")?;
            }
        }

        if !arguments.is_empty() {
            write!(f, ", arguments: [{}]", arguments.join(", "))?;
        }

        if !examples.is_empty() {
            let pairs: Vec<String> =
                examples.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            write!(f, ", examples: {{ {} }}", pairs.join(", "))?;
        }

        f.write_str(" }")
    }
}
