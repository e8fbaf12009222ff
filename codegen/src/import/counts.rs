//! The number of operations, models and other parts of the page.

use std::fmt;

use serde::Deserialize;

use super::page::{Kind, Page};

/// How many of each part the page contains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Operations.
    pub operations: usize,
    /// Parameters, without request bodies.
    pub parameters: usize,
    /// Models.
    pub models: usize,
    /// Properties of all models.
    pub properties: usize,
    /// Required properties.
    pub required: usize,
    /// Properties with an enum whose values the page hides.
    pub hidden_enums: usize,
    /// Responses.
    pub responses: usize,
    /// Responses with an example.
    pub response_examples: usize,
    /// Request bodies. Each has an example.
    pub request_bodies: usize,
}

impl Counts {
    /// Counts the parts of a page.
    pub(super) fn from_page(page: &Page) -> Self {
        let mut counts = Self {
            operations: page.operations.len(),
            models: page.models.len(),
            ..Self::default()
        };

        for operation in &page.operations {
            let parameters = &operation.parameters;
            let bodies = parameters.iter().filter(|parameter| parameter.location == "body").count();
            counts.request_bodies += bodies;
            counts.parameters += parameters.len() - bodies;

            let responses = &operation.responses;
            counts.responses += responses.len();
            counts.response_examples +=
                responses.iter().filter(|response| response.example.is_some()).count();
        }

        for property in page.models.iter().flat_map(|model| &model.properties) {
            counts.properties += 1;
            counts.required += usize::from(property.required);
            counts.hidden_enums += usize::from(
                matches!(&property.kind, Kind::Scalar(scalar) if scalar.enum_count.is_some()),
            );
        }

        counts
    }

    /// Describes the differences to the expected counts.
    pub(super) fn difference(&self, expected: &Self) -> Option<String> {
        let differences: Vec<_> = self
            .with_names()
            .into_iter()
            .zip(expected.with_names())
            .filter(|((_, actual), (_, expected))| actual != expected)
            .map(|((name, actual), (_, expected))| format!("{actual} {name} instead of {expected}"))
            .collect();

        (!differences.is_empty()).then(|| differences.join(", "))
    }

    fn with_names(&self) -> [(&'static str, usize); 9] {
        [
            ("operations", self.operations),
            ("parameters", self.parameters),
            ("models", self.models),
            ("properties", self.properties),
            ("required properties", self.required),
            ("properties with a hidden enum", self.hidden_enums),
            ("responses", self.responses),
            ("response examples", self.response_examples),
            ("request bodies", self.request_bodies),
        ]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} operations, {} parameters, {} models, {} properties ({} required, {} with a \
             hidden enum), {} responses, {} response examples, {} request bodies",
            self.operations,
            self.parameters,
            self.models,
            self.properties,
            self.required,
            self.hidden_enums,
            self.responses,
            self.response_examples,
            self.request_bodies,
        )
    }
}
