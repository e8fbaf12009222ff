//! Prints a file that the service has, and waits for the end of it, with a progress bar.
//!
//! ```console
//! $ cargo run -p connect-api --example print_and_wait [CLUSTER_ID FILE_ID]
//! ```
//!
//! Without the ids it prints a file of half an hour, but only on its own stand-in.

mod support;

use std::process::ExitCode;
use std::time::Duration;

use connect_api::{Error, WatchEvent};
use connect_stand_in::Farm;
use indicatif::{ProgressBar, ProgressStyle};
use support::{Failure, Service, end, name, say};

/// What is printed on the stand-in.
const PRINT_TIME: Duration = Duration::from_secs(1800);

#[tokio::main]
async fn main() -> ExitCode {
    end(print().await)
}

async fn print() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let service = Service::find(Farm::with_size(1, 1)).await?;

    let (cluster, file) = match (&arguments[..], &service.stand_in) {
        ([cluster, file], _) => (service.cluster(Some(cluster.clone())).await?, file.clone()),
        ([], Some(stand_in)) => {
            (service.cluster(None).await?, stand_in.add_file("gear.ufp", PRINT_TIME))
        }
        // A real printer begins with nothing that nobody named.
        _ => return Err("give two arguments: a cluster's id and a print file's id".into()),
    };
    let cluster_id = &cluster.cluster_id;
    let before = service.client.get_cluster_status(cluster_id).send().await?;

    let sent = match service.client.print(cluster_id, file).send().await {
        Err(Error::NoData(_)) => {
            return say(format_args!("sent to {}, where it awaits approval", name(&cluster)));
        }
        sent => sent?,
    };

    let Some(uuid) = sent.job_instance_uuid else {
        return say(format_args!("sent to {}, where it is {}", name(&cluster), sent.status));
    };
    say(format_args!("job {uuid} is {} on {}", sent.status, name(&cluster)))?;
    let bar = ProgressBar::new(100);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {percent:>3} % {msg}")?);
    bar.set_message(sent.status.to_string());

    let mut watch = service.client.watch_cluster(cluster_id).since(before).job(&uuid);
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
                bar.finish_and_clear();
                let took = Duration::from_secs(job.time_elapsed.unwrap_or_default().unsigned_abs());
                return say(format_args!("{} has finished after {took:?}", job.name));
            }
            WatchEvent::JobFailed(job) | WatchEvent::JobGone(job) if job.uuid == uuid => {
                bar.finish_and_clear();
                return Err(format!("{} has not been printed: {}", job.name, job.status).into());
            }
            WatchEvent::JobUnknown(job) if job == uuid => {
                bar.finish_and_clear();
                return Err(format!("nobody knows job {uuid} any more").into());
            }
            event @ WatchEvent::PollFailed { .. } => bar.println(event.to_string()),
            _ => {}
        }
    }

    Err("the watch has ended before the print".into())
}
