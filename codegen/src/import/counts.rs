//! How much there is on the page.

use std::fmt;

use serde::Deserialize;

use super::page::{Kind, Page};

/// How many of each thing the page shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Operations.
    pub operations: usize,
    /// Parameters, request bodies not among them.
    pub parameters: usize,
    /// Models.
    pub models: usize,
    /// Properties of all models.
    pub properties: usize,
    /// Those of them that are required.
    pub required: usize,
    /// Those of them whose enum has its values hidden.
    pub hidden_enums: usize,
    /// Responses.
    pub responses: usize,
    /// Those of them that show an example.
    pub response_examples: usize,
    /// Request bodies, each with an example.
    pub request_bodies: usize,
}

impl Counts {
    pub(super) fn of(page: &Page) -> Self {
        let mut counts = Self {
            operations: page.operations.len(),
            models: page.models.len(),
            ..Self::default()
        };

        for operation in &page.operations {
            let bodies = operation.parameters.iter().filter(|it| it.location == "body").count();
            counts.request_bodies += bodies;
            counts.parameters += operation.parameters.len() - bodies;
            counts.responses += operation.responses.len();
            counts.response_examples +=
                operation.responses.iter().filter(|it| it.example.is_some()).count();
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

    /// What differs from the counts that are expected, in words.
    pub(super) fn difference(&self, expected: &Self) -> Option<String> {
        let differences: Vec<_> = self
            .named()
            .into_iter()
            .zip(expected.named())
            .filter(|((_, found), (_, expected))| found != expected)
            .map(|((name, found), (_, expected))| format!("{found} {name} instead of {expected}"))
            .collect();

        (!differences.is_empty()).then(|| differences.join(", "))
    }

    fn named(&self) -> [(&'static str, usize); 9] {
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
