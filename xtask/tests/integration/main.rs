//! Integration tests of the tasks: the command line, and fetching over HTTP.
//!
//! They are one binary, because each binary is linked separately. The tests of the nightly workflow
//! are another one, with a harness that can report a test as ignored at run time.

mod cli;
mod fetch;
mod support;
