//! The request of an operation, decoded.

use std::collections::BTreeMap;

use serde_json::Value;

/// A valid request to an operation of the farm.
#[derive(Debug)]
pub struct OperationRequest<'r> {
    /// The values of the path parameters.
    pub path: &'r BTreeMap<String, String>,
    /// The values of each query parameter.
    pub query: BTreeMap<String, Vec<String>>,
    /// The `data` of the body, or null without a body.
    pub data: Value,
    /// The URL, without its query.
    pub url: String,
}

impl OperationRequest<'_> {
    /// A path parameter.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The first value of a query parameter, unless it is empty.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query_values(name).first().map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All values of a query parameter.
    pub fn query_values(&self, name: &str) -> &[String] {
        self.query.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value of a query parameter as a whole number.
    pub fn query_number(&self, name: &str) -> Option<u64> {
        self.query_value(name)?.parse().ok()
    }

    /// Whether a filter in the query accepts a value. A filter that is not given accepts all
    /// values.
    pub fn filter_accepts(&self, name: &str, value: &str) -> bool {
        let accepted = self.query_values(name);
        accepted.is_empty() || accepted.iter().any(|item| item == value)
    }

    /// A string field of the data.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.data[name].as_str()
    }

    /// The strings of a list field of the data.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let items = self.data[name].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
