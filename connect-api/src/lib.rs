//! A client of Ultimaker's **Connect API**, the part of the Digital Factory that manages fleets of
//! 3D printers: clusters, printers, print jobs, maintenance, registration, settings and materials.
//!
//! # Example: print a file and watch the job
//!
//! ```no_run
//! use connect_api::{Client, Error};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::new("an API token");
//!     let file = "the id of a print file in the Digital Factory";
//!
//!     // Find the first cluster that is online. The stream requests as many pages as needed.
//!     let mut clusters = client.get_clusters().items();
//!     let cluster = loop {
//!         let Some(cluster) = clusters.next().await.transpose()? else { return Ok(()) };
//!         if cluster.is_online == Some(true) {
//!             break cluster.cluster_id;
//!         }
//!     };
//!
//!     // The status before the print, with which the watch compares the next status.
//!     let before = client.get_cluster_status(&cluster).send().await?;
//!     let uuid = match client.print(&cluster, file).start_now(true).send().await {
//!         // The print was accepted, but somebody has to approve it first.
//!         Err(Error::NoData(_)) => None,
//!         result => result?.job_instance_uuid,
//!     };
//!     let Some(uuid) = uuid else { return Ok(()) };
//!
//!     // Print the events of the cluster until the job has ended.
//!     let mut watch = client.watch_cluster(&cluster).since(before).job(&uuid);
//!     while let Some(event) = watch.next().await.transpose()? {
//!         println!("{event}");
//!         if event.ends_job(&uuid) {
//!             break;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Print files are uploaded with another service of the Digital Factory, which returns a URL for the
//! upload. `Client::upload` (feature `upload`) sends a file to such a URL.
//!
//! # Overview
//!
//! * **Operations**: each operation of the API is a method of [`Client`]. Its required parameters are
//!   arguments, its optional parameters are setters of the returned [request](requests), and `send`
//!   sends the request.
//! * **Responses**: a [`Call`] returns a [model](models) or a [`Page`] of models, without the API's
//!   envelope. `send_for_response` also returns status and headers, in a [`Response`].
//! * **Pagination**: a list is also a stream of [`Items`] or of [`Pages`].
//! * **Actions**: `wait` instead of `send` returns an `Action`, a future of the outcome and a stream
//!   of the states. Common actions have a method each, such as `pause_print_job`; others are sent with
//!   `send_print_job_action` and `send_printer_action`.
//! * **Watch**: `watch_cluster` returns a `Watch`, a stream of the changes in a cluster. It polls at
//!   a minimum interval and continues after transient errors.
//! * **Uploads** (feature `upload`): `upload` and `upload_material` stream a file of any length, report
//!   progress, and retry. They do not send the access token to the upload's host.
//! * **Errors**: every error is an [`Error`].
//! * **Retries, timeouts and rate limits**: [`RetryPolicy`] and [`CallOptions`] configure retries with
//!   backoff and the timeouts, for a client or for a call. [`ClientBuilder`] limits concurrency and the
//!   poll rate. Dropping a call or a stream cancels it.
//! * **Authentication**: an API token, or a [`TokenProvider`] for tokens that expire: `OAuthTokens`
//!   (feature `oauth`) refreshes access tokens, and `Login` (feature `login`) logs a user in with a
//!   browser.
//! * **Undocumented routes**: [`Client::request`] calls routes that the API document does not describe.
//! * **Tracing**: each call and each attempt has a `tracing` span with OpenTelemetry's field names.
//! * **Blocking calls** (feature `blocking`): `Call::wait`, for programs without async.
//!
//! # Features
//!
//! | feature | default | purpose |
//! |---|---|---|
//! | `rustls`, `native-tls` | `rustls` | the TLS implementation |
//! | `oauth` | off | `OAuthTokens`: access tokens from a refresh token |
//! | `login` | off | `Login`: log in with a browser |
//! | `upload` | off | `Client::upload`, `Client::upload_material`: streamed uploads with progress |
//! | `blocking` | off | `Call::wait`, for programs without async |
//!
//! # Compatibility
//!
//! Models and requests are generated from the API document and keep its names. A minor release can add
//! fields to models and values to enums. A value that this release does not list is decoded as
//! `Unlisted` and is serialized unchanged.

// On docs.rs, items show the feature that they need.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod client;
mod error;
mod fleet;
mod generated;
mod http;
mod json;
mod paging;
mod redact;
mod runtime;
#[cfg(feature = "upload")]
mod upload;

/// The crates whose types occur in this crate's public API.
pub use {chrono, reqwest, serde_json};

#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub use auth::login::{DEFAULT_AUTHORIZE_URL, DEFAULT_LOGIN_PORT, Login, PendingLogin};
#[cfg(feature = "oauth")]
pub use auth::oauth::{DEFAULT_TOKEN_URL, OAuthTokens, OAuthTokensBuilder, RefreshToken};
pub use auth::token::{AccessToken, TokenError, TokenProvider};
pub use bytes::Bytes;
pub use client::{Client, ClientBuilder, DEFAULT_BASE_URL};
pub use error::RepeatedPageError;
pub use error::TransportError;
#[cfg(feature = "upload")]
pub use error::UploadError;
pub use error::{ActionError, ApiError, ConfigurationError, DecodeError, Error, NoDataError};
pub use http::call::Call;
// A glob, because the generator's tests build the crate without this module's items.
pub use fleet::*;
pub use generated::{models, requests};
pub use http::options::CallOptions;
pub use http::raw_request::RawRequest;
pub use http::response::Response;
pub use http::retry::RetryPolicy;
pub use paging::page::Page;
pub use paging::stream::{Items, Pages};
pub use reqwest::Method;
pub use reqwest::StatusCode;
pub use reqwest::header::HeaderMap;
pub use runtime::BoxFuture;
#[cfg(feature = "upload")]
pub use upload::{Upload, UploadProgress, UploadSource};
