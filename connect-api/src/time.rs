//! Time, on the platforms that reqwest runs on.

use std::future::Future;
use std::pin::Pin;

#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::time::{sleep, timeout};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::tokio::{sleep, timeout};

#[cfg(not(target_family = "wasm"))]
pub(crate) use std::time::{Instant, SystemTime};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::std::{Instant, SystemTime};

/// A boxed future: what an async method of a trait object gives. `Send` wherever there are
/// threads.
#[cfg(not(target_family = "wasm"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed future: what an async method of a trait object gives. `Send` wherever there are
/// threads.
#[cfg(target_family = "wasm")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
