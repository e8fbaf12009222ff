//! The schema is a promise about the report.

use std::path::Path;

use connect_drift::format::Format;
use serde_json::{Value, json};

use crate::sample::{entry, report, review, with};

fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("report.schema.json");
    let schema = std::fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

fn rendered(report: connect_drift::report::Report, accepted: &str) -> Value {
    serde_json::from_str(&Format::Json.render(&review(report, accepted), 0)).expect("JSON")
}

#[test]
fn every_report_fits_the_schema() {
    let validator = validator();
    let accepted = entry(&report().findings[0], "Known.", "2027-01-01");

    for report in [rendered(report(), &accepted), rendered(with(Vec::new()), &accepted)] {
        let errors: Vec<_> =
            validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let good = rendered(report(), "");
    assert!(validator.is_valid(&good));

    let wrong: [(&str, Value); 8] = [
        ("/findings/0/wire", json!("fatal")),
        ("/findings/0/source", json!("breaking")),
        ("/findings/0/fingerprint", json!("12")),
        ("/findings/0/accepted", json!(null)),
        ("/findings/0/pointer", json!("no slash")),
        ("/summary/bump", json!("huge")),
        ("/summary/wire/risky", json!(-1)),
        ("/base/sha256", json!("")),
    ];

    for (pointer, value) in wrong {
        let mut report = good.clone();
        *report.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    }

    for pointer in ["", "/base", "/summary", "/findings/0"] {
        let object = good.pointer(pointer).and_then(Value::as_object).expect(pointer);
        for key in object.keys() {
            let mut report = good.clone();
            let object = report.pointer_mut(pointer).and_then(Value::as_object_mut);
            object.expect(pointer).remove(key);
            assert!(!validator.is_valid(&report), "{pointer}/{key} may be absent");
        }

        let mut report = good.clone();
        report.pointer_mut(pointer).expect(pointer)["more"] = json!(1);
        assert!(!validator.is_valid(&report), "{pointer}/more");
    }
}

#[test]
fn a_finding_has_the_keys_that_are_promised_in_their_order() {
    let report = rendered(report(), "");
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
