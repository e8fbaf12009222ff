//! What programs do with calls of certain operations: wait for actions, watch a cluster, upload a
//! material. The rest of the crate knows no operation by name.

mod action;
#[cfg(feature = "upload")]
mod materials;
mod watch;

pub use action::Action;
pub(crate) use action::awaited;
pub use watch::{AttentionReason, Watch, WatchEvent};
