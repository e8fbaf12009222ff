//! Reports to show, made by hand.

use chrono::NaiveDate;
use connect_drift::accepted::Accepted;
use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::{Finding, Source, Wire};
use connect_drift::report::{Note, NoteKind, Report, Side};
use connect_drift::review::Review;
use semver::Version;
use serde_json::{Value, json};

/// A document with some lines to point at.
pub const TEXT: &str = r##"{
  "openapi": "3.0.3",
  "paths": {
    "/clusters": {
      "get": {"operationId": "get_clusters"}
    },
    "/jobs/{job_id}": {
      "post": {
        "operationId": "print"
      }
    }
  },
  "components": {
    "schemas": {
      "Cluster": {
        "properties": {
          "status": {"enum": ["online", "offline"]}
        }
      }
    }
  }
}
"##;

pub fn side(location: &str) -> Side {
    Side {
        location: location.to_owned(),
        sha256: "ef22b23ca65953343cc84861ebe914d96725ddd7ed74f38f4519701c486dfbc2".to_owned(),
        language: "OpenAPI 3.0.3".to_owned(),
        title: "Connect API".to_owned(),
        version: "v1".to_owned(),
        is_connect: true,
        text: TEXT.to_owned(),
        text_file: (!location.contains("://")).then(|| location.to_owned()),
    }
}

pub fn finding(wire: Wire, source: Source, message: &str) -> Finding {
    Finding {
        class: ChangeKind::Unclassified,
        wire,
        source,
        pointer: Some("/components/schemas/Cluster/properties/status/enum".to_owned()),
        revision_pointer: Some("/components/schemas/Cluster/properties/status/enum".to_owned()),
        operations: vec!["GET /clusters".to_owned(), "POST /jobs/{job_id}".to_owned()],
        rust_items: vec!["models::ClusterStatus".to_owned()],
        old: Some(json!(["online", "offline"])),
        new: Some(json!(["online", "idle"])),
        message: message.to_owned(),
    }
}

/// A report with a finding of each verdict, and notes of each kind.
pub fn report() -> Report {
    let removed = Finding {
        class: ChangeKind::OperationRemoved,
        pointer: Some("/paths/~1jobs~1{job_id}/post".to_owned()),
        revision_pointer: None,
        operations: vec!["POST /jobs/{job_id}".to_owned()],
        rust_items: vec!["Client::print".to_owned(), "requests::Print".to_owned()],
        old: Some(
            json!({"operationId": "print", "parameters": [{"name": "job_id", "in": "path"}]}),
        ),
        new: None,
        ..finding(Wire::Breaking, Source::Major, "The operation `POST /jobs/{job_id}` is gone.")
    };

    let added = Finding {
        class: ChangeKind::OperationAdded,
        pointer: None,
        revision_pointer: Some("/paths/~1usage/get".to_owned()),
        operations: vec!["GET /usage".to_owned()],
        rust_items: vec!["Client::get_usage".to_owned(), "requests::GetUsage".to_owned()],
        old: None,
        new: Some(json!({"operationId": "get_usage", "tags": ["usage"]})),
        ..finding(Wire::Compatible, Source::Minor, "The operation `GET /usage` is new.")
    };

    let described = Finding {
        old: Some(json!("State of the cluster.")),
        new: Some(json!("The state of the cluster.\nOne of two.")),
        rust_items: Vec::new(),
        ..finding(Wire::None, Source::Patch, "The description of `Cluster.status` changed.")
    };

    let note = |kind, message: &str, help: Option<&str>| Note {
        kind,
        message: message.to_owned(),
        help: help.map(str::to_owned),
    };

    Report {
        base: side("spec/connect-v1.openapi.json"),
        revision: side("https://api.ultimaker.com/connect/v1/spec"),
        findings: vec![
            removed,
            finding(Wire::Risky, Source::Major, "A value of `Cluster.status` became `idle`."),
            added,
            described,
        ],
        unreached: 2,
        notes: vec![
            note(
                NoteKind::NeverApplied,
                "Action 3 of the overlay mends nothing any more.",
                Some("delete it from `spec/overlay.yaml`"),
            ),
            note(
                NoteKind::Policy,
                "The policy does not know `GET /usage`.",
                Some("name it in spec/policy.yaml:\n  - { id: get_usage, route: GET /usage }"),
            ),
            note(NoteKind::Witness, "Both crates were generated and compared.", None),
        ],
    }
}

/// A report with these findings only.
pub fn with(findings: Vec<Finding>) -> Report {
    Report { findings, unreached: 0, notes: Vec::new(), ..report() }
}

/// The day of the tests.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).expect("a day")
}

/// An entry of `spec/accepted.toml`.
pub fn entry(finding: &Finding, reason: &str, expires: &str) -> String {
    let fingerprint = finding.fingerprint();
    let reason = Value::from(reason);

    format!(
        "[[accepted]]\nfingerprint = \"{fingerprint}\"\nreason = {reason}\ndate = 2026-11-01\n\
         expires = {expires}\n"
    )
}

/// A review of a report with these acceptances.
pub fn review(report: Report, accepted: &str) -> Review {
    let accepted = Accepted::parse(accepted).expect("acceptances");
    Review::new(report, &accepted, today(), &Version::new(0, 1, 0))
}
