//! From the Connect API's own document to the `connect-api` crate.
//!
//! The way of a document, one module and one type a stage:
//!
//! | stage | module | takes | gives |
//! |---|---|---|---|
//! | fetch | `xtask fetch`, [`import`] | the service, the published page | bytes |
//! | load | [`openapi::document`] | bytes | [`openapi::document::Upstream`] |
//! | normalise | [`normalise`] | [`openapi::document::Upstream`] | [`normalise::Normalised`] |
//! | lower | [`lower`] | [`normalise::Normalised`] | [`lower::Lowered`] |
//! | emit | [`emit`] | [`lower::Lowered`] | [`io::write::Files`] |
//! | write | [`mod@io::write`] | [`io::write::Files`] | the disk |

pub mod changes;
pub mod diagnostic;
pub mod emit;
pub mod import;
pub mod io;
pub mod lower;
pub mod normalise;
pub mod openapi;
pub mod pipeline;
pub mod policy;
mod progenitor;
pub mod progenitor_client;
pub mod public_api;
pub mod workspace;
