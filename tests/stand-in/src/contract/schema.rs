//! Converts OpenAPI 3.0 schemas to JSON Schema and compiles them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime};
use jsonschema::{Draft, PatternOptions, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::document_error::DocumentError;

/// The URI of the document's schemas in the registry. Validators resolve references only there,
/// never over the network.
const DOCUMENT_URI: &str = "urn:stand-in";

/// The keywords with the same meaning in OpenAPI 3.0 and in draft 4 of JSON Schema.
const COMMON_KEYWORDS: [&str; 17] = [
    "type",
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "required",
    "minProperties",
    "maxProperties",
];

/// The compiler of one document's schemas. It compiles equal schemas once.
pub(super) struct Schemas<'d> {
    document: &'d Value,
    registry: Registry<'static>,
    compiled: HashMap<String, Arc<Validator>>,
}

impl<'d> Schemas<'d> {
    /// Registers the schemas of `document`.
    pub(super) fn new(document: &'d Value) -> Result<Self, DocumentError> {
        let pointer = "/components/schemas";
        let schemas = document.pointer(pointer).and_then(Value::as_object);
        let schemas: Map<String, Value> = schemas
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), json_schema(schema)))
            .collect();

        let document_error =
            |error: &dyn std::fmt::Display| DocumentError::new(pointer, error.to_string());
        let resource = Draft::Draft4.create_resource(json!({"components": {"schemas": schemas}}));
        let registry = Registry::new()
            .add(DOCUMENT_URI, resource)
            .map_err(|error| document_error(&error))?
            .prepare()
            .map_err(|error| document_error(&error))?;

        Ok(Self { document, registry, compiled: HashMap::new() })
    }

    /// Compiles a schema. `pointer` is its location, for error messages.
    pub(super) fn compile(
        &mut self,
        schema: &Value,
        pointer: &str,
    ) -> Result<Arc<Validator>, DocumentError> {
        let key = schema.to_string();
        if let Some(validator) = self.compiled.get(&key) {
            return Ok(validator.clone());
        }

        // The patterns are ECMA 262 expressions; only the backtracking engine supports look-ahead.
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_registry(&self.registry)
            .with_pattern_options(PatternOptions::fancy_regex())
            .should_validate_formats(true)
            .with_format("date-time", is_date_time)
            .build(&json_schema(schema))
            .map_err(|error| DocumentError::new(pointer, error.to_string()))?;

        let validator = Arc::new(validator);
        self.compiled.insert(key, validator.clone());

        Ok(validator)
    }

    /// Follows references, and `allOf` lists with a single member, to the actual schema.
    pub(super) fn resolve<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'd: 's,
    {
        let mut schema = schema;
        // The limit ends a cycle of references.
        for _ in 0..16 {
            let all_of = schema.get("allOf").and_then(Value::as_array);
            let next = match (schema.get("$ref").and_then(Value::as_str), all_of) {
                (Some(target), _) => {
                    target.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer))
                }
                (None, Some(parts)) if parts.len() == 1 => parts.first(),
                _ => None,
            };

            let Some(next) = next else { break };
            schema = next;
        }

        schema
    }
}

/// Converts an OpenAPI 3.0 schema to a JSON Schema of draft 4.
fn json_schema(schema: &Value) -> Value {
    let Some(schema) = schema.as_object() else { return schema.clone() };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": format!("{DOCUMENT_URI}{target}")});
    }

    let mut out = Map::new();
    for (keyword, value) in schema {
        let value = match (keyword.as_str(), value) {
            ("not" | "items" | "additionalProperties", value) => json_schema(value),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().map(json_schema).collect()
            }
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, schema)| (name.clone(), json_schema(schema)))
                .collect::<Map<_, _>>()
                .into(),
            ("enum", Value::Array(values)) if is_partial(schema, values) => continue,
            (keyword, value) if COMMON_KEYWORDS.contains(&keyword) => value.clone(),
            _ => continue,
        };
        out.insert(keyword.clone(), value);
    }

    if schema.get("nullable") == Some(&Value::Bool(true)) {
        return json!({"anyOf": [{"type": "null"}, out]});
    }
    out.into()
}

/// Whether an enum lists fewer values than the service is known to use.
fn is_partial(schema: &Map<String, Value>, values: &[Value]) -> bool {
    let count = schema.get("x-enum-count").and_then(Value::as_u64);
    count.is_some_and(|count| count > values.len() as u64)
}

