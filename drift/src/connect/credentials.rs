//! What the documents themselves say of credentials. Normalisation replaces it by what the policy
//! knows, so it is compared as it stands, and filed at its place in the normalised documents.

use connect_codegen::diagnostic::{Result, pointer_segment, unescaped_segment};
use connect_codegen::openapi::route::plain_path;
use serde_json::{Map, Value};

use crate::change_kind::ChangeKind;
use crate::compare::compare;
use crate::finding::Finding;
use crate::load::Document;

/// The kinds of change in `drift/VERDICTS.md` that are about credentials.
const KINDS: std::ops::RangeInclusive<u8> = 84..=88;

/// The findings about credentials, of documents that are as upstream writes them.
///
/// # Errors
///
/// If a document cannot be compared.
pub fn findings(base: &Document, revision: &Document) -> Result<Vec<Finding>> {
    if !declares(&base.value) && !declares(&revision.value) {
        return Ok(Vec::new());
    }

    let findings = compare(base, revision)?.findings.into_iter();
    let about =
        |finding: &Finding| finding.class.row().kinds.iter().any(|kind| KINDS.contains(kind));
    let known = takes_our_token(&revision.value);

    let findings = findings.filter(about).map(|mut finding| {
        if known && finding.class == ChangeKind::SecurityAdded {
            finding.class = ChangeKind::KnownSecurityAdded;
            (finding.wire, finding.source) = finding.class.row().request;
        }
        placed(finding)
    });

    Ok(findings.collect())
}

/// Whether all schemes of a document take the token that the client always sends, whatever words
/// the language has for it.
fn takes_our_token(document: &Value) -> bool {
    let schemes = document.pointer("/components/securitySchemes");
    let schemes = schemes.or_else(|| document.get("securityDefinitions"));
    let mut schemes = schemes.and_then(Value::as_object).into_iter().flat_map(Map::values);

    schemes.all(|scheme| {
        let is = |key: &str, wanted: &str| {
            scheme[key].as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
        };
        match scheme["type"].as_str() {
            Some("oauth2") => true,
            Some("http") => is("scheme", "bearer"),
            Some("apiKey") => is("in", "header") && is("name", "authorization"),
            _ => false,
        }
    })
}

/// Whether a document says anything of credentials.
fn declares(document: &Value) -> bool {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values);
    let mut operations = items.filter_map(Value::as_object).flat_map(Map::values);
    document.get("security").or_else(|| document.get("securityDefinitions")).is_some()
        || document.pointer("/components/securitySchemes").is_some()
        || operations.any(|operation| operation.get("security").is_some())
}

/// The finding at its place in the normalised documents.
fn placed(mut finding: Finding) -> Finding {
    for pointer in [&mut finding.pointer, &mut finding.revision_pointer].into_iter().flatten() {
        *pointer = place(pointer);
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

fn place(pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["paths", path, method, ..] => {
            let path = unescaped_segment(path);
            let plain = plain_path(&path).unwrap_or(path);
            format!("/paths/{}/{method}", pointer_segment(&plain))
        }
        ["security", ..] => "/security".to_owned(),
        _ => "/components/securitySchemes".to_owned(),
    }
}
