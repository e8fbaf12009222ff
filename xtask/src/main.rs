//! The command line of the maintainers' tasks.

fn main() {}
