//! API documents: loading, overlays, routes, and traversal.

pub mod document;
pub mod overlay;
pub mod route;
pub mod walk;
