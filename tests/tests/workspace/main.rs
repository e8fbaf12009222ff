//! Tests of the workspace as a whole: the generator and its output, the public API, the package,
//! the examples and the house rules.
//!
//! Those that run cargo are here and not beside the tests of the client, because compilers take the
//! processor from tests that measure time.

mod doc_examples;
mod examples_run;
mod golden;
mod package;
mod pipeline;
mod surface;
mod tidy;
