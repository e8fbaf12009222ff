//! What the examples share: where they find the service, and how they write and end. The service is
//! the real one with a token from the environment, else a stand-in on this machine, with a farm in
//! which a minute passes in a tenth of a second.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use connect_api::models::ClusterResponse;
use connect_api::{Client, DEFAULT_BASE_URL};
use connect_stand_in::{Farm, StandIn};

/// Why an example ends before its time.
pub type Failure = Box<dyn Error>;

/// Ends an example, with the word that it needs.
pub fn end(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };
    let pipe = failure.downcast_ref::<io::Error>();
    if pipe.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        // Who has read enough closes the pipe: `… | head`.
        return ExitCode::SUCCESS;
    }

    // Where this cannot be written either, the exit status still says it.
    let _ = writeln!(io::stderr(), "error: {failure}");
    ExitCode::FAILURE
}

/// Writes a line. Unlike `println!` it does not panic where nobody reads.
pub fn say(line: impl Display) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").map_err(|error| {
        io::Error::new(error.kind(), format!("cannot write to the standard output: {error}")).into()
    })
}

/// How often a status of this machine is asked for; elsewhere it is as often as is polite.
const EAGER: Duration = Duration::from_millis(100);

/// A client, and what it talks to.
pub struct Service {
    pub client: Client,
    /// The service itself, if it is none but the example's own.
    pub stand_in: Option<StandIn>,
}

impl Service {
    /// `CONNECT_API_TOKEN` and `CONNECT_API_URL` say where; the URL is the real service's unless
    /// it is set. Without a token it is this farm.
    pub async fn find(farm: Farm) -> Result<Self, Failure> {
        let url = std::env::var("CONNECT_API_URL").ok();
        if let Ok(token) = std::env::var("CONNECT_API_TOKEN") {
            let url = url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
            let is_here =
                url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
            let builder = Client::builder().base_url(url).token(token);
            let builder = if is_here { builder.poll_interval(EAGER) } else { builder };
            return Ok(Self { client: builder.build()?, stand_in: None });
        }

        if url.is_some() {
            return Err("CONNECT_API_URL is set: set CONNECT_API_TOKEN, too".into());
        }

        let note = "CONNECT_API_TOKEN is not set: this is a stand-in, with a farm of its own.";
        let _ = writeln!(io::stderr(), "{note}");
        let farm = farm.start_time(SystemTime::now().into()).speed(600);
        let stand_in = StandIn::builder().farm(farm).start().await?;
        let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
        let client = builder.poll_interval(EAGER).build()?;

        Ok(Self { client, stand_in: Some(stand_in) })
    }

    /// The cluster of this id; the first that is online without one.
    pub async fn cluster(&self, id: Option<String>) -> Result<ClusterResponse, Failure> {
        if let Some(id) = id {
            return Ok(self.client.get_cluster(id).send().await?);
        }

        let mut clusters = self.client.get_clusters().items();
        while let Some(cluster) = clusters.next().await.transpose()? {
            if cluster.is_online == Some(true) {
                return Ok(cluster);
            }
        }

        Err("no cluster is online".into())
    }
}

/// What a cluster is called.
pub fn name(cluster: &ClusterResponse) -> &str {
    cluster.friendly_name.as_deref().unwrap_or(&cluster.host_name)
}
