//! The committed upstream document, changed as upstream might.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::workspace::Workspace;

impl Workspace {
    /// The committed upstream document.
    pub fn document(&self) -> Value {
        let text = fs::read_to_string(self.layout.upstream()).expect("a document");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Writes the document with a change beside the workspace's files.
    pub fn changed(&self, change: fn(&mut Value)) -> String {
        let mut document = self.document();
        change(&mut document);
        self.write("changed.json", &format!("{document:#}\n"))
    }

    /// Writes a file, and gives its name.
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("a file");
        name.to_owned()
    }

    /// The path of a file in the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.layout.root().join(name)
    }
}

fn object<'d>(document: &'d mut Value, pointer: &str) -> &'d mut serde_json::Map<String, Value> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).expect(pointer)
}

/// An operation is new.
pub fn add_operation(document: &mut Value) {
    let usage = json!({
        "tags": ["default"],
        "operationId": "getUsage",
        "summary": "How much is printed.",
        "produces": ["application/json"],
        "responses": { "204": { "description": "Nothing to say." } },
    });
    object(document, "/paths").insert("/usage".to_owned(), json!({ "get": usage }));
}

/// An operation is gone.
pub fn remove_operation(document: &mut Value) {
    object(document, "/paths").remove("/teapot").expect("it is there");
}

/// A model has another name: nobody notices on the wire.
pub fn rename_model(document: &mut Value) {
    let text = document.to_string().replace("FilterOption", "FilterChoice");
    let renamed: Value = serde_json::from_str(&text).expect("JSON");
    assert_ne!(renamed, *document);
    *document = renamed;
}

/// A description reads better.
pub fn describe(document: &mut Value) {
    object(document, "/info").insert("description".to_owned(), json!("Better words."));
}
