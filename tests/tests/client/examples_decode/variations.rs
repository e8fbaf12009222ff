//! Variations of a documented body, derived from its schema.
//!
//! Each is a deviation from the document that responses of the real API show.

use serde_json::{Value, json};

/// A body that differs from the documented one at one location.
pub struct Variation {
    /// JSON pointer to the location, and the deviation.
    pub description: String,
    /// The complete body.
    pub body: Value,
    /// A JSON pointer, and the value expected there after decoding and encoding.
    pub expected: Option<(String, Value)>,
}

/// Depth that no body of the document reaches.
const MAX_DEPTH: usize = 32;

/// The schemas of the normalised document.
#[derive(Clone, Copy)]
pub struct Schemas<'d> {
    document: &'d Value,
    /// Index of the member that stands for each union.
    member: usize,
}

impl<'d> Schemas<'d> {
    /// The schemas once for each index of a union member.
    pub fn for_each_member(document: &'d Value) -> impl Iterator<Item = Self> {
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        let members = schemas.filter_map(|(_, schema)| schema["oneOf"].as_array().map(Vec::len));
        (0..members.max().unwrap_or(1)).map(move |member| Self { document, member })
    }

    /// Resolves a reference, or the one reference in an `allOf`.
    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let target = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref"));
        match target.and_then(Value::as_str) {
            Some(target) => self.resolve(self.document.pointer(&target[1..]).expect("a component")),
            None => schema,
        }
    }

    /// The chosen member, if the schema is a union.
    fn member<'s>(&self, schema: &'s Value) -> Option<&'s Value> {
        let members = schema["oneOf"].as_array()?;
        members.get(self.member).or(members.last())
    }

    /// A body in which every property of the schema, and of the schemas inside it, is set.
    pub fn full_body(&self, schema: &Value) -> Value {
        self.full_value(schema, 0)
    }

    fn full_value(&self, schema: &Value, depth: usize) -> Value {
        assert!(depth < MAX_DEPTH, "a recursive model has no full body");
        let full = |inner| self.full_value(inner, depth + 1);
        let schema = self.resolve(schema);

        if let Some(member) = self.member(schema) {
            return full(member);
        }

        if let Some(value) = schema.pointer("/enum/0") {
            return value.clone();
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("string"), Some("date-time")) => "2018-12-10T08:23:55.110Z".into(),
            (Some("string"), _) => "text".into(),
            (Some("integer"), _) => 3.into(),
            (Some("number"), _) => 4.4.into(),
            (Some("boolean"), _) => true.into(),
            (Some("array"), _) => json!([full(&schema["items"])]),
            _ if schema["additionalProperties"].is_object() => {
                json!({ "any": full(&schema["additionalProperties"]) })
            }
            _ => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                properties.map(|(name, inner)| (name.clone(), full(inner))).collect()
            }
        }
    }

    /// All variations of a body.
    pub fn variations(&self, schema: &Value, body: &Value) -> Vec<Variation> {
        let mut variations = Vec::new();
        self.walk(schema, body, "", &mut |pointer, deviation, value, expected| {
            let mut varied = body.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", ""));
            match (value, varied.pointer_mut(parent)) {
                (None, Some(Value::Object(members))) => _ = members.shift_remove(name),
                (Some(value), _) => {
                    *varied.pointer_mut(pointer).expect("a value at the pointer") = value
                }
                (None, _) => return,
            }

            let expected = expected.map(|value| (pointer.to_owned(), value));
            let description = format!("{pointer} {deviation}");
            variations.push(Variation { description, body: varied, expected });
        });

        variations
    }

    /// Calls `add` for each variation of a value and of the values inside it.
    fn walk(&self, schema: &Value, value: &Value, pointer: &str, add: Add) {
        let schema = self.resolve(schema);
        if let Some(member) = self.member(schema) {
            let mut unknown = value.clone();
            unknown["type"] = "unknown_tag".into();
            add(pointer, "with an unknown tag", Some(unknown.clone()), Some(unknown));
            return self.walk(member, value, pointer, add);
        }

        match value {
            Value::Object(members) => {
                let mut extended = value.clone();
                extended["unknown_field"] = json!([1, {"a": null}]);

                // A map has no fields, and the envelope of the test rejects unknown fields.
                if !pointer.is_empty() && !is_map(schema) {
                    add(pointer, "with an unknown field", Some(extended), None);
                }
                for (name, inner) in members {
                    let pointer =
                        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let Some(property) = schema["properties"].get(name) else {
                        // All values of a map have one schema.
                        if schema["additionalProperties"].is_object() {
                            self.walk(&schema["additionalProperties"], inner, &pointer, add);
                        }
                        continue;
                    };

                    let names = schema["required"].as_array();
                    let required =
                        names.is_some_and(|names| names.iter().any(|required| required == name));
                    // An envelope without data is a no-data error.
                    if !required && pointer != "/data" {
                        add(&pointer, "absent", None, None);
                        add(&pointer, "null", Some(Value::Null), None);
                        self.add_wrong_types(property, &pointer, add);
                    } else if pointer != "/data"
                        && (inner.is_array() || is_map(self.resolve(property)))
                    {
                        add(&pointer, "a null list or map", Some(Value::Null), None);
                    }

                    self.walk(property, inner, &pointer, add);
                }
            }
            Value::Array(items) => {
                let with_null: Vec<_> = [Value::Null].iter().chain(items).cloned().collect();
                add(pointer, "a null item", Some(with_null.into()), Some(value.clone()));
                for (index, item) in items.iter().enumerate() {
                    self.walk(&schema["items"], item, &format!("{pointer}/{index}"), add);
                }
            }
            Value::String(text) => Self::add_strings(schema, text, pointer, add),
            Value::Number(number) => Self::add_numbers(schema, number, pointer, add),
            _ => {}
        }
    }

    /// Values of other types in place of an optional value.
    fn add_wrong_types(&self, schema: &Value, pointer: &str, add: Add) {
        let schema = self.resolve(schema);
        let values =
            [json!(3.5), json!("three"), json!(true), json!(""), json!([1]), json!({"a": 1})];
        let is_scalar =
            matches!(schema["type"].as_str(), Some("string" | "integer" | "number" | "boolean"));

        for value in values.into_iter().filter(|_| is_scalar) {
            add(pointer, &format!("{value} of perhaps another type"), Some(value), None);
        }

        if schema["type"] == "integer" {
            add(pointer, "a number in quotes", Some("3".into()), Some(3.into()));
        }
        if schema["type"] == "string" && schema["format"] != "date-time" {
            add(pointer, "a number instead of a string", Some(403.into()), Some("403".into()));
        }
    }

    fn add_strings(schema: &Value, text: &str, pointer: &str, add: Add) {
        if schema.get("enum").is_some() {
            let unknown = Value::from("unknown_value");
            add(pointer, "an unknown enum value", Some(unknown.clone()), Some(unknown));
        }

        if schema["format"] == "date-time" {
            let without_zone = text.trim_end_matches('Z');
            for time in [
                without_zone.to_owned(),
                without_zone.split('.').next().unwrap_or(without_zone).to_owned(),
                format!("{without_zone}000"),
                format!("{without_zone}+00:00"),
                format!("{}Z", without_zone.split('.').next().unwrap_or(without_zone)),
                without_zone.replace('T', " "),
                without_zone
                    .rsplit_once(':')
                    .map_or(without_zone, |(minutes, _)| minutes)
                    .to_owned()
                    + "Z",
                without_zone.split('T').next().unwrap_or(without_zone).to_owned() + "T24:00:00",
            ] {
                add(pointer, &format!("the time {time}"), Some(time.as_str().into()), None);
            }
        }

        if schema.get("pattern").is_some() {
            for id in [format!("{{{text}}}"), text.trim_end_matches('=').to_owned(), String::new()]
            {
                add(pointer, &format!("the id {id:?}"), Some(id.as_str().into()), Some(id.into()));
            }
        }
    }

    fn add_numbers(schema: &Value, number: &serde_json::Number, pointer: &str, add: Add) {
        if schema["type"] == "integer" {
            let whole = number.as_f64().expect("a number");
            add(pointer, "a whole number as 3.0", Some(whole.into()), Some(number.clone().into()));

            for edge in [i64::MAX, i64::MIN, 0] {
                add(pointer, &format!("the number {edge}"), Some(edge.into()), Some(edge.into()));
            }

            add(pointer, "a number above 64 bits", Some(u64::MAX.into()), Some(i64::MAX.into()));
        } else {
            add(pointer, "a whole number instead of a fraction", Some(28.into()), Some(28.into()));
            add(pointer, "the largest number", Some(f64::MAX.into()), None);
        }
    }
}

/// Adds a variation: JSON pointer, deviation, value (`None` removes the member), and the value that is
/// expected after decoding and encoding.
type Add<'g> = &'g mut dyn FnMut(&str, &str, Option<Value>, Option<Value>);

fn is_map(schema: &Value) -> bool {
    schema["type"] == "object" && schema.get("properties").is_none()
}
