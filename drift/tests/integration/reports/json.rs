//! The JSON report conforms to its schema.

use std::path::Path;

use connect_drift::format::Format;
use serde_json::{Value, json};

use crate::sample::{entry, report, review, with};

fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("report.schema.json");
    let schema = std::fs::read_to_string(path).expect("the schema file");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a valid schema");
    jsonschema::validator_for(&schema).expect("a valid schema")
}

fn render(report: connect_drift::report::Report, accepted: &str) -> Value {
    serde_json::from_str(&Format::Json.render(&review(report, accepted), 0)).expect("JSON")
}

#[test]
fn reports_conform_to_the_schema() {
    let validator = validator();
    let accepted = entry(&report().findings[0], "Known.", "2027-01-01");

    for report in [render(report(), &accepted), render(with(Vec::new()), &accepted)] {
        let errors: Vec<_> =
            validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn schema_rejects_invalid_reports() {
    let validator = validator();
    let valid = render(report(), "");
    assert!(validator.is_valid(&valid));

    let invalid: [(&str, Value); 8] = [
        ("/findings/0/wire", json!("fatal")),
        ("/findings/0/source", json!("breaking")),
        ("/findings/0/fingerprint", json!("12")),
        ("/findings/0/accepted", json!(null)),
        ("/findings/0/pointer", json!("no slash")),
        ("/summary/bump", json!("huge")),
        ("/summary/wire/risky", json!(-1)),
        ("/base/sha256", json!("")),
    ];

    for (pointer, value) in invalid {
        let mut report = valid.clone();
        *report.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    }

    for pointer in ["", "/base", "/summary", "/findings/0"] {
        let object = valid.pointer(pointer).and_then(Value::as_object).expect(pointer);
        for key in object.keys() {
            let mut report = valid.clone();
            let object = report.pointer_mut(pointer).and_then(Value::as_object_mut);
            object.expect(pointer).remove(key);
            assert!(!validator.is_valid(&report), "{pointer}/{key} is not required");
        }

        let mut report = valid.clone();
        report.pointer_mut(pointer).expect(pointer)["additional"] = json!(1);
        assert!(!validator.is_valid(&report), "{pointer}/additional");
    }
}

#[test]
fn report_has_the_documented_keys_in_order() {
    let report = render(report(), "");
    let keys =
        |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["base", "revision", "summary", "findings"]);

    let expected = [
        "class",
        "wire",
        "source",
        "pointer",
        "revision_pointer",
        "operations",
        "rust_items",
        "old",
        "new",
        "message",
        "fingerprint",
        "accepted",
    ];

    assert_eq!(keys(&report["findings"][0]), expected);
}
