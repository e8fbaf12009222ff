//! Generates the `connect-api` crate from the API document that the Connect service publishes.
//!
//! A document passes through these stages, each with one module and one result type:
//!
//! | stage | module | input | output |
//! |---|---|---|---|
//! | fetch or import | `xtask fetch`, [`import`] | the service, or its published page | bytes |
//! | load | [`openapi::document`] | bytes | [`openapi::document::Upstream`] |
//! | normalise | [`normalise`] | [`openapi::document::Upstream`] | [`normalise::Normalised`] |
//! | lower | [`lower`] | [`normalise::Normalised`] | [`lower::ir::LoweredDocument`] |
//! | emit | [`emit`] | [`lower::ir::LoweredDocument`] | [`io::files::Files`] |
//! | write | [`io::files`] | [`io::files::Files`] | files on disk |
//!
//! progenitor is used in three modules:
//!
//! | module | use of progenitor |
//! |---|---|
//! | `emit::progenitor_types` | reads the types of the models from progenitor's type graph |
//! | `emit::progenitor_guard` | runs progenitor, and turns its panics into diagnostics |
//! | [`peer_client`] | generates progenitor's own client, for tests and benchmarks |
//!
//! [`pipeline`] runs the stages over the files of a [`workspace`]. Every stage reports errors as a
//! [`diagnostic::Diagnostic`].

pub mod changes;
pub mod diagnostic;
pub mod emit;
pub mod import;
pub mod io;
pub mod lower;
pub mod normalise;
pub mod openapi;
pub mod peer_client;
pub mod pipeline;
pub mod policy;
pub mod public_api;
pub mod workspace;
