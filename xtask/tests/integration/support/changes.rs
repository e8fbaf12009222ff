//! Possible changes of the upstream document.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::workspace::Workspace;

impl Workspace {
    /// Reads the committed upstream document.
    pub fn document(&self) -> Value {
        let text = fs::read_to_string(self.layout.upstream()).expect("a document");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Writes a changed document, and returns its file name.
    pub fn write_changed(&self, change: fn(&mut Value)) -> String {
        let mut document = self.document();
        change(&mut document);
        self.write("changed.json", &format!("{document:#}\n"))
    }

    /// Writes a file, and returns its name.
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("a file");
        name.to_owned()
    }

    /// Returns the path of a file in the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.layout.root().join(name)
    }
}

/// Returns the object at a JSON pointer.
fn object<'d>(document: &'d mut Value, pointer: &str) -> &'d mut serde_json::Map<String, Value> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).expect(pointer)
}

/// Adds an operation.
pub fn add_operation(document: &mut Value) {
    let usage = json!({
        "tags": ["default"],
        "operationId": "getUsage",
        "summary": "The usage of the printers.",
        "produces": ["application/json"],
        "responses": { "204": { "description": "No content." } },
    });
    object(document, "/paths").insert("/usage".to_owned(), json!({ "get": usage }));
}

/// Removes an operation.
pub fn remove_operation(document: &mut Value) {
    object(document, "/paths").remove("/teapot").expect("the operation exists");
}

/// Renames a model. The requests and responses do not change.
pub fn rename_model(document: &mut Value) {
    let text = document.to_string().replace("FilterOption", "FilterChoice");
    let renamed: Value = serde_json::from_str(&text).expect("JSON");
    assert_ne!(renamed, *document);
    *document = renamed;
}

/// Changes a description.
pub fn change_description(document: &mut Value) {
    object(document, "/info").insert("description".to_owned(), json!("Another description."));
}
