//! Timers, clocks and boxed futures, for native targets and for wasm.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::time::{sleep, timeout};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::tokio::{sleep, timeout};

#[cfg(not(target_family = "wasm"))]
pub(crate) use std::time::Instant;
#[cfg(not(target_family = "wasm"))]
use std::time::{SystemTime, UNIX_EPOCH};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::std::Instant;
#[cfg(target_family = "wasm")]
use wasmtimer::std::{SystemTime, UNIX_EPOCH};

/// A boxed future, as returned by async methods of trait objects. It is `Send` except in wasm.
#[cfg(not(target_family = "wasm"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed future, as returned by async methods of trait objects. It is `Send` except in wasm.
#[cfg(target_family = "wasm")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Returns the time since the Unix epoch.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
