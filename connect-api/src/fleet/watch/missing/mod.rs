//! Jobs that a status lacks, asked for by themselves: a status lists only the last ten that ended,
//! a job can be between two lists, and one that the watch was told of was perhaps never in any.

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

use super::refusal::is_unknown;

/// How many jobs are asked for after a status, at most; the others have their turn after the next.
pub(super) const AT_ONCE: usize = 25;

/// Asks for a job by its UUID.
pub(super) type Ask = Arc<dyn Fn(&str) -> BoxFuture<'static, Result<Job, Error>> + Send + Sync>;

/// What has become of missing jobs, by their UUIDs.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) found: HashMap<String, Job>,
    /// As it was when it was taken out; none if the service knows no such job.
    pub(super) gone: HashMap<String, Option<Job>>,
    /// The one that the service could not be asked about, and why. Those behind it were not asked for.
    pub(super) failed: Option<(String, Error)>,
}

/// Asks for jobs, one after the other, until that fails.
#[inline]
pub(super) async fn ask_for(uuids: Vec<String>, ask: Ask) -> Answers {
    let mut answers = Answers::default();
    for uuid in uuids {
        match ask(&uuid).await {
            Ok(job) => {
                let job = Job { uuid: uuid.clone(), ..job };
                match was_removed(&job) {
                    true => _ = answers.gone.insert(uuid, Some(job)),
                    false => _ = answers.found.insert(uuid, job),
                }
            }
            Err(error) if is_unknown(&error) => _ = answers.gone.insert(uuid, None),
            Err(error) => {
                answers.failed = Some((uuid, error));
                break;
            }
        }
    }

    answers
}

/// A job of a cluster. It is read as those in lists are, which can be odd in fewer ways than one
/// with the details of its file.
#[inline]
pub(super) fn job(
    client: &Client,
    options: CallOptions,
    cluster_id: &str,
    uuid: &str,
) -> Call<Job> {
    let request = client.get_print_job(cluster_id, uuid).with(options);
    request.call(|raw| body::one(raw).map(Response::into_body))
}

/// Whether a job was taken out before it began.
#[inline]
fn was_removed(job: &Job) -> bool {
    job.state == PrintJobState::Deleted && !job.started
}

#[cfg(test)]
mod tests;
