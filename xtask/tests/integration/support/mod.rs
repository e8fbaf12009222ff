//! What the tests share: a copy of the workspace, changed documents, and an HTTP server.

pub mod changes;
pub mod server;
pub mod workspace;
