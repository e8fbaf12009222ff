//! From a text to its value: JSON or YAML, each key once.

use std::fmt;

use connect_codegen::problem::{Problem, Result};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// JSON.
    Json,
    /// YAML, in its core schema of 1.2: `no` is a string.
    Yaml,
}

/// How deep objects and lists may nest: the limit of `serde_json`, for YAML as well.
const DEPTH: usize = 127;

impl Syntax {
    /// The syntax of a file: by its name's end, else by what it begins with.
    pub fn of(location: &str, text: &str) -> Self {
        let ends = |suffix: &str| location.to_ascii_lowercase().ends_with(suffix);
        if ends(".json") {
            return Self::Json;
        }
        match text.trim_start().starts_with('{') && !ends(".yaml") && !ends(".yml") {
            true => Self::Json,
            false => Self::Yaml,
        }
    }
}

/// The text of some bytes, without the byte order mark that some editors set before it.
pub fn decode(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes[error.valid_up_to()];
        Problem::line(line, format!("the byte {byte:#04x} is not UTF-8"))
            .help("save the document as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a text.
///
/// # Errors
///
/// If it breaks the syntax, holds a key twice, or nests too deep.
pub fn parse(text: &str, syntax: Syntax) -> Result<Value> {
    // Readers recurse, and a build without optimisation takes more for a level of YAML than the
    // stack of a thread has for all of them. The limit of depth holds on a stack of known size.
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK);
        let reading = reader.spawn_scoped(scope, || match syntax {
            Syntax::Json => json(text),
            Syntax::Yaml => yaml(text),
        });
        let reading =
            reading.map_err(|error| Problem::new(format!("no thread to read in: {error}")))?;
        let Once(value) =
            reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(value)
    })
}

/// The stack that reading has: 256 KiB a level.
const STACK: usize = (DEPTH + 1) << 18;

fn json(text: &str) -> Result<Once> {
    serde_json::from_str(text).map_err(|error| Problem::json(&error, "not valid JSON"))
}

fn yaml(text: &str) -> Result<Once> {
    // What a document may cost grows with its size; only what small texts blow up is bounded.
    let budget = serde_saphyr::budget! {
        max_depth: DEPTH,
        max_nodes: text.len().max(1_000),
        max_events: text.len().saturating_mul(4).max(1_000),
    };
    let options = serde_saphyr::options! { budget: budget, strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let problem = Problem::yaml(&error);
        Problem { message: format!("not valid YAML: {}", problem.message), ..problem }
    })
}

/// A value of which each object holds a key once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> std::result::Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> std::result::Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> std::result::Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom(format!("{value} is no JSON number")))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> std::result::Result<Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Once(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let Once(value) = object.next_value()?;
            if members.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key `{key}` stands twice in an object")));
            }
        }
        Ok(Value::Object(members))
    }
}
