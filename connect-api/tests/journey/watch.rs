//! A watched cluster.
