//! One change, its verdicts, and where it is.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::change_kind::ChangeKind;
use connect_codegen::openapi::document::sha256;

/// What a change means for programs that are already deployed, from harmless to fatal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// They cannot notice it.
    None,
    /// They go on working; there is something new to use.
    Compatible,
    /// They may break, depending on what they send or on what the data is.
    Risky,
    /// They break.
    Breaking,
}

/// What a change means for programs that are compiled against the regenerated crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The crate is the same.
    None,
    /// The crate is another, its public surface is not.
    Patch,
    /// There is something new to use.
    Minor,
    /// They may no longer compile.
    Major,
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Compatible => "compatible",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// One change: one cause, however many operations it reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind of change it is.
    pub class: ChangeKind,
    /// What it means for deployed programs.
    pub wire: Wire,
    /// What it means for the regenerated crate.
    pub source: Source,
    /// Where, as a JSON pointer into the base; none if there is nothing in the base.
    pub pointer: Option<String>,
    /// Where, as a JSON pointer into the revision; none if there is nothing in the revision.
    pub revision_pointer: Option<String>,
    /// The operations that it reaches, as `GET /clusters`, sorted.
    pub operations: Vec<String>,
    /// The public items of the crate that it touches, as `models::ClusterResponse::status`, sorted.
    pub rust_items: Vec<String>,
    /// What stood there.
    pub old: Option<Value>,
    /// What stands there now.
    pub new: Option<Value>,
    /// What happened, in a sentence.
    pub message: String,
}

impl Finding {
    /// The place in the base, or where there is none, in the revision.
    pub fn place(&self) -> Option<&str> {
        self.pointer.as_deref().or(self.revision_pointer.as_deref())
    }

    /// What the finding is known by: a hash of its class, place and values, not of its words.
    pub fn fingerprint(&self) -> String {
        let identity = json!([self.class.id(), self.place(), self.old, self.new]);
        sha256(identity.to_string().as_bytes())[..16].to_owned()
    }
}
