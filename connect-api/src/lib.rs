//! A client of Ultimaker's **Connect API**, the part of the Digital Factory that drives fleets of
//! 3D printers: clusters, printers, print jobs, maintenance, registration, settings, materials.
//!
//! # From a token to a finished print
//!
//! ```no_run
//! use connect_api::{Client, Error};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::new("an API token");
//!     let file = "the id of a print file that the Digital Factory has";
//!
//!     // Where to print: on the first cluster that is online, of as many pages as there are.
//!     let mut clusters = client.get_clusters().items();
//!     let cluster = loop {
//!         let Some(cluster) = clusters.next().await.transpose()? else { return Ok(()) };
//!         if cluster.is_online == Some(true) {
//!             break cluster.cluster_id;
//!         }
//!     };
//!
//!     // What is there before the print is what changes are measured by.
//!     let before = client.get_cluster_status(&cluster).send().await?;
//!     let uuid = match client.print(&cluster, file).start_now(true).send().await {
//!         // It was taken, but somebody has to approve it first.
//!         Err(Error::NoData(_)) => None,
//!         sent => sent?.job_instance_uuid,
//!     };
//!     let Some(uuid) = uuid else { return Ok(()) };
//!
//!     // And then: whatever happens there, until the job has ended, however it does.
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
//! The file comes to the Digital Factory through a service of its own, which answers with a URL to
//! upload to: that is what `Client::upload` of the feature `upload` is for.
//!
//! # What there is
//!
//! * Every operation is a method of [`Client`]: what it requires are its arguments, its options
//!   are setters of the request that it gives, and `send` sends it.
//! * The answer is a [model](models) or a [`Page`] of models, without the API's envelope;
//!   `send_for_response` gives it with status and headers, as a [`Response`].
//! * Lists in pages are streams, too: of their [`Items`] and of their [`Pages`].
//! * What a printer does in its own time is waited for: `wait` instead of `send` gives an `Action`,
//!   a future of its end and a stream of its states. Actions that are known by name have a method
//!   each (`pause_print_job`); any other is sent with `send_print_job_action` and
//!   `send_printer_action`.
//! * `watch_cluster` gives what changes in a cluster, as a stream that survives failures and never
//!   asks more often than is polite.
//! * With the feature `upload`, `upload_material` and `upload` stream a file of any length, report
//!   the progress and begin again when they break off. The token never goes where the file goes.
//! * Routes that the API's document lacks are called with [`Client::request`].
//! * Whatever goes wrong is one [`Error`].
//! * A call is tried again where that is safe, within time limits: see [`RetryPolicy`] and
//!   [`CallOptions`]. Dropping a [`Call`] ends it, and so does dropping a stream.
//! * A token that changes comes from a [`TokenProvider`]; with the feature `oauth` there is
//!   `OAuthTokens`, with `login` a login in the browser, and with `blocking` calls without async.
//!
//! # Features
//!
//! | feature | default | what for |
//! |---|---|---|
//! | `rustls`, `native-tls` | `rustls` | the TLS of the connections |
//! | `oauth` | off | `OAuthTokens`: access tokens from a refresh token |
//! | `login` | off | `Login`: the login in a browser |
//! | `upload` | off | `Client::upload`, `Client::upload_material`: files of any length, with progress |
//! | `blocking` | off | `Call::wait`, for programs without async |
//!
//! # What changes between releases
//!
//! Models and requests are generated from the API's own document and are named as upstream names
//! them. Models can gain fields and enums can gain values in a minor release; an enum's value that
//! this release does not know arrives as `Unlisted` and is written back as it came.

// Where the documentation is built with all features, what wants one says so.
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

/// The crates whose types are part of this one's interface, in the versions that it is built with.
pub use {chrono, reqwest, serde_json};

pub use bytes::Bytes;
pub use client::{Client, ClientBuilder, DEFAULT_BASE_URL};
pub use error::TransportError;
#[cfg(feature = "upload")]
pub use error::UploadError;
pub use error::{ApiError, ConfigurationError, DecodeError, Error, NoDataError, RepeatedPageError};
pub use http::call::Call;
// All of it, since the generator's tests build the crate without.
#[cfg(all(feature = "login", not(target_family = "wasm")))]
pub use auth::login::{DEFAULT_AUTHORIZE_URL, DEFAULT_LOGIN_PORT, Login, PendingLogin};
#[cfg(feature = "oauth")]
pub use auth::oauth::{DEFAULT_TOKEN_URL, OAuthTokens, OAuthTokensBuilder, RefreshToken};
pub use auth::token::{AccessToken, TokenError, TokenProvider};
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
