//! What a report says, and that it says it whoever wrote the documents.

mod accepted;
mod changelog;
mod formats;
mod github;
mod hostile;
mod json;
mod review;
#[path = "../sample/mod.rs"]
mod sample;
