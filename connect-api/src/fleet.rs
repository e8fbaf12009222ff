//! What programs do with calls of certain operations: wait for actions, watch a cluster, upload a
//! material. The rest of the crate knows no operation by name.

mod action;
mod attested;
#[cfg(feature = "upload")]
mod material;
mod watch;

pub(crate) use action::awaited;
pub use action::{Action, ActionError};
pub use watch::{AttentionReason, Watch, WatchEvent};
