//! Sample reports for the tests.

use chrono::NaiveDate;
use connect_drift::accepted::Accepted;
use connect_drift::change_kind::ChangeKind;
use connect_drift::finding::Finding;
use connect_drift::report::{DocumentInfo, Note, NoteKind, Report};
use connect_drift::review::Review;
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use semver::Version;
use serde_json::{Value, json};

/// A document with known lines.
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

pub fn document_info(location: &str) -> DocumentInfo {
    DocumentInfo {
        location: location.to_owned(),
        sha256: "ef22b23ca65953343cc84861ebe914d96725ddd7ed74f38f4519701c486dfbc2".to_owned(),
        specification_version: "OpenAPI 3.0.3".to_owned(),
        title: "Connect API".to_owned(),
        version: "v1".to_owned(),
        is_connect: true,
        text: TEXT.to_owned(),
        text_file: (!location.contains("://")).then(|| location.to_owned()),
    }
}

pub fn finding(wire: WireVerdict, source: SourceVerdict, message: &str) -> Finding {
    Finding {
        kind: ChangeKind::Unclassified,
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

/// Returns a report with a finding of each wire verdict and a note of each kind.
pub fn report() -> Report {
    let enum_changed = finding(
        WireVerdict::Risky,
        SourceVerdict::Major,
        "A value of `Cluster.status` became `idle`.",
    );

    Report {
        base: document_info("spec/connect-v1.openapi.json"),
        revision: document_info("https://api.ultimaker.com/connect/v1/spec"),
        findings: vec![operation_removed(), enum_changed, operation_added(), description_changed()],
        unreached: 2,
        notes: notes(),
    }
}

fn operation_removed() -> Finding {
    Finding {
        kind: ChangeKind::OperationRemoved,
        pointer: Some("/paths/~1jobs~1{job_id}/post".to_owned()),
        revision_pointer: None,
        operations: vec!["POST /jobs/{job_id}".to_owned()],
        rust_items: vec!["Client::print".to_owned(), "requests::Print".to_owned()],
        old: Some(
            json!({"operationId": "print", "parameters": [{"name": "job_id", "in": "path"}]}),
        ),
        new: None,
        ..finding(
            WireVerdict::Breaking,
            SourceVerdict::Major,
            "The operation `POST /jobs/{job_id}` was removed.",
        )
    }
}

fn operation_added() -> Finding {
    Finding {
        kind: ChangeKind::OperationAdded,
        pointer: None,
        revision_pointer: Some("/paths/~1usage/get".to_owned()),
        operations: vec!["GET /usage".to_owned()],
        rust_items: vec!["Client::get_usage".to_owned(), "requests::GetUsage".to_owned()],
        old: None,
        new: Some(json!({"operationId": "get_usage", "tags": ["usage"]})),
        ..finding(
            WireVerdict::Compatible,
            SourceVerdict::Minor,
            "The operation `GET /usage` was added.",
        )
    }
}

fn description_changed() -> Finding {
    Finding {
        old: Some(json!("State of the cluster.")),
        new: Some(json!("The state of the cluster.\nOne of two.")),
        rust_items: Vec::new(),
        ..finding(
            WireVerdict::None,
            SourceVerdict::Patch,
            "The description of `Cluster.status` changed.",
        )
    }
}

fn notes() -> Vec<Note> {
    let note = |kind, message: &str, help: Option<&str>| Note {
        kind,
        message: message.to_owned(),
        help: help.map(str::to_owned),
    };

    vec![
        note(
            NoteKind::StaleRule,
            "Action 3 of the overlay no longer applies.",
            Some("delete it from `spec/overlay.yaml`"),
        ),
        note(
            NoteKind::Policy,
            "The policy has no entry for `GET /usage`.",
            Some("add to spec/policy.yaml:\n  - { id: get_usage, route: GET /usage }"),
        ),
        note(NoteKind::ApiDiff, "The public APIs of both crates were compared.", None),
    ]
}

/// Returns a report with the given findings and without notes.
pub fn with(findings: Vec<Finding>) -> Report {
    Report { findings, unreached: 0, notes: Vec::new(), ..report() }
}

/// Returns the current day of the tests.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).expect("a valid date")
}

/// Returns an entry of `spec/accepted.toml` for a finding.
pub fn entry(finding: &Finding, reason: &str, expires: &str) -> String {
    let fingerprint = finding.fingerprint();
    let reason = Value::from(reason);

    format!(
        "[[accepted]]\nfingerprint = \"{fingerprint}\"\nreason = {reason}\ndate = 2026-11-01\n\
         expires = {expires}\n"
    )
}

/// Reviews a report with the given acceptances.
pub fn review(report: Report, accepted: &str) -> Review {
    let accepted = Accepted::parse(accepted).expect("valid acceptances");
    Review::new(report, &accepted, today(), &Version::new(0, 1, 0))
}
