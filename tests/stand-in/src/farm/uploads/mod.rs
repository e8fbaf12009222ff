//! Uploads: the service that creates uploads of print files, and the host that receives the files.

pub(crate) mod host;
pub mod service;
