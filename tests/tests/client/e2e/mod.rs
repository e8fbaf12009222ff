//! All operations through the public API of the crate, over HTTP.

mod case;
mod cases;
mod envelopes;
mod errors;
mod hostile;
mod odd;
mod operations;
mod print_jobs;
mod raw;
mod secrets;
mod undocumented;
