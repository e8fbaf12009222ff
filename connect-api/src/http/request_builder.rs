//! Builds the HTTP request of an operation: URL, query and body.

use std::fmt::Display;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use serde::Serialize;

use crate::client::Client;
use crate::error::{ConfigurationError, Error, error_chain};
use crate::http::endpoint::Endpoint;
use crate::http::operation::Operation;
use crate::http::params::{QueryValue, path_segment};

/// Builds the request of an operation. The generated requests fill in their values.
pub(crate) struct RequestBuilder<'a> {
    endpoint: &'a Endpoint,
    method: &'a str,
    /// The URL as far as it is complete.
    url: String,
    /// The rest of the path template. It begins with a placeholder or is empty.
    template: &'a str,
    query: Vec<(&'static str, String)>,
    body: Option<serde_json::Result<Vec<u8>>>,
}

impl<'a> RequestBuilder<'a> {
    /// Begins a request with the path template of the operation.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the client's configuration is invalid.
    pub(crate) fn new(client: &'a Client, operation: &'a Operation) -> Result<Self, Error> {
        let endpoint = client.endpoint()?;
        let (start, template) = split_at_placeholder(&operation.path);
        let url = format!("{}{start}", endpoint.base_url);

        let method = &operation.method;
        Ok(Self { endpoint, method, url, template, query: Vec::new(), body: None })
    }

    /// Fills in the next placeholder of the path, which has this name.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the value would lead to another route.
    pub(crate) fn segment(mut self, name: &str, value: &dyn Display) -> Result<Self, Error> {
        self.url.push_str(&path_segment(name, &value.to_string())?);

        let (placeholder, rest) = self.template.split_once('}').unwrap_or_default();
        debug_assert_eq!(placeholder.strip_prefix('{'), Some(name), "segments are in order");
        let (constant, template) = split_at_placeholder(rest);
        self.url.push_str(constant);
        self.template = template;

        Ok(self)
    }

    /// Adds a query parameter: a pair for each of its values.
    pub(crate) fn query(mut self, name: &'static str, value: &dyn QueryValue) -> Self {
        value.add_to(name, &mut self.query);
        self
    }

    /// Sets the JSON body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// The request.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if a value cannot be sent.
    pub(crate) fn build(self) -> Result<Request, Error> {
        debug_assert_eq!(self.template, "", "every placeholder has a value");
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|error| ConfigurationError::new(error_chain(&error)))?;
        let mut request = self.endpoint.http.request(method, self.url);

        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        if let Some(body) = self.body {
            let body = body.map_err(|error| ConfigurationError::new(error_chain(&error)))?;
            let json = HeaderValue::from_static("application/json");
            request = request.header(CONTENT_TYPE, json).body(body);
        }

        finish(request)
    }
}

/// Builds a request, or reports why one of its values cannot be sent.
pub(crate) fn finish(request: reqwest::RequestBuilder) -> Result<Request, Error> {
    request
        .build()
        .map_err(|error| ConfigurationError::new(error_chain(&error.without_url())).into())
}

/// Splits a path template before its first placeholder.
fn split_at_placeholder(template: &str) -> (&str, &str) {
    template.split_at(template.find('{').unwrap_or(template.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client::builder().base_url("https://h/v1/").build().unwrap()
    }

    #[test]
    fn build_fills_in_path_query_and_body() {
        let (client, operation) = (client(), Operation::new("id", "PUT", "/a/{b}/c/{d}"));
        let names = Some(vec!["x y".to_owned(), "z".to_owned()]);
        let request = RequestBuilder::new(&client, &operation).unwrap();
        let request = request.segment("b", &"1/2").unwrap().segment("d", &3).unwrap();
        let request = request.query("names", &names).query("page", &None::<i64>).json(&[1, 2]);
        let request = request.build().unwrap();

        assert_eq!(request.method(), Method::PUT);
        assert_eq!(request.url().as_str(), "https://h/v1/a/1%2F2/c/3?names=x+y&names=z");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(request.body().unwrap().as_bytes(), Some(&b"[1,2]"[..]));
    }

    #[test]
    fn build_without_values_adds_neither_query_nor_body() {
        let (client, operation) = (client(), Operation::new("id", "GET", "/a"));
        let request = RequestBuilder::new(&client, &operation).unwrap();
        let request = request.query("page", &None::<i64>).build().unwrap();

        assert_eq!(request.url().as_str(), "https://h/v1/a");
        assert!(request.body().is_none() && request.headers().is_empty());
    }
}
