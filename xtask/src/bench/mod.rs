//! `cargo xtask bench`: the compile time of the crate, compared with progenitor's crates for the
//! same normalised document and with other crates.
//!
//! All crates are members of one scratch workspace, so that they share versions, profiles and built
//! dependencies, and only the crate itself is timed. The builds are interleaved (A B C, A B C, …),
//! so that other load on the machine affects all crates equally.

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

/// A benchmark of compile times.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Other crates to measure, in addition to ours and progenitor's.
    pub peers: Vec<Peer>,
    /// The number of timed runs of each build.
    pub runs: u16,
}

/// Another crate to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The name in the table.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

/// The measurements of one crate.
#[derive(Debug)]
struct Measurement {
    name: String,
    generated_lines: usize,
    lines: usize,
    check: Vec<Duration>,
    release: Vec<Duration>,
}

/// Parses `NAME=PATH`.
pub fn parse_peer(text: &str) -> std::result::Result<Peer, String> {
    let (name, folder) = text.split_once('=').ok_or("`=` is missing")?;
    let is_valid = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !is_valid {
        return Err("the name must be a package name: letters, digits, `-` and `_`".to_owned());
    }

    Ok(Peer { name: name.to_owned(), folder: folder.into() })
}

impl Bench {
    /// Runs the benchmark and returns the result as Markdown.
    pub fn run(&self, layout: &Layout) -> Result<String> {
        let scratch = Scratch::prepare(layout, &self.peers)?;
        let empty = |member: &scratch::Member| Measurement {
            name: member.name.clone(),
            generated_lines: member.generated_lines,
            lines: member.lines,
            check: Vec::new(),
            release: Vec::new(),
        };

        let mut measurements: Vec<Measurement> = scratch.members.iter().map(empty).collect();

        // Round 0 also builds the dependencies, so it is not counted.
        for round in 0..=self.runs {
            eprintln!("round {round} of {}", self.runs);
            for kind in [Kind::Check, Kind::Release] {
                for measurement in &mut measurements {
                    let duration = build(&scratch, &measurement.name, kind)?;
                    let times = match kind {
                        Kind::Check => &mut measurement.check,
                        Kind::Release => &mut measurement.release,
                    };

                    if round > 0 {
                        times.push(duration);
                    }
                }
            }
        }

        Ok(table::markdown(&measurements))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_is_parsed_from_name_and_path() {
        let folder = PathBuf::from("a=b/c");
        assert_eq!(parse_peer("my-peer=a=b/c"), Ok(Peer { name: "my-peer".to_owned(), folder }));
        for invalid in ["", "a", "=a", "../a=b", "a b=c", "1a=b", "é=a"] {
            assert!(parse_peer(invalid).is_err(), "{invalid}");
        }
    }
}
