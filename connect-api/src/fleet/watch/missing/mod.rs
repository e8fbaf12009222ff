//! Requests for jobs that a cluster status does not list.
//!
//! A status lists only the last ten jobs that ended, and a job can be missing while it moves from
//! one list to another. A [tracked](super::Watch::job) job may never have been in a list.

use std::collections::HashMap;
use std::sync::Arc;

use crate::client::Client;
use crate::error::Error;
use crate::http::call::Call;
use crate::http::options::CallOptions;
use crate::http::response::Response;
use crate::json::body;
use crate::models::{PrintJobInstanceResponse as Job, PrintJobState};
use crate::runtime::BoxFuture;

use super::refusal::is_not_found;

/// The maximum number of jobs requested after one status. The rest follow after the next status.
pub(super) const MAX_REQUESTS_PER_STATUS: usize = 25;

/// Requests a job by its UUID.
pub(super) type RequestJob =
    Arc<dyn Fn(&str) -> BoxFuture<'static, Result<Job, Error>> + Send + Sync>;

/// The current state of missing jobs, by UUID.
#[derive(Default)]
pub(super) struct Lookup {
    /// Jobs that exist.
    pub(super) found: HashMap<String, Job>,
    /// Jobs that were deleted before they started, or `None` if the API does not have the job.
    pub(super) removed: HashMap<String, Option<Job>>,
    /// The job whose request failed, with the error. Later jobs were not requested.
    pub(super) failure: Option<(String, Error)>,
}

/// Requests jobs one by one, until a request fails.
#[inline]
pub(super) async fn look_up(uuids: Vec<String>, request_job: RequestJob) -> Lookup {
    let mut lookup = Lookup::default();

    for uuid in uuids {
        match request_job(&uuid).await {
            Ok(job) => {
                let job = Job { uuid: uuid.clone(), ..job };
                if is_deleted_before_start(&job) {
                    lookup.removed.insert(uuid, Some(job));
                } else {
                    lookup.found.insert(uuid, job);
                }
            }
            Err(error) if is_not_found(&error) => {
                lookup.removed.insert(uuid, None);
            }
            Err(error) => {
                lookup.failure = Some((uuid, error));
                break;
            }
        }
    }

    lookup
}

/// Calls `get_print_job`, but decodes the model that the lists of a status have. It has fewer
/// members than the model with the details of the print file, so fewer responses are invalid.
#[inline]
pub(super) fn get_job(
    client: &Client,
    options: CallOptions,
    cluster_id: &str,
    uuid: &str,
) -> Call<Job> {
    let request = client.get_print_job(cluster_id, uuid).with(options);
    request.call(|raw| body::decode_one(raw).map(Response::into_body))
}

#[inline]
fn is_deleted_before_start(job: &Job) -> bool {
    job.state == PrintJobState::Deleted && !job.started
}

#[cfg(test)]
mod tests;
