//! What somebody who uses the API sees of it, a line for each thing: made for snapshots, and for
//! comparing two versions line by line.

pub mod document;
