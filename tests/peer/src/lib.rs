//! progenitor's own client of the Connect API, positional, from the normalised document.

#![allow(missing_docs, clippy::all, rustdoc::all, reason = "progenitor generates the code")]

include!(concat!(env!("OUT_DIR"), "/client.rs"));
