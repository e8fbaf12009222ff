//! Code that the examples share: a client, output, and error handling.
//!
//! With a token in the environment the examples use the real service. Without one they start a
//! stand-in server with a simulated farm on this machine, in which time passes 600 times faster.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use connect_api::models::ClusterResponse;
use connect_api::{Client, DEFAULT_BASE_URL};
use connect_stand_in::{Farm, StandIn};

/// The error of an example.
pub type Failure = Box<dyn Error>;

/// Prints the error of an example, if there is one, and returns the exit status.
pub fn exit_code(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };

    // A closed pipe is no error: `… | head` closes it once it has read enough.
    let io_error = failure.downcast_ref::<io::Error>();
    if io_error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }

    // If the error cannot be printed, the exit status still reports it.
    let _ = writeln!(io::stderr(), "error: {failure}");
    ExitCode::FAILURE
}

/// Prints a line. Unlike `println!`, it returns an error instead of panicking.
pub fn print_line(line: impl Display) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").map_err(|error| {
        io::Error::new(error.kind(), format!("cannot write to the standard output: {error}")).into()
    })
}

/// The interval of status requests to a server on this machine. For the real service, the client's
/// default applies, which respects the vendor's limit.
const LOCAL_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A client, and the server that it uses.
pub struct Service {
    pub client: Client,
    /// The stand-in server, if this example started one.
    pub stand_in: Option<StandIn>,
}

impl Service {
    /// Connects to the service that `CONNECT_API_TOKEN` and `CONNECT_API_URL` name. The default URL
    /// is the real service's. Without a token, starts a stand-in server with this farm.
    pub async fn connect(farm: Farm) -> Result<Self, Failure> {
        let url = std::env::var("CONNECT_API_URL").ok();

        match std::env::var("CONNECT_API_TOKEN") {
            Ok(token) => Self::connect_to(url, token),
            Err(_) if url.is_some() => {
                Err("CONNECT_API_URL is set, but CONNECT_API_TOKEN is not: set both".into())
            }
            Err(_) => Self::start_stand_in(farm).await,
        }
    }

    fn connect_to(url: Option<String>, token: String) -> Result<Self, Failure> {
        let url = url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        let is_local = url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");

        let mut builder = Client::builder().base_url(url).token(token);
        if is_local {
            builder = builder.poll_interval(LOCAL_POLL_INTERVAL);
        }

        Ok(Self { client: builder.build()?, stand_in: None })
    }

    async fn start_stand_in(farm: Farm) -> Result<Self, Failure> {
        let note = "CONNECT_API_TOKEN is not set: using a stand-in server with a simulated farm.";
        let _ = writeln!(io::stderr(), "{note}");

        let farm = farm.start_time(SystemTime::now().into()).speed(600);
        let stand_in = StandIn::builder().farm(farm).start().await?;
        let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
        let client = builder.poll_interval(LOCAL_POLL_INTERVAL).build()?;

        Ok(Self { client, stand_in: Some(stand_in) })
    }

    /// Returns the cluster with this id, or the first cluster that is online.
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

/// Returns the display name of a cluster.
pub fn cluster_name(cluster: &ClusterResponse) -> &str {
    cluster.friendly_name.as_deref().unwrap_or(&cluster.host_name)
}
