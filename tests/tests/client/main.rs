//! Tests of the client against the stand-in server, over HTTP on the loopback interface.
//!
//! They share one binary, so that the client and the stand-in are linked once.

mod differential;
mod e2e;
mod examples_decode;
mod faults;
mod front_page;
mod rate_limit;
mod spans;
mod user_journey;
