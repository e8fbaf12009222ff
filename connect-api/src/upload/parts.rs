//! The parts of an upload: its source, options and settings.

use std::time::Duration;

use super::progress::OnProgress;
use super::source::UploadSource;
use crate::client::Client;
use crate::http::options::CallOptions;

/// The parts of an upload that are independent of its destination.
pub(crate) struct Parts {
    pub(crate) client: Client,
    pub(crate) options: CallOptions,
    pub(crate) source: UploadSource,
    pub(super) settings: Settings,
}

/// The settings of an upload.
pub(super) struct Settings {
    pub(super) on_progress: Option<OnProgress>,
    pub(super) stall_timeout: Duration,
    pub(super) origin: Option<String>,
}
