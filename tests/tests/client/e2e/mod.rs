//! All operations through the public API of the crate, over HTTP.

mod case;
mod cases;
mod envelopes;
mod errors;
mod hostile;
mod operations;
mod print_jobs;
mod raw_server;
mod secrets;
mod undocumented;
mod undocumented_variants;
