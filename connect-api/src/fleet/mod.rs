//! Features that combine several calls: waiting for an action, watching a cluster, and uploading a
//! material profile. The rest of the crate does not depend on particular operations.

mod action;
#[cfg(feature = "upload")]
mod materials;
mod watch;

pub use action::Action;
pub(crate) use action::impl_wait;
pub use watch::{AttentionReason, Watch, WatchEvent};
