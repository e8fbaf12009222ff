//! `supplement.yaml`: what the page cannot show, each entry with its evidence.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::counts::Counts;
use super::page::{Kind, Page};
use crate::diagnostic::{Diagnostic, Location, Result};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplement {
    /// How much a whole page holds.
    pub expect: Counts,
    pub info: Info,
    pub operations: Operations,
    pub operation_ids: OperationIds,
    pub envelope: Envelope,
    pub responses: Responses,
    pub arrays: Vec<Arrays>,
    pub maps: Vec<Maps>,
    pub unions: Vec<Unions>,
}

/// Where an entry comes from. A guess is not among the choices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for the readers of the file; that it is there is all we check")]
pub struct Evidence {
    confidence: Confidence,
    source: String,
    because: String,
}

/// How sure an entry is.
#[derive(Debug, Deserialize)]
enum Confidence {
    /// Attested for this API.
    A,
    /// Attested for the printers' own API, whose documents this one relays.
    #[serde(rename = "A-local")]
    ALocal,
    /// Inferred.
    I,
}

/// The document's `info`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub title: String,
    pub description: String,
    pub version: String,
}

/// What all operations have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub tag: String,
    pub collection_format: String,
}

/// The ids that are known, by operation (`GET /clusters?`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationIds {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub ids: BTreeMap<String, Spanned<String>>,
}

/// The models of what surrounds the data of a response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub errors: Spanned<String>,
    pub meta: Spanned<String>,
    pub links: Spanned<String>,
}

/// The model of the data of each response, by operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responses {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub models: BTreeMap<String, Spanned<String>>,
}

/// Properties shown as `[...]` whose items are alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrays {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    /// `string`, or a model.
    pub items: Spanned<String>,
    /// How many values the enum of the items has.
    #[serde(default)]
    pub enum_count: Option<u64>,
    /// As `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// Properties shown as `{...}` whose values are of a known type; the others are free-form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maps {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    /// `number` or `string`.
    pub values: Primitive,
    /// As `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// A type of the values of a map.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Primitive {
    /// `string`
    String,
    /// `number`
    Number,
}

/// Unions with the same known members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unions {
    #[expect(dead_code, reason = "for the readers of the file")]
    evidence: Evidence,
    pub members: Vec<Spanned<String>>,
    /// As `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// Reads the file.
pub fn parse(text: &str) -> Result<Supplement> {
    serde_saphyr::from_str(text).map_err(|error| {
        let message = error.without_snippet().to_string();
        let Some(at) = error.location() else { return Diagnostic::new(message) };

        // The message ends with the place, which a problem keeps apart.
        let (line, column) = (at.line(), at.column());
        let place = format!(" at line {line}, column {column}");

        Diagnostic {
            location: Some(Location::Column(line as usize, column as usize)),
            ..Diagnostic::new(message.trim_end_matches(&place))
        }
    })
}

impl Supplement {
    /// The type of the items of `Model.property`.
    pub fn items(&self, property: &str) -> Option<&Arrays> {
        self.arrays.iter().find(|it| lists(&it.properties, property))
    }

    /// The type of the values of `Model.property`.
    pub fn values(&self, property: &str) -> Option<Primitive> {
        self.maps.iter().find(|it| lists(&it.properties, property)).map(|it| it.values)
    }

    /// The members of the union `Model.property`.
    pub fn members(&self, property: &str) -> Option<&[Spanned<String>]> {
        let union = self.unions.iter().find(|it| lists(&it.properties, property));
        union.map(|it| it.members.as_slice())
    }

    /// Refuses an entry that the page has no use for.
    pub fn check(&self, page: &Page) -> Result<()> {
        let operations: BTreeMap<_, _> = page.operations.iter().map(|it| (it.key(), it)).collect();
        for (key, id) in &self.operation_ids.ids {
            if !operations.contains_key(key) {
                return Err(at(id, format!("`{key}` is not an operation of the page")));
            }
        }

        for (key, model) in &self.responses.models {
            let operation = operations
                .get(key)
                .ok_or_else(|| at(model, format!("`{key}` is not an operation of the page")))?;
            let mut responses = operation.responses.iter();

            if !responses.any(|it| it.status < 400 && it.example.is_some()) {
                return Err(at(
                    model,
                    format!("`{key}` shows no data that a model could describe"),
                ));
            }
        }

        self.check_models(page)?;
        self.check_properties(page)
    }

    fn check_models(&self, page: &Page) -> Result<()> {
        let models: HashSet<_> = page.models.iter().map(|model| model.name.as_str()).collect();
        let named = [&self.envelope.errors, &self.envelope.meta, &self.envelope.links]
            .into_iter()
            .chain(self.responses.models.values())
            .chain(self.arrays.iter().map(|it| &it.items).filter(|it| it.value != "string"))
            .chain(self.unions.iter().flat_map(|it| &it.members));

        for model in named {
            if !models.contains(model.value.as_str()) {
                return Err(at(model, format!("`{}` is not a model of the page", model.value)));
            }
        }

        let mut counted =
            self.arrays.iter().filter(|it| it.enum_count.is_some()).map(|it| &it.items);
        match counted.find(|items| items.value != "string") {
            Some(model) => Err(at(model, "only the enum of a string has a count".to_owned())),
            None => Ok(()),
        }
    }

    fn check_properties(&self, page: &Page) -> Result<()> {
        let shown = |kind: fn(&Kind) -> bool| -> HashSet<String> {
            let models = page.models.iter();
            models
                .flat_map(|model| {
                    let properties = model.properties.iter().filter(|it| kind(&it.kind));
                    properties.map(|it| format!("{}.{}", model.name, it.name))
                })
                .collect()
        };

        let check = |mut unclaimed: HashSet<String>, named: Vec<&Spanned<String>>, what: &str| {
            for property in named {
                if !unclaimed.remove(&property.value) {
                    let message = format!(
                        "the page shows no {what} `{}`, or it has an entry already",
                        property.value
                    );
                    return Err(at(property, message));
                }
            }

            Ok(())
        };
        let arrays = self.arrays.iter().flat_map(|it| &it.properties).collect();
        check(shown(|kind| matches!(kind, Kind::Array)), arrays, "array")?;

        let maps = self.maps.iter().flat_map(|it| &it.properties).collect();
        check(shown(|kind| matches!(kind, Kind::Map)), maps, "map")?;
        let unions = self.unions.iter().flat_map(|it| &it.properties).collect();

        check(shown(|kind| matches!(kind, Kind::Union)), unions, "union")
    }
}

fn lists(properties: &[Spanned<String>], property: &str) -> bool {
    properties.iter().any(|it| it.value == property)
}

fn at(entry: &Spanned<String>, message: String) -> Diagnostic {
    let problem = Diagnostic::at_line(entry.referenced.line() as usize, message);
    problem.help("correct the entry, or remove it")
}
