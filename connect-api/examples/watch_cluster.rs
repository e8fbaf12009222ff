//! Prints each change in a cluster on one line.
//!
//! ```console
//! $ cargo run -p connect-api --example watch_cluster [CLUSTER_ID [EVENTS]]
//! ```
//!
//! Without an id it watches the first cluster that is online. With a number it ends after this
//! number of events.

mod support;

use std::process::ExitCode;

use connect_stand_in::Farm;
use support::{Failure, Service, cluster_name, exit_code, print_line};

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(watch().await)
}

async fn watch() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (cluster, max_events) = (arguments.next(), arguments.next());
    let max_events: usize = max_events.map_or(Ok(usize::MAX), |events| {
        events.parse().map_err(|error| format!("EVENTS is {events:?}, expected a number: {error}"))
    })?;
    let service = Service::connect(Farm::new().random_events(1)).await?;
    let cluster = service.cluster(cluster).await?;

    print_line(format_args!("watching {}", cluster_name(&cluster)))?;
    let mut watch = service.client.watch_cluster(cluster.cluster_id);
    for _ in 0..max_events {
        let Some(event) = watch.next().await.transpose()? else { break };
        print_line(event)?;
    }

    Ok(())
}
