//! A client of Ultimaker's **Connect API**, the part of the Digital Factory that drives fleets of
//! 3D printers: clusters, printers, print jobs, maintenance, registration, settings, materials.
//!
//! ```no_run
//! # async fn example() -> Result<(), connect_api::Error> {
//! let client = connect_api::Client::new("an API token");
//!
//! let page = client.get_clusters().limit(20).send().await?;
//! for cluster in &page.items {
//!     println!("{} is {}", cluster.host_name, cluster.status);
//! }
//!
//! let job = client.print("a cluster's id", "a job's id").start_now(true).send().await?;
//! println!("{} is {}", job.job_id, job.status);
//! # Ok(())
//! # }
//! ```
//!
//! * Every operation is a method of [`Client`]: what it requires are its arguments, its options
//!   are setters of the request that it gives, and `send` sends it.
//! * The answer is a [model](models) or a [`Page`] of models, without the API's envelope;
//!   `send_for_response` gives it with status and headers, as a [`Response`].
//! * Whatever goes wrong is one [`Error`].
//! * A call is tried again where that is safe, within time limits: see [`RetryPolicy`] and
//!   [`CallOptions`]. Dropping a [`Call`] ends it.
//! * A token that changes comes from a [`TokenProvider`]; with the feature `oauth` there is
//!   `OAuthTokens`, with `login` a login in the browser, and with `blocking` calls without async.
//!
//! Models and requests are generated from the API's own document and are named as upstream names
//! them. Models can gain fields and enums can gain values in a minor release; an enum's value that
//! this release does not know arrives as `Unknown` and is written back as it came.

mod answer;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod client;
mod decode;
mod envelope;
mod error;
mod execute;
mod fleet;
#[rustfmt::skip] // Formatted by its generator, and held to that by `cargo xtask regen --check`.
mod generated;
mod lenient;
#[cfg(all(feature = "login", not(target_family = "wasm")))]
mod login;
#[cfg(feature = "oauth")]
mod oauth;
mod open_enum;
mod options;
mod pace;
mod page;
mod paging;
mod redact;
mod request;
mod response;
mod retry;
mod time;
mod token;
mod transport;
mod union;
#[cfg(feature = "upload")]
mod upload;
mod wire;

pub use bytes::Bytes;
pub use call::Call;
pub use client::{Client, ClientBuilder, DEFAULT_BASE_URL};
#[cfg(feature = "upload")]
pub use error::SourceError;
pub use error::{
    ActionError, ApiError, ConfigurationError, DecodeError, Error, NoDataError, TransportError,
};
// All of it, since the generator's tests build the crate without.
pub use fleet::*;
pub use generated::{models, requests};
#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub use login::{DEFAULT_AUTHORIZE_URL, DEFAULT_LOGIN_PORT, Login, PendingLogin};
#[cfg(feature = "oauth")]
pub use oauth::{DEFAULT_TOKEN_URL, OAuthTokens, OAuthTokensBuilder, RefreshToken};
pub use options::CallOptions;
pub use page::Page;
pub use paging::{Items, Pages};
pub use request::RawRequest;
pub use reqwest::Method;
pub use reqwest::StatusCode;
pub use reqwest::header::HeaderMap;
pub use response::Response;
pub use retry::RetryPolicy;
pub use time::BoxFuture;
pub use token::{AccessToken, TokenError, TokenProvider};
#[cfg(feature = "upload")]
pub use upload::{ToUrl, Upload, UploadProgress, UploadSource};
