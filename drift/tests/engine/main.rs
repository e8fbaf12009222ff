//! The engine: what it finds, in tiny pairs of documents, in documents that only look different, in
//! documents that chance has changed, and in documents that were made to break it.

mod access;
mod causes;
mod documents;
mod edits;
mod hostile;
mod members;
mod neutral;
mod pairs;
mod properties;
mod random;
mod requests;
mod schemas;
mod table;
