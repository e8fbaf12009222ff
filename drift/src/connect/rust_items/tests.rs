//! The committed document: each of its places names items that the committed crate has, and each
//! item of the crate is named by a place.

use std::path::Path;

use connect_codegen::pipeline::{self, Rules};
use connect_codegen::workspace::Layout;

use super::*;
use crate::change_kind::ChangeKind;
use crate::connect::Pair;
use crate::connect::api_diff::Crate;
use crate::finding::Wire;
use crate::load::Document;

fn finding(pointer: &str, value: Option<Value>, operations: Vec<String>) -> Finding {
    Finding {
        class: ChangeKind::Unclassified,
        wire: Wire::None,
        source: Source::None,
        pointer: Some(pointer.to_owned()),
        revision_pointer: None,
        operations,
        rust_items: Vec::new(),
        old: value,
        new: None,
        message: String::new(),
    }
}

/// A finding at each place that becomes something, whatever would have changed there.
fn findings(document: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, schema) in members(&document["components"]["schemas"]) {
        let at = format!("/components/schemas/{name}");
        if name.ends_with("Envelope") {
            continue;
        }

        found.push(finding(&at, None, Vec::new()));

        for (property, _) in members(&schema["properties"]) {
            found.push(finding(&format!("{at}/properties/{property}/type"), None, Vec::new()));
        }

        for value in schema["enum"].as_array().into_iter().flatten() {
            found.push(finding(&format!("{at}/enum"), Some(value.clone()), Vec::new()));
        }
        for (index, member) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
            found.push(finding(&format!("{at}/oneOf/{index}"), Some(member.clone()), Vec::new()));
        }
    }

    for (name, (at, operation)) in Side::of(document).operations {
        found.push(finding(&at, None, Vec::new()));

        for index in 0..operation["parameters"].as_array().map_or(0, Vec::len) {
            found.push(finding(&format!("{at}/parameters/{index}/schema"), None, Vec::new()));
        }
        for (status, response) in members(&operation["responses"]) {
            found.push(finding(&format!("{at}/responses/{status}"), None, Vec::new()));
            let schema = &response["content"]["application/json"]["schema"];

            if let Some(envelope) = component_name(schema) {
                let at = format!("/components/schemas/{envelope}/properties/data");
                found.push(finding(&at, None, vec![name.clone()]));
            }
        }
    }

    found
}

#[test]
fn places_and_items_are_each_others() {
    let layout = Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let rules = Rules::read(&layout).expect("the rules");
    let bytes = std::fs::read(layout.upstream()).expect("the document");
    let document = Document::load("connect-v1.json", &bytes).expect("a document");
    let pair = Pair::of(&document, &document, &rules, &mut Vec::new()).expect("Connect documents");
    let (normalised, _) = pipeline::load_and_normalise(&layout).expect("the committed document");

    assert_eq!(pair.base.document.text, normalised.to_json());
    let Crate(shapes) = Crate::of(&pair.base.lenient).expect("a crate");
    let items = Items::of(&pair.base, &pair.revision);
    let mut findings = findings(items.base.document);
    items.name(&mut findings);

    let mut named = BTreeSet::new();
    for finding in &findings {
        let at = finding.pointer.as_deref().unwrap_or_default();
        assert!(!finding.rust_items.is_empty(), "{at} becomes nothing");

        for item in &finding.rust_items {
            let is_there = shapes.contains_key(item) || shapes.contains_key(&format!("{item}()"));
            assert!(is_there, "{at} becomes {item}, which the crate does not have");
            named.insert(item.as_str());
        }
    }

    // What every model, enum or request has beside what the document says, and what macros give.
    let of_all = ["Unknown", "new", "send_for_response", "with"];
    for path in shapes.keys().filter(|path| !path.contains(": ") && *path != "Client") {
        let item = path.strip_suffix("()").unwrap_or(path);
        let last = item.rsplit("::").next().unwrap_or_default();
        let of_all = of_all.contains(&last) || last.ends_with('!');
        assert!(named.contains(item) || of_all, "{item} comes from nowhere");
    }
}
