//! Integration tests of the stand-in: the library over HTTP, the simulated farm, and the program.

mod examples;
mod farm;
mod http;
mod program;
