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
/// runtime that may block (`spawn_blocking`, `block_in_place`) are allowed. The panic names the
/// location of the caller.
#[track_caller]
pub(crate) fn block_on<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();

    // One worker keeps idle connections alive between calls.
    let runtime =
        RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

    match runtime {
        // The handle's `block_on` passes the caller's location to a panic, the runtime's does not.
        Ok(runtime) => runtime.handle().block_on(call),
        Err(error) => {
            let message = format!("cannot start the runtime of blocking calls: {error}");
            Err(Error::Configuration(ConfigurationError::new(message)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    #[test]
    fn panic_inside_an_async_task_names_the_caller() {
        let locations = Arc::<Mutex<Vec<(String, u32)>>>::default();
        let (log, test_thread) = (locations.clone(), thread::current().id());
        let default_hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| match info.location() {
            Some(location) if thread::current().id() == test_thread => {
                log.lock().unwrap().push((location.file().to_owned(), location.line()));
            }
            _ => default_hook(info),
        }));

        let runtime = Builder::new_current_thread().build().unwrap();
        let mut call_line = 0;
        let result = runtime.block_on(async {
            panic::catch_unwind(AssertUnwindSafe(|| {
                call_line = line!() + 1;
                block_on(async { Ok(()) })
            }))
        });
        drop(panic::take_hook());

        assert!(result.is_err());
        assert_eq!(*locations.lock().unwrap(), [(file!().to_owned(), call_line)]);
    }
}
