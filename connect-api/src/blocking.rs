//! Calls without async.

use std::future::Future;
use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{ConfigurationError, Error};

/// Runs a call to its end, on a runtime that all blocking calls share.
pub(crate) fn block_on<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let fault = |what: String| Error::Configuration(ConfigurationError::new(what));
    if Handle::try_current().is_ok() {
        return Err(fault(
            "a blocking call would block an async runtime: await it instead".to_owned(),
        ));
    }
    // One worker keeps idle connections alive between calls.
    let runtime =
        RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());
    match runtime {
        Ok(runtime) => runtime.block_on(call),
        Err(error) => Err(fault(format!("no runtime for a blocking call: {error}"))),
    }
}
