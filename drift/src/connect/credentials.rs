//! Findings about credentials in documents as published by the service.
//!
//! Normalisation replaces the security declarations of a document by those of the policy. Therefore
//! the original documents are compared, and the findings are moved to the corresponding locations in
//! the normalised documents.

use connect_codegen::diagnostic::{Result, pointer_segment, unescaped_segment};
use connect_codegen::openapi::route::plain_path;
use serde_json::{Map, Value};

use crate::change_kind::ChangeKind;
use crate::compare::compare;
use crate::finding::Finding;
use crate::load::Document;

/// The rows of the table in `drift/VERDICTS.md` about credentials.
const CREDENTIAL_ROWS: std::ops::RangeInclusive<u8> = 84..=88;

/// Returns the findings about credentials in two documents as published by the service.
///
/// # Errors
///
/// If a document cannot be compared.
pub fn findings(base: &Document, revision: &Document) -> Result<Vec<Finding>> {
    if !declares_security(&base.value) && !declares_security(&revision.value) {
        return Ok(Vec::new());
    }

    let accepts_token = accepts_bearer_token(&revision.value);
    let findings = compare(base, revision)?.findings.into_iter().filter(is_about_credentials);
    let findings = findings.map(|mut finding| {
        if accepts_token && finding.kind == ChangeKind::SecurityAdded {
            finding.kind = ChangeKind::KnownSecurityAdded;
            let verdict = finding.kind.definition().request;
            (finding.wire, finding.source) = (verdict.wire, verdict.source);
        }

        relocate(finding)
    });

    Ok(findings.collect())
}

fn is_about_credentials(finding: &Finding) -> bool {
    let rows = finding.kind.definition().verdict_rows;
    rows.iter().any(|row| CREDENTIAL_ROWS.contains(row))
}

/// Whether all security schemes of a document accept the token that the client always sends.
fn accepts_bearer_token(document: &Value) -> bool {
    let schemes = document.pointer("/components/securitySchemes");
    let schemes = schemes.or_else(|| document.get("securityDefinitions"));
    let mut schemes = schemes.and_then(Value::as_object).into_iter().flat_map(Map::values);

    schemes.all(|scheme| {
        let has = |key: &str, expected: &str| {
            scheme[key].as_str().is_some_and(|text| text.eq_ignore_ascii_case(expected))
        };

        match scheme["type"].as_str() {
            Some("oauth2") => true,
            Some("http") => has("scheme", "bearer"),
            Some("apiKey") => has("in", "header") && has("name", "authorization"),
            _ => false,
        }
    })
}

/// Whether a document contains any security declaration.
fn declares_security(document: &Value) -> bool {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values);
    let mut operations = items.filter_map(Value::as_object).flat_map(Map::values);

    document.get("security").or_else(|| document.get("securityDefinitions")).is_some()
        || document.pointer("/components/securitySchemes").is_some()
        || operations.any(|operation| operation.get("security").is_some())
}

/// Moves a finding to its location in the normalised documents.
fn relocate(mut finding: Finding) -> Finding {
    for pointer in [&mut finding.pointer, &mut finding.revision_pointer].into_iter().flatten() {
        *pointer = normalised_pointer(pointer);
    }

    for operation in &mut finding.operations {
        if let Some((method, path)) = operation.split_once(' ')
            && let Some(plain) = plain_path(path)
        {
            *operation = format!("{method} {plain}");
        }
    }

    finding
}

fn normalised_pointer(pointer: &str) -> String {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    match segments.as_slice() {
        ["paths", path, method, ..] => {
            let path = unescaped_segment(path);
            let plain = plain_path(&path).unwrap_or(path);
            format!("/paths/{}/{method}", pointer_segment(&plain))
        }
        ["security", ..] => "/security".to_owned(),
        _ => "/components/securitySchemes".to_owned(),
    }
}
