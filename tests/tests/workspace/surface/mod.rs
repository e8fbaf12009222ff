//! Snapshots of the surface of the API and of the crate: a change of either is a change of lines.

mod client;
mod mutations;

use std::path::Path;

use connect_codegen::pipeline;
use connect_codegen::public_api::PublicApi;
use connect_codegen::workspace::Layout;
use connect_tests::surface::document;

fn layout() -> Layout {
    Layout::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

/// Asserts a snapshot whose file name leaves out the module.
macro_rules! assert_surface {
    ($name:literal, $text:expr) => {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!($name, $text) });
    };
}

#[test]
fn api_surface_matches_its_snapshots() {
    let (normalised, _) =
        pipeline::load_and_normalise(&layout()).expect("the document is normalised");
    let document = serde_json::from_str(&normalised.to_json()).expect("JSON");
    let surface = document::Surface::new(&document);

    assert_surface!("api_operations", surface.operations);
    assert_surface!("api_models", surface.models);
    assert_surface!("api_enums", surface.enums);
}

#[test]
fn crate_surface_matches_its_snapshots() {
    let folder = layout().root().join("connect-api/src");
    let api = PublicApi::read_crate(&folder).expect("the crate can be read");
    let is_model = |path: &str| path.starts_with("models::");
    let is_request = |path: &str| path.starts_with("requests::");

    assert_surface!("crate_core", api.to_text(|path| !is_model(path) && !is_request(path)));
    assert_surface!("crate_models", api.to_text(is_model));
    assert_surface!("crate_requests", api.to_text(is_request));
    assert_surface!("crate_open_enums", api.open_enum_members);
    assert_surface!("crate_request_members", api.request_members);
}
