//! Blocking calls, for programs without async.

use std::future::Future;
use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

use crate::error::{ConfigurationError, Error};

/// Runs a call to its end on a runtime that all blocking calls share.
///
/// # Panics
///
/// Panics inside an async task, which it would block: tokio's `block_on` detects this. Threads of a
/// runtime that may block (`spawn_blocking`, `block_in_place`) are allowed.
pub(crate) fn block_on<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();

    // One worker keeps idle connections alive between calls.
    let runtime =
        RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

    match runtime {
        Ok(runtime) => runtime.block_on(call),
        Err(error) => {
            let message = format!("cannot start the runtime of blocking calls: {error}");
            Err(Error::Configuration(ConfigurationError::new(message)))
        }
    }
}
