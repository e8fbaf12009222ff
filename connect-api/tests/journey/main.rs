//! From a token to a finished print: pages, actions, a watch and requests of any route, against
//! servers that do what servers do.

mod actions;
mod pages;
mod requests;
mod watch;

#[path = "../server_support/mod.rs"]
mod server_support;
