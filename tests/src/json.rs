//! JSON values, compared as JSON means them.

use serde_json::Value;

/// The largest whole number up to which a double holds every one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value with one spelling for each number: JSON has one kind of number, so `28` and `28.0`
/// are the same, but to `serde_json` they are not.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[allow(clippy::cast_possible_truncation, reason = "it is whole and below the limit")]
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < EXACT => {
                (double as i64).into()
            }
            _ => number.into(),
        },
        Value::Array(values) => values.into_iter().map(canonical).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, canonical(value))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        let same = json!([{"a": 28}, -1, 0, 0.5, 9_007_199_254_740_993_i64, "28.0", 1e300]);
        let text = r#"[{"a": 28.0}, -1.0, 0e5, 5e-1, 9007199254740993, "28.0", 1e300]"#;
        assert_eq!(canonical(serde_json::from_str(text).expect("JSON")), canonical(same));
        assert_ne!(canonical(json!(28.5)), canonical(json!(28)));
        assert_ne!(canonical(json!("28")), canonical(json!(28)));
    }
}
