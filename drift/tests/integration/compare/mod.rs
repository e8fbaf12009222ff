//! The comparison of two documents: findings of small pairs of documents, equivalent documents,
//! random documents, and documents made to cause errors.

mod causes;
mod change_kinds;
mod documents;
mod edits;
mod equivalent_documents;
mod hostile_documents;
mod pairs;
mod parameters_and_bodies;
mod properties;
mod random_documents;
mod schemas;
mod servers_and_security;
mod union_members;
