//! Integration tests of the client, against servers on this machine that answer as a test says.
//!
//! They are one binary, because each binary is linked separately. A test that needs a process of
//! its own starts this program again: see [`support::isolated`].

mod actions;
#[cfg(feature = "login")]
mod login;
#[cfg(feature = "oauth")]
mod oauth;
mod pages;
#[cfg(feature = "oauth")]
mod proxy;
mod raw_requests;
mod redaction;
mod support;
#[cfg(feature = "upload")]
mod upload;
mod watch;
