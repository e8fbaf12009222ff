//! The kinds of change, and what each means for a client.

use std::fmt;

use serde::{Serialize, Serializer};

/// A kind of change. Its id is stable: acceptances and other tools refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// An operation that was not there before.
    OperationAdded,
    /// An operation that is gone.
    OperationRemoved,
    /// A public item of the crate that breaks although no other finding says why.
    RustSurfaceChanged,
    /// A change that no rule knows.
    Unclassified,
}

impl Class {
    /// Every class.
    pub const ALL: &[Self] = &[
        Self::OperationAdded,
        Self::OperationRemoved,
        Self::RustSurfaceChanged,
        Self::Unclassified,
    ];

    /// The id, as in `operation-added`.
    pub fn id(self) -> &'static str {
        match self {
            Self::OperationAdded => "operation-added",
            Self::OperationRemoved => "operation-removed",
            Self::RustSurfaceChanged => "rust-surface-changed",
            Self::Unclassified => "unclassified",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
