//! What changes in a cluster, a line each.
//!
//! ```console
//! $ cargo run -p connect-api --example watch_cluster [CLUSTER_ID [EVENTS]]
//! ```
//!
//! Without an id it watches the first cluster that is online; with a number it ends after so many
//! events.

mod support;

use std::process::ExitCode;

use connect_stand_in::Farm;
use support::{Failure, Service, end, name, say};

#[tokio::main]
async fn main() -> ExitCode {
    end(watch().await)
}

async fn watch() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (cluster, events) = (arguments.next(), arguments.next());
    let events: usize = events.map_or(Ok(usize::MAX), |events| {
        events.parse().map_err(|error| format!("EVENTS is {events:?}: {error}"))
    })?;
    let service = Service::find(Farm::new().random_events(1)).await?;
    let cluster = service.cluster(cluster).await?;

    say(format_args!("watching {}", name(&cluster)))?;
    let mut watch = service.client.watch_cluster(cluster.cluster_id);
    for _ in 0..events {
        let Some(event) = watch.next().await.transpose()? else { break };
        say(event)?;
    }

    Ok(())
}
