//! `cargo xtask bench`: what the crate costs to compile, beside progenitor's crates of the same
//! normalised document and any others.
//!
//! All are members of one scratch workspace, so that they share versions, profiles and built
//! dependencies, and only the crate itself is timed. The builds take turns (A B C, A B C, …): what
//! else the machine does at some time then falls on all alike.

mod build;
mod scratch;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use connect_codegen::diagnostic::Result;
use connect_codegen::workspace::Layout;

pub use self::build::Kind;
use self::build::build;
use self::scratch::Scratch;

/// A measurement to make.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Crates to measure beside ours and progenitor's.
    pub peers: Vec<Peer>,
    /// How often each build is timed.
    pub runs: u16,
}

/// Another crate to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// What it is called in the table.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// What one crate costs.
#[derive(Debug)]
struct Cost {
    name: String,
    generated_lines: usize,
    lines: usize,
    check: Vec<Duration>,
    release: Vec<Duration>,
}

/// Reads `NAME=PATH`.
pub fn peer(text: &str) -> std::result::Result<Peer, String> {
    let (name, folder) = text.split_once('=').ok_or("it has no `=`")?;
    let usable = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !usable {
        return Err("the name is that of a package: letters, digits, `-` and `_`".to_owned());
    }

    Ok(Peer { name: name.to_owned(), folder: folder.into() })
}

impl Bench {
    /// Measures, and tells the result as Markdown.
    pub fn run(&self, layout: &Layout) -> Result<String> {
        let scratch = Scratch::prepare(layout, &self.peers)?;
        let cost = |member: &scratch::Member| Cost {
            name: member.name.clone(),
            generated_lines: member.generated_lines,
            lines: member.lines,
            check: Vec::new(),
            release: Vec::new(),
        };

        let mut costs: Vec<Cost> = scratch.members.iter().map(cost).collect();
        // The first round builds the dependencies, and does not count.
        for round in 0..=self.runs {
            eprintln!("round {round} of {}", self.runs);
            for kind in [Kind::Check, Kind::Release] {
                for cost in &mut costs {
                    let took = build(&scratch, &cost.name, kind)?;
                    let times = match kind {
                        Kind::Check => &mut cost.check,
                        Kind::Release => &mut cost.release,
                    };

                    if round > 0 {
                        times.push(took);
                    }
                }
            }
        }

        Ok(table::markdown(&costs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_a_name_and_a_path() {
        let folder = PathBuf::from("a=b/c");
        assert_eq!(peer("my-peer=a=b/c"), Ok(Peer { name: "my-peer".to_owned(), folder }));
        for bad in ["", "a", "=a", "../a=b", "a b=c", "1a=b", "é=a"] {
            assert!(peer(bad).is_err(), "{bad}");
        }
    }
}