/// Whether a text is a date-time. The time zone is optional, since the service omits it at times.
fn is_date_time(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok()
        || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(document: &Value, schema: &Value, instance: &Value) -> bool {
        let mut schemas = Schemas::new(document).expect("schemas");
        schemas.compile(schema, "/test").expect("a schema").is_valid(instance)
    }

    #[test]
    fn nullable_schema_accepts_null_and_its_own_values_only() {
        let schema = json!({"type": "string", "enum": ["a"], "nullable": true});
        assert!(accepts(&json!({}), &schema, &json!(null)));
        assert!(accepts(&json!({}), &schema, &json!("a")));
        assert!(!accepts(&json!({}), &schema, &json!("b")));

        let schema = json!({"type": "string", "enum": ["a"]});
        assert!(!accepts(&json!({}), &schema, &json!(null)));
    }

    #[test]
    fn partial_enum_accepts_unlisted_values_and_complete_enum_does_not() {
        let partial = json!({"type": "string", "enum": ["a"], "x-enum-count": 2});
        let complete = json!({"type": "string", "enum": ["a"], "x-enum-count": 1});
        assert!(accepts(&json!({}), &partial, &json!("b")));
        assert!(!accepts(&json!({}), &partial, &json!(1)));
        assert!(!accepts(&json!({}), &complete, &json!("b")));
    }

    #[test]
    fn recursive_references_are_resolved_and_dangling_ones_are_errors() {
        let document = json!({"components": {"schemas": {"Node": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}},
        }}}});
        let schema = json!({"$ref": "#/components/schemas/Node"});
        assert!(accepts(&document, &schema, &json!({"id": "1", "next": {"id": "2"}})));
        assert!(!accepts(&document, &schema, &json!({"id": "1", "next": {"id": 2}})));

        let mut schemas = Schemas::new(&document).expect("schemas");
        assert!(schemas.compile(&json!({"$ref": "#/components/schemas/None"}), "/x").is_err());
    }

    #[test]
    fn examples_and_property_names_are_not_read_as_keywords() {
        let schema = json!({
            "type": "object",
            "example": {"$ref": "nowhere", "nullable": true},
            "properties": {"nullable": {"type": "boolean"}, "$ref": {"type": "string"}},
        });

        assert!(accepts(&json!({}), &schema, &json!({"nullable": true, "$ref": "x"})));
        assert!(!accepts(&json!({}), &schema, &json!({"nullable": null})));
        assert!(!accepts(&json!({}), &schema, &json!({"$ref": 1})));
    }

    #[test]
    fn api_patterns_match_as_ecma_262_expressions() {
        let cases = [
            (r"^[A-Za-z0-9-_]*={0,3}$", "aB-_=", "a b"),
            (r"^[^_!¡÷?¿/\\+=@#$%ˆ&*(){}|~<>;:[\]\n\t]{2,}$", "Zoë", "a[b"),
            (
                r#"^(?!(?:COM[0-9]|CON|NUL|nul)|\s|[\.]{2,})[^\\\/:*\"?<>|]{1,}\.[a-zA-Z0-9]+$"#,
                "a b.umm",
                "CON.txt",
            ),
            (r"^\{{0,1}[0-9a-f]{8}-[0-9a-f]{4}\}{0,1}$", "{01234567-89ab}", "01234567"),
            (r"^[a-z]+:\/\/[^\s/$.?#].[^\s]*$", "https://x.y/z", "https:// x"),
            (r"^[A-Za-z0-9]+(?:[ _.-][A-Za-z0-9]+)*$", "user-name", "user--name"),
            (r"^(application|audio)\/([^\s]+)$", "application/zip", "zip"),
            (r"^(^[0-9A-F]{20}$)|\{{0,1}[0-9a-f]{2}\}{0,1}$", "0123456789ABCDEF0123", "XYZ"),
        ];

        for (pattern, good, bad) in cases {
            let schema = json!({"type": "string", "pattern": pattern});
            assert!(accepts(&json!({}), &schema, &json!(good)), "{pattern} on {good}");
            assert!(!accepts(&json!({}), &schema, &json!(bad)), "{pattern} on {bad}");
        }
    }

    #[test]
    fn date_time_requires_a_time_but_no_zone() {
        for good in ["2018-02-20T14:21:56.162Z", "2018-02-20T14:21:56+01:00", "2018-02-20T14:21:56"]
        {
            assert!(is_date_time(good), "{good}");
        }

        for bad in ["2018-02-20", "yesterday", "", "2018-02-30T14:21:56Z"] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
