//! From the Connect API's own document to the `connect-api` crate.
//!
//! The way of a document, one module and one type a stage:
//!
//! | stage | module | takes | gives |
//! |---|---|---|---|
//! | fetch | `xtask fetch`, [`import`] | the service, the published page | bytes |
//! | load | [`document`] | bytes | [`document::Upstream`] |
//! | normalise | [`normalise`] | [`document::Upstream`] | [`normalise::Normalised`] |
//! | lower | [`lower`] | [`normalise::Normalised`] | [`lower::Lowered`] |
//! | emit | [`emit`] | [`lower::Lowered`] | [`write::Files`] |
//! | write | [`mod@write`] | [`write::Files`] | the disk |

pub mod document;
pub mod emit;
pub mod import;
pub mod layout;
pub mod lower;
pub mod normalise;
pub mod peer;
pub mod pipeline;
pub mod policy;
pub mod problem;
pub mod surface;
pub mod text;
pub mod write;
mod yaml;
