//! A mock server for the Connect API: tests and examples run against it instead of real printers.
//!
//! The server listens on the loopback interface. It validates each request against the API's
//! OpenAPI document and rejects what the document does not allow. It also validates each response of
//! the farm and each rejection before it is sent; examples of the document and injected faults are
//! not validated. The few responses that the document lacks are listed in
//! [`response_check::UNDOCUMENTED_RESPONSES`] and [`response_check::COMMON_ERRORS`].
//!
//! The responses come from a simulated [farm], a fleet of printers: jobs are queued, printed and
//! completed, printers go offline and come back. The farm has its own clock. It advances by one
//! second with each request, and [`StandIn::advance`] advances it by hours.
//!
//! ```
//! use std::time::Duration;
//! use connect_api::Client;
//! use connect_stand_in::StandIn;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), connect_api::Error> {
//! let stand_in = StandIn::start().await;
//! let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
//! let cluster = &client.get_clusters().send().await?.items[1].cluster_id;
//!
//! let file = stand_in.add_file("gear.ufp", Duration::from_secs(3600));
//! let job = client.print(cluster, &file).send().await?.job_instance_uuid.expect("a job");
//! stand_in.advance(Duration::from_secs(24 * 3600));
//! let job = client.get_print_job(cluster, &job).send().await?;
//! assert_eq!(job.status.as_str(), "finished");
//! # Ok(())
//! # }
//! ```
//!
//! The path of a request through the modules:
//!
//! | step | module |
//! |---|---|
//! | read the document and compile its schemas | [`contract`] |
//! | receive and record the request | [`server`] |
//! | find the operation by method and path | [`route`] |
//! | validate the request | [`request_check`] |
//! | execute the operation on the farm | [`farm`] |
//! | or, without a farm, respond with the document's examples | [`api_response`] |
//! | validate the response | [`response_check`], called by [`farm`] and for rejections by [`api_response`] |
//! | inject a fault, if a test asked for one | [`fault`] |
//! | serve the API's own document | [`spec`] |
//!
//! [`StandIn`] is the handle that a test holds: it starts the server, controls the farm, injects
//! faults and returns the recorded requests.

pub mod api_response;
pub mod contract;
mod document_error;
mod documents;
pub mod farm;
pub mod fault;
mod recorded_request;
pub mod request_check;
pub mod response_check;
pub mod route;
pub mod server;
pub mod spec;
mod sync;
mod test_handle;

pub use self::document_error::DocumentError;
pub use self::documents::{CONTRACT, UPSTREAM};
pub use self::farm::{Change, ChangeKind, Farm, UploadFault};
pub use self::fault::{BodyLength, Fault};
pub use self::recorded_request::RecordedRequest;
pub use self::test_handle::{Builder, StandIn, StartError};
