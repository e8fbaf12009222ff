//! Prints a file that the service has, and waits for the end of it, with a progress bar.
//!
//! ```console
//! $ cargo run -p connect-api --example print_and_wait [CLUSTER_ID FILE_ID]
//! ```
//!
//! Without ids it prints once more what is the newest job of the first cluster that is online.

mod support;

use std::time::Duration;

use connect_api::WatchEvent;
use indicatif::{ProgressBar, ProgressStyle};
use support::{Failure, Service, name};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (cluster, file) = (arguments.next(), arguments.next());
    let service = Service::find().await?;
    let cluster = service.cluster(cluster).await?;
    let cluster_id = &cluster.cluster_id;
    let file = match file {
        Some(file) => file,
        None => file_of(&service, cluster_id).await?,
    };
    let before = service.client.get_cluster_status(cluster_id).send().await?;
    let sent = service.client.print(cluster_id, file).send().await?;
    let Some(uuid) = sent.job_instance_uuid else {
        println!("sent to {}, where it is {}", name(&cluster), sent.status);
        return Ok(());
    };
    println!("job {uuid} is {} on {}", sent.status, name(&cluster));

    let bar = ProgressBar::new(100);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}")?);
    let mut watch = service.client.watch_cluster(cluster_id).since(before);
    while let Some(event) = watch.next().await.transpose()? {
        match event {
            WatchEvent::JobStarted(job) if job.uuid == uuid => {
                bar.set_message(format!(
                    "{} on {}",
                    job.name,
                    job.printer_name.unwrap_or_default()
                ));
            }
            WatchEvent::JobProgressed { job, percent, .. } if job.uuid == uuid => {
                bar.set_position(percent.unwrap_or_default().into());
                bar.set_message(format!("{} is {}", job.name, job.status));
            }
            WatchEvent::JobFinished(job) if job.uuid == uuid => {
                bar.finish();
                let took = Duration::from_secs(job.time_elapsed.unwrap_or_default().unsigned_abs());
                println!("{} has finished after {took:?}", job.name);
                return Ok(());
            }
            WatchEvent::JobFailed(job) | WatchEvent::JobGone(job) if job.uuid == uuid => {
                bar.abandon();
                return Err(format!("{} has not been printed: {}", job.name, job.status).into());
            }
            event @ WatchEvent::Blind { .. } => bar.println(event.to_string()),
            _ => {}
        }
    }
    Err("the watch has ended before the print".into())
}

/// A file to print, if none is given: the stand-in has one made, elsewhere it is one that was
/// printed before.
async fn file_of(service: &Service, cluster_id: &str) -> Result<String, Failure> {
    if let Some(stand_in) = &service.stand_in {
        return Ok(stand_in.add_file("gear.ufp", Duration::from_secs(1800)));
    }
    let mut jobs = service.client.get_print_jobs().cluster_ids([cluster_id]).items();
    while let Some(job) = jobs.next().await.transpose()? {
        if let Some(file) = job.cloud_job_id {
            return Ok(file);
        }
    }
    Err("nothing was printed there before: give a cluster's id and a file's id".into())
}
