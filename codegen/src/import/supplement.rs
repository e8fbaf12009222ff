//! `supplement.yaml`: the collapsed parts of the page, each entry with its evidence.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::counts::Counts;
use super::page::{Kind, Page};
use crate::diagnostic::{Diagnostic, Location, Result};

/// The content of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplement {
    /// The counts of a complete page.
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

/// The evidence for an entry. A guess is not allowed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for readers of the file; only its presence is checked")]
pub struct Evidence {
    confidence: Confidence,
    source: String,
    because: String,
}

/// The confidence in an entry.
#[derive(Debug, Deserialize)]
enum Confidence {
    /// Attested for this API.
    A,
    /// Attested for the local API of the printers, whose documents the service relays.
    #[serde(rename = "A-local")]
    ALocal,
    /// Inferred.
    I,
}

/// The document's `info`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub title: String,
    pub description: String,
    pub version: String,
}

/// Properties that all operations share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub tag: String,
    pub collection_format: String,
}

/// The known operation ids, by operation (`GET /clusters?`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationIds {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub ids: BTreeMap<String, Spanned<String>>,
}

/// The models that surround the data of a response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub errors: Spanned<String>,
    pub meta: Spanned<String>,
    pub links: Spanned<String>,
}

/// The model of the data of each response, by operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responses {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub models: BTreeMap<String, Spanned<String>>,
}

/// Properties shown as `[...]` that have the same type of items.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrays {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    /// `string`, or the name of a model.
    pub items: Spanned<String>,
    /// The number of values, if the items are an enum.
    #[serde(default)]
    pub enum_count: Option<u64>,
    /// The properties, as `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// Properties shown as `{...}` that have values of a known type. All others are free-form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maps {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    /// The type of the values.
    pub values: Primitive,
    /// The properties, as `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// The type of the values of a map.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Primitive {
    /// `string`
    String,
    /// `number`
    Number,
}

/// Properties that are unions with the same known members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unions {
    #[expect(dead_code, reason = "for readers of the file")]
    evidence: Evidence,
    pub members: Vec<Spanned<String>>,
    /// The properties, as `Model.property`.
    pub properties: Vec<Spanned<String>>,
}

/// Parses the file.
pub fn parse(text: &str) -> Result<Supplement> {
    serde_saphyr::from_str(text).map_err(|error| {
        let message = error.without_snippet().to_string();
        let Some(location) = error.location() else { return Diagnostic::new(message) };

        // The message ends with the location, which the diagnostic has as a field.
        let (line, column) = (location.line(), location.column());
        let suffix = format!(" at line {line}, column {column}");

        Diagnostic {
            location: Some(Location::Column(line as usize, column as usize)),
            ..Diagnostic::new(message.trim_end_matches(&suffix))
        }
    })
}

impl Supplement {
    /// The type of the items of `Model.property`.
    pub fn items(&self, property: &str) -> Option<&Arrays> {
        self.arrays.iter().find(|arrays| contains(&arrays.properties, property))
    }

    /// The type of the values of `Model.property`.
    pub fn values(&self, property: &str) -> Option<Primitive> {
        let maps = self.maps.iter().find(|maps| contains(&maps.properties, property));
        maps.map(|maps| maps.values)
    }

    /// The members of the union `Model.property`.
    pub fn members(&self, property: &str) -> Option<&[Spanned<String>]> {
        let unions = self.unions.iter().find(|unions| contains(&unions.properties, property));
        unions.map(|unions| unions.members.as_slice())
    }

    /// Rejects entries that do not apply to the page.
    pub fn check(&self, page: &Page) -> Result<()> {
        self.check_operations(page)?;
        self.check_models(page)?;
        self.check_properties(page)
    }

    fn check_operations(&self, page: &Page) -> Result<()> {
        let operations = page.operations.iter().map(|operation| (operation.key(), operation));
        let operations: BTreeMap<_, _> = operations.collect();

        for (key, id) in &self.operation_ids.ids {
            if !operations.contains_key(key) {
                return Err(at_entry(id, format!("`{key}` is not an operation of the page")));
            }
        }

        for (key, model) in &self.responses.models {
            let operation = operations.get(key).ok_or_else(|| {
                at_entry(model, format!("`{key}` is not an operation of the page"))
            })?;

            let mut responses = operation.responses.iter();
            if !responses.any(|response| response.status < 400 && response.example.is_some()) {
                let message = format!("`{key}` shows no data, so it needs no model");
                return Err(at_entry(model, message));
            }
        }

        Ok(())
    }

    fn check_models(&self, page: &Page) -> Result<()> {
        let models: HashSet<_> = page.models.iter().map(|model| model.name.as_str()).collect();
        let references = [&self.envelope.errors, &self.envelope.meta, &self.envelope.links]
            .into_iter()
            .chain(self.responses.models.values())
            .chain(
                self.arrays
                    .iter()
                    .map(|arrays| &arrays.items)
                    .filter(|items| items.value != "string"),
            )
            .chain(self.unions.iter().flat_map(|unions| &unions.members));

        for model in references {
            if !models.contains(model.value.as_str()) {
                return Err(at_entry(
                    model,
                    format!("`{}` is not a model of the page", model.value),
                ));
            }
        }

        let counted = self.arrays.iter().filter(|arrays| arrays.enum_count.is_some());
        match counted.map(|arrays| &arrays.items).find(|items| items.value != "string") {
            Some(model) => Err(at_entry(model, "only strings can have `enum_count`".to_owned())),
            None => Ok(()),
        }
    }

    fn check_properties(&self, page: &Page) -> Result<()> {
        let arrays = self.arrays.iter().flat_map(|arrays| &arrays.properties);
        let maps = self.maps.iter().flat_map(|maps| &maps.properties);
        let unions = self.unions.iter().flat_map(|unions| &unions.properties);

        check_kind(page, "array", |kind| matches!(kind, Kind::Array), arrays)?;
        check_kind(page, "map", |kind| matches!(kind, Kind::Map), maps)?;
        check_kind(page, "union", |kind| matches!(kind, Kind::Union), unions)
    }
}

/// Requires that each entry names a property of a kind, and no other entry names it too.
fn check_kind<'s>(
    page: &Page,
    kind_name: &str,
    is_kind: fn(&Kind) -> bool,
    entries: impl Iterator<Item = &'s Spanned<String>>,
) -> Result<()> {
    let mut without_entry = HashSet::new();
    for model in &page.models {
        let properties = model.properties.iter().filter(|property| is_kind(&property.kind));
        without_entry
            .extend(properties.map(|property| format!("{}.{}", model.name, property.name)));
    }

    for entry in entries {
        if !without_entry.remove(&entry.value) {
            let message = format!(
                "the page has no {kind_name} `{}`, or another entry names it already",
                entry.value
            );
            return Err(at_entry(entry, message));
        }
    }

    Ok(())
}

fn contains(properties: &[Spanned<String>], property: &str) -> bool {
    properties.iter().any(|it| it.value == property)
}

/// A diagnostic at the line of an entry.
fn at_entry(entry: &Spanned<String>, message: String) -> Diagnostic {
    let diagnostic = Diagnostic::at_line(entry.referenced.line() as usize, message);
    diagnostic.help("correct the entry, or remove it")
}
