//! Comparison of JSON values regardless of how numbers are written.

use serde_json::Value;

/// Up to this number, a double represents every whole number exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Rewrites whole floating-point numbers as integers.
///
/// In JSON `28` and `28.0` are the same number; `serde_json` treats them as different.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the number is whole and below the limit"
            )]
            Some(double)
                if number.is_f64() && double.fract() == 0.0 && double.abs() < MAX_EXACT =>
            {
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
    fn canonical_writes_equal_numbers_in_one_way() {
        let same = json!([{"a": 28}, -1, 0, 0.5, 9_007_199_254_740_993_i64, "28.0", 1e300]);
        let text = r#"[{"a": 28.0}, -1.0, 0e5, 5e-1, 9007199254740993, "28.0", 1e300]"#;
        assert_eq!(canonical(serde_json::from_str(text).expect("JSON")), canonical(same));
        assert_ne!(canonical(json!(28.5)), canonical(json!(28)));
        assert_ne!(canonical(json!("28")), canonical(json!(28)));
    }
}
