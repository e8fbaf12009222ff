//! Variations of a documented body that real answers show, made from its schema.

use serde_json::{Value, json};

/// A body that differs in one place from what is documented.
pub struct Variation {
    /// Where, and in what.
    pub place: String,
    /// The whole body.
    pub body: Value,
    /// What has to be found at a pointer when the body was decoded and written back.
    pub kept: Option<(String, Value)>,
}

/// Deeper than any body of the document.
const DEEPEST: usize = 32;

/// The schemas of the normalised document.
#[derive(Clone, Copy)]
pub struct Schemas<'d> {
    document: &'d Value,
    /// Which member of each union is meant.
    member: usize,
}

impl<'d> Schemas<'d> {
    /// The schemas, once for each member that a union has.
    pub fn each(document: &'d Value) -> impl Iterator<Item = Self> {
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        let members = schemas.filter_map(|(_, schema)| schema["oneOf"].as_array().map(Vec::len));
        (0..members.max().unwrap_or(1)).map(move |member| Self { document, member })
    }

    /// The schema that a reference, or the one member of an `allOf`, leads to.
    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let target = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref"));
        match target.and_then(Value::as_str) {
            Some(target) => self.resolve(self.document.pointer(&target[1..]).expect("a component")),
            None => schema,
        }
    }

    /// The member that is meant, of a union.
    fn member<'s>(&self, schema: &'s Value) -> Option<&'s Value> {
        let members = schema["oneOf"].as_array()?;
        members.get(self.member).or(members.last())
    }

    /// A body with every property that the schema has, and so on in models in models.
    pub fn full(&self, schema: &Value) -> Value {
        self.full_at(schema, 0)
    }

    fn full_at(&self, schema: &Value, depth: usize) -> Value {
        assert!(depth < DEEPEST, "a model that holds itself has no full body");
        let full = |inner| self.full_at(inner, depth + 1);
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

    /// Every variation of a body, one place at a time.
    pub fn vary(&self, schema: &Value, body: &Value) -> Vec<Variation> {
        let mut found = Vec::new();
        self.walk(schema, body, "", &mut |pointer, what, value, kept| {
            let mut varied = body.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", ""));
            match (value, varied.pointer_mut(parent)) {
                (None, Some(Value::Object(members))) => _ = members.shift_remove(name),
                (Some(value), _) => *varied.pointer_mut(pointer).expect("a place") = value,
                (None, _) => return,
            }

            let kept = kept.map(|kept| (pointer.to_owned(), kept));
            found.push(Variation { place: format!("{pointer} {what}"), body: varied, kept });
        });

        found
    }

    fn walk(&self, schema: &Value, value: &Value, at: &str, give: Give) {
        let schema = self.resolve(schema);
        if let Some(member) = self.member(schema) {
            let mut kept = value.clone();
            kept["type"] = "nobody_knows".into();
            give(at, "with an unknown tag", Some(kept.clone()), Some(kept));
            return self.walk(member, value, at, give);
        }

        match value {
            Value::Object(members) => {
                let mut more = value.clone();
                more["nobody_knows"] = json!([1, {"a": null}]);

                // A map has no fields, and the envelope here is the test's own.
                if !at.is_empty() && !is_map(schema) {
                    give(at, "with a field more", Some(more), None);
                }
                for (name, inner) in members {
                    let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let Some(property) = schema["properties"].get(name) else {
                        // A map: its values have one schema.
                        if schema["additionalProperties"].is_object() {
                            self.walk(&schema["additionalProperties"], inner, &at, give);
                        }
                        continue;
                    };

                    let names = schema["required"].as_array();
                    let required = names.is_some_and(|names| names.iter().any(|it| it == name));
                    // The envelope without data is an outcome of its own.
                    if !required && at != "/data" {
                        give(&at, "absent", None, None);
                        give(&at, "null", Some(Value::Null), None);
                        self.misfits(property, &at, give);
                    } else if at != "/data" && (inner.is_array() || is_map(self.resolve(property)))
                    {
                        give(&at, "a null list or map", Some(Value::Null), None);
                    }

                    self.walk(property, inner, &at, give);
                }
            }
            Value::Array(items) => {
                let with_null: Vec<_> = [Value::Null].iter().chain(items).cloned().collect();
                give(at, "an item that is null", Some(with_null.into()), Some(value.clone()));
                for (index, item) in items.iter().enumerate() {
                    self.walk(&schema["items"], item, &format!("{at}/{index}"), give);
                }
            }
            Value::String(text) => Self::strings(schema, text, at, give),
            Value::Number(number) => Self::numbers(schema, number, at, give),
            _ => {}
        }
    }

    /// Values in the place of an optional one that make no sense there, or another one's.
    fn misfits(&self, schema: &Value, at: &str, give: Give) {
        let schema = self.resolve(schema);
        let odd = [json!(3.5), json!("three"), json!(true), json!(""), json!([1]), json!({"a": 1})];
        let is_word =
            matches!(schema["type"].as_str(), Some("string" | "integer" | "number" | "boolean"));

        for value in odd.into_iter().filter(|_| is_word) {
            give(at, &format!("{value}, which may not fit"), Some(value), None);
        }

        if schema["type"] == "integer" {
            give(at, "a number in quotes", Some("3".into()), Some(3.into()));
        }
        if schema["type"] == "string" && schema["format"] != "date-time" {
            give(at, "a number for a text", Some(403.into()), Some("403".into()));
        }
    }

    fn strings(schema: &Value, text: &str, at: &str, give: Give) {
        if schema.get("enum").is_some() {
            let unknown = Value::from("nobody_knows");
            give(at, "a value that the enum lacks", Some(unknown.clone()), Some(unknown));
        }

        if schema["format"] == "date-time" {
            let bare = text.trim_end_matches('Z');
            for time in [
                bare.to_owned(),
                bare.split('.').next().unwrap_or(bare).to_owned(),
                format!("{bare}000"),
                format!("{bare}+00:00"),
                format!("{}Z", bare.split('.').next().unwrap_or(bare)),
                bare.replace('T', " "),
                bare.rsplit_once(':').map_or(bare, |(minutes, _)| minutes).to_owned() + "Z",
                bare.split('T').next().unwrap_or(bare).to_owned() + "T24:00:00",
            ] {
                give(at, &format!("the time {time}"), Some(time.as_str().into()), None);
            }
        }

        if schema.get("pattern").is_some() {
            for id in [format!("{{{text}}}"), text.trim_end_matches('=').to_owned(), String::new()]
            {
                give(at, &format!("the id {id:?}"), Some(id.as_str().into()), Some(id.into()));
            }
        }
    }

    fn numbers(schema: &Value, number: &serde_json::Number, at: &str, give: Give) {
        if schema["type"] == "integer" {
            let whole = number.as_f64().expect("a number");
            give(at, "a whole number as 3.0", Some(whole.into()), Some(number.clone().into()));

            for edge in [i64::MAX, i64::MIN, 0] {
                give(at, &format!("the number {edge}"), Some(edge.into()), Some(edge.into()));
            }

            give(at, "more than 64 bits hold", Some(u64::MAX.into()), Some(i64::MAX.into()));
        } else {
            give(at, "a whole number for a fraction", Some(28.into()), Some(28.into()));
            give(at, "the largest number", Some(f64::MAX.into()), None);
        }
    }
}

/// Takes a pointer, what varies, the value to stand there (or none for nothing), and the value
/// that has to be kept.
type Give<'g> = &'g mut dyn FnMut(&str, &str, Option<Value>, Option<Value>);

fn is_map(schema: &Value) -> bool {
    schema["type"] == "object" && schema.get("properties").is_none()
}
