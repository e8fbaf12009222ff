//! Prints a file that was already uploaded, and waits for the job to end, with a progress bar.
//!
//! ```console
//! $ cargo run -p connect-api --example print_and_wait [CLUSTER_ID FILE_ID]
//! ```
//!
//! Without the ids it prints a file that takes half an hour, on a stand-in server only.

mod support;

use std::process::ExitCode;
use std::time::Duration;

use connect_api::{Error, Watch, WatchEvent};
use connect_stand_in::Farm;
use indicatif::{ProgressBar, ProgressStyle};
use support::{Failure, Service, cluster_name, exit_code, print_line};

/// The print time of the file on the stand-in server.
const PRINT_TIME: Duration = Duration::from_secs(1800);

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(print().await)
}

async fn print() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let service = Service::connect(Farm::with_size(1, 1)).await?;

    let (cluster, file) = match (&arguments[..], &service.stand_in) {
        ([cluster, file], _) => (service.cluster(Some(cluster.clone())).await?, file.clone()),
        ([], Some(stand_in)) => {
            (service.cluster(None).await?, stand_in.add_file("gear.ufp", PRINT_TIME))
        }
        // A real printer prints only what the user names.
        _ => return Err("give two arguments: a cluster's id and a print file's id".into()),
    };
    let cluster_id = &cluster.cluster_id;
    let before = service.client.get_cluster_status(cluster_id).send().await?;

    let sent = match service.client.print(cluster_id, file).send().await {
        Err(Error::NoData(_)) => {
            let name = cluster_name(&cluster);
            return print_line(format_args!("sent to {name}, where it awaits approval"));
        }
        sent => sent?,
    };

    let (name, status) = (cluster_name(&cluster), &sent.status);
    let Some(uuid) = sent.job_instance_uuid else {
        return print_line(format_args!("sent to {name}, where it is {status}"));
    };
    print_line(format_args!("job {uuid} is {status} on {name}"))?;

    let bar = ProgressBar::new(100);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {percent:>3} % {msg}")?);
    bar.set_message(status.to_string());
    let watch = service.client.watch_cluster(cluster_id).since(before).job(&uuid);
    let result = wait_for_job(watch, &uuid, &bar).await;
    bar.finish_and_clear();

    print_line(result?)
}

/// Shows the progress of a job until it ends, and returns a message for the user.
async fn wait_for_job(mut watch: Watch, uuid: &str, bar: &ProgressBar) -> Result<String, Failure> {
    while let Some(event) = watch.next().await.transpose()? {
        match event {
            WatchEvent::JobStarted(job) if job.uuid == uuid => {
                bar.set_message(job.status.to_string());
            }
            WatchEvent::JobProgressed { job, percent, .. } if job.uuid == uuid => {
                bar.set_position(percent.unwrap_or_default().into());
                bar.set_message(job.status.to_string());
            }
            WatchEvent::JobFinished(job) if job.uuid == uuid => {
                let seconds = job.time_elapsed.unwrap_or_default().unsigned_abs();
                let elapsed = Duration::from_secs(seconds);
                return Ok(format!("{} has finished after {elapsed:?}", job.name));
            }
            WatchEvent::JobFailed(job) | WatchEvent::JobRemoved(job) if job.uuid == uuid => {
                return Err(format!("{} has not been printed: {}", job.name, job.status).into());
            }
            WatchEvent::JobNotFound(job_uuid) if job_uuid == uuid => {
                return Err(format!("job {uuid} was not found").into());
            }
            event @ WatchEvent::PollFailed { .. } => bar.println(event.to_string()),
            _ => {}
        }
    }

    Err("the watch ended before the job".into())
}
