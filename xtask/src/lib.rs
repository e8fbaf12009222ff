//! The maintainers' tasks, as a library: what the commands do, without their command line.

pub mod bench;
pub mod fetch;
pub mod store;
