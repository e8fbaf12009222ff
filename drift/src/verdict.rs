//! Verdicts: what a change means for deployed programs and for the regenerated crate.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The effect of a change on both kinds of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// The effect on deployed programs.
    pub wire: WireVerdict,
    /// The effect on programs that compile against the regenerated crate.
    pub source: SourceVerdict,
}

/// The effect of a change on programs that are already deployed, from harmless to fatal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WireVerdict {
    /// The change has no effect.
    None,
    /// Programs keep working, and the API offers something new.
    Compatible,
    /// Programs may break, depending on the requests they send or the data they receive.
    Risky,
    /// Programs break.
    Breaking,
}

/// The effect of a change on programs that compile against the regenerated crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceVerdict {
    /// The crate is unchanged.
    None,
    /// The crate changes, but not its public API.
    Patch,
    /// The public API grows.
    Minor,
    /// Programs may no longer compile.
    Major,
}

impl WireVerdict {
    /// Returns the name used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Compatible => "compatible",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        }
    }
}

impl SourceVerdict {
    /// Returns the name used in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for WireVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for SourceVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
