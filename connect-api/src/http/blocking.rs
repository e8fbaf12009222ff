//! Calls without async.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{OnceLock, mpsc};
use std::task::{Context, Waker};

use tokio::runtime::{Builder, Runtime};
use tokio::task::coop::consume_budget;
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

use crate::error::{ConfigurationError, Error};

/// Runs a call to its end, on a runtime that all blocking calls share.
pub(crate) fn block_on<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();

    let fault = |what: &str| Error::Configuration(ConfigurationError::new(what));
    if is_polled() {
        return Err(fault(
            "a blocking call would block an async runtime: await it instead, or make it inside of \
             `spawn_blocking`",
        ));
    }

    // One worker keeps idle connections alive between calls.
    let runtime =
        RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());
    let runtime = runtime
        .as_ref()
        .map_err(|error| fault(&format!("no runtime for a blocking call: {error}")))?;

    // Not by `Runtime::block_on`, which panics where it takes a thread for one of a runtime.
    let (sender, receiver) = mpsc::sync_channel(1);
    let call = call.in_current_span().with_current_subscriber();
    runtime.spawn(async move { sender.send(call.await) });

    // It may have panicked after something was sent: that is no error of ours to name.
    receiver.recv().unwrap_or_else(|_| panic!("the call that was waited for has panicked"))
}

/// Whether this thread is polling a task, which others wait for. A task has a budget of steps that
/// it can use up; on threads that may block there is none, even if they are a runtime's.
fn is_polled() -> bool {
    /// More than any budget.
    const STEPS: usize = 1000;

    let mut context = Context::from_waker(Waker::noop());
    (0..STEPS).any(|_| pin!(consume_budget()).poll(&mut context).is_pending())
}
