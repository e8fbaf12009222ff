//! Where the examples find the service: the real one with a token from the environment, else a
//! stand-in on this machine, with a farm in which a minute passes in a tenth of a second.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use connect_api::models::ClusterResponse;
use connect_api::{Client, DEFAULT_BASE_URL};
use connect_tests::StandIn;
use connect_tests::stand_in::farm::Farm;

/// Why an example ends before its time. `main` shows the `Debug` of its error: this one is written
/// for people there, too.
pub struct Failure(Box<dyn Error>);

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// How often a status of this machine is asked for; elsewhere it is as often as is polite.
const EAGER: Duration = Duration::from_millis(100);

/// A client, and what it talks to.
pub struct Service {
    pub client: Client,
    /// The service itself, if it is none but the example's own.
    pub stand_in: Option<StandIn>,
    /// Whether it is on this machine, where nothing is at stake.
    pub is_here: bool,
}

impl Service {
    /// `CONNECT_API_TOKEN` and `CONNECT_API_URL` say where; the URL is the real service's unless
    /// it is set.
    pub async fn find() -> Result<Self, Failure> {
        let url = std::env::var("CONNECT_API_URL").ok();
        if let Ok(token) = std::env::var("CONNECT_API_TOKEN") {
            let url = url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
            let is_here =
                url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
            let builder = Client::builder().base_url(url).token(token);
            let builder = if is_here { builder.poll_interval(EAGER) } else { builder };
            return Ok(Self { client: builder.build()?, stand_in: None, is_here });
        }
        if url.is_some() {
            return Err("CONNECT_API_URL is set: set CONNECT_API_TOKEN, too".into());
        }
        eprintln!("CONNECT_API_TOKEN is not set: this is a stand-in, with a farm of its own.");
        let farm = Farm::new().starts_at(SystemTime::now().into()).speed(600).lively(1);
        let stand_in = StandIn::builder().farm(farm).start().await?;
        let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
        let client = builder.poll_interval(EAGER).build()?;
        Ok(Self { client, stand_in: Some(stand_in), is_here: true })
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
