//! What we decide and upstream does not say: names, resources, and the like, all of it data
//! in `spec/policy.yaml`.

mod entries;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::io::yaml;
pub(crate) use entries::Unused;

/// The file, as problems of its entries name it.
pub(crate) const FILE: &str = "spec/policy.yaml";

/// The content of `spec/policy.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Every operation, by route.
    pub operations: Vec<Operation>,
    /// The resources in which operations and models are filed.
    pub resources: Vec<Resource>,
    /// Names for what upstream leaves without one, by `Model.property`.
    pub names: Names,
    /// Numbers that may carry a fraction although upstream gives them as whole.
    pub quantities: Vec<Quantity>,
    /// How lists come in pages.
    #[serde(default)]
    pub paging: Paging,
    /// Strings that must not show.
    #[serde(default)]
    pub secrets: Vec<Secret>,
}

/// How lists come in pages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The query parameter that asks for a page by its number, from 1.
    pub parameter: String,
    /// The field that tells the items of a model apart; of other models all of it does.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
}

/// What we say of an operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its method and path, as in `GET /clusters/{cluster_id}`.
    pub route: Route,
    /// The name of our method.
    pub id: String,
    /// The resource in which it is filed.
    pub resource: String,
    /// Whether it wants no token.
    #[serde(default)]
    pub public: bool,
    /// Whether each call does something anew, so that it is not simply tried again.
    #[serde(default)]
    pub once: bool,
    /// Whether programs call it again and again to see what has changed.
    #[serde(default)]
    pub polled: bool,
    /// Whether its answer is the status of an action in the cluster, whose end can be waited for.
    #[serde(default)]
    pub awaited: bool,
    /// The required query values in the order in which a caller expects them.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What the example in the documentation gives for parameters whose name says too little.
    #[serde(default)]
    pub examples: BTreeMap<String, String>,
}

/// A method and a path template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Route {
    method: String,
    path: String,
}

/// A resource: a file of operations and one of models.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its name, also that of the files.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The beginnings of the names of its models; the longest that fits decides.
    #[serde(default)]
    pub models: Vec<String>,
}

/// Names by `Model.property`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    unions: BTreeMap<String, String>,
    enums: BTreeMap<String, String>,
}

/// A number that may carry a fraction.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Where, as `Model.property`.
    pub at: String,
    /// The evidence.
    pub because: String,
}

/// A string that must not show: neither in `Debug` nor in errors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Where, as `Model.property` or `operation.parameter`.
    pub at: String,
    /// The evidence.
    pub because: String,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(text: &str) -> Result<Self> {
        let policy: Self = yaml::parse(text)?;
        for (index, resource) in policy.resources.iter().enumerate() {
            let word = resource.name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if !word || syn::parse_str::<syn::Ident>(&resource.name).is_err() {
                return Err(Diagnostic::at(
                    format!("/resources/{index}/name"),
                    format!("`{}` cannot be the name of a Rust module", resource.name),
                ));
            }

            if policy.resources[..index].iter().any(|other| other.name == resource.name) {
                return Err(Diagnostic::at(
                    format!("/resources/{index}/name"),
                    format!("`{}` is there twice", resource.name),
                ));
            }
        }

        for (index, operation) in policy.operations.iter().enumerate() {
            let before = &policy.operations[..index];
            if before.iter().any(|other| other.id == operation.id || other.route == operation.route)
            {
                return Err(Diagnostic::at(
                    format!("/operations/{index}"),
                    format!("`{}` is there twice", operation.id),
                ));
            }

            if !policy.resources.iter().any(|resource| resource.name == operation.resource) {
                return Err(Diagnostic::at(
                    format!("/operations/{index}/resource"),
                    format!("there is no resource `{}`", operation.resource),
                ));
            }
        }

        Ok(policy)
    }

    /// The operation at a pointer of the form `/paths/<path>/<method>…`.
    pub fn operation_at(&self, pointer: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| {
            pointer
                .strip_prefix(&operation.route.pointer())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The operation of an id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The resource in which a model is filed.
    pub fn resource_of(&self, model: &str) -> Option<&Resource> {
        let fit = |resource: &Resource| {
            resource
                .models
                .iter()
                .filter(|start| model.starts_with(start.as_str()))
                .map(String::len)
                .max()
        };

        self.resources
            .iter()
            .filter(|resource| fit(resource).is_some())
            .max_by_key(|resource| fit(resource))
    }

    /// The beginnings of names under `resources` by which none of these models is filed.
    pub(crate) fn prefixes_without<'m>(
        &self,
        models: impl Iterator<Item = &'m str> + Clone,
    ) -> Vec<Diagnostic> {
        let used = |resource: &Resource, start: &str| {
            models.clone().any(|model| {
                let longest = |other: &&String| model.starts_with(other.as_str());
                let longest = resource.models.iter().filter(longest).max_by_key(|it| it.len());
                longest.is_some_and(|longest| longest == start)
                    && self.resource_of(model).is_some_and(|of| of.name == resource.name)
            })
        };
        let mut unused = Vec::new();
        for (at, resource) in self.resources.iter().enumerate() {
            for (index, start) in resource.models.iter().enumerate() {
                if !used(resource, start) {
                    let said = format!("no model is filed by the beginning `{start}`");
                    unused.push(
                        Diagnostic::at(format!("/resources/{at}/models/{index}"), said)
                            .in_file(FILE)
                            .help("upstream has changed there: correct or remove it"),
                    );
                }
            }
        }

        unused
    }

    /// The names of unions, each to be used.
    pub(crate) fn union_names(&self) -> Unused<String> {
        let names = self.names.unions.iter();
        Unused::of("/names/unions", names.map(|(at, name)| (at.as_str(), at, name.clone())))
    }

    /// The names of enums, each to be used.
    pub(crate) fn enum_names(&self) -> Unused<String> {
        let names = self.names.enums.iter();
        Unused::of("/names/enums", names.map(|(at, name)| (at.as_str(), at, name.clone())))
    }

    /// The quantities, each to be used.
    pub(crate) fn quantities(&self) -> Unused<()> {
        let quantities = self.quantities.iter().enumerate();
        Unused::of("/quantities", quantities.map(|(index, it)| (it.at.as_str(), index, ())))
    }
}

impl Route {
    /// A method, in whatever case, and a path template.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_ascii_lowercase(), path: path.into() }
    }

    /// The method, in small letters.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its place in a document.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", pointer_segment(&self.path), self.method)
    }
}

/// The entry as a line of the policy.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, id, resource, public, once, polled, awaited, arguments, examples } = self;
        write!(f, "{{ id: {id}, route: \"{route}\", resource: {resource}")?;
        let flags = [("public", public), ("once", once), ("polled", polled), ("awaited", awaited)];

        for (flag, set) in flags {
            if *set {
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

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') => Ok(Self::new(method, path)),
            _ => Err(format!("`{text}` is not a route such as `GET /clusters`")),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.to_ascii_uppercase(), self.path)
    }
}
