//! Configures and starts a stand-in.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::listener::Listener;
use super::stand_in::StandIn;
use crate::contract::Contract;
use crate::document_error::DocumentError;
use crate::documents::{CONTRACT, UPSTREAM};
use crate::farm::Farm;
use crate::farm::clock::Time;
use crate::farm::state::FarmState;
use crate::farm::uploads::host;
use crate::fault::connection::Traffic;
use crate::fault::queue::FaultQueue;
use crate::server::{self, Shared};
use crate::spec::Specification;

/// The configuration of a stand-in.
#[derive(Clone)]
pub struct Builder {
    port: u16,
    token: String,
    contract: Option<Value>,
    upstream: Option<String>,
    farm: Option<Farm>,
    kept_requests: usize,
}

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A document is not JSON.
    #[error("{document}: not JSON: {error}")]
    Json {
        /// The name of the document.
        document: &'static str,
        /// The cause.
        error: serde_json::Error,
    },
    /// A document is not valid, or has a part that the stand-in does not support.
    #[error("{document}: {error}")]
    Document {
        /// The name of the document.
        document: &'static str,
        /// The cause, with its location.
        error: DocumentError,
    },
    /// The start time of the farm is out of range.
    #[error("the farm cannot start at {start}: the year must be from 1970 to 9899")]
    StartTime {
        /// The start time.
        start: Time,
    },
    /// The port is not available.
    #[error("cannot listen on port {port}: {error}")]
    Listen {
        /// The port.
        port: u16,
        /// The cause.
        error: std::io::Error,
    },
}

impl StandIn {
    /// Starts a stand-in on a free port, with the small farm of [`Farm::new`](crate::Farm::new).
    ///
    /// Its clock advances by one second with each request (see [`Farm::tick`](crate::Farm::tick)),
    /// so that a client which polls for a change sees it in the end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use connect_api::Client;
    /// use connect_stand_in::StandIn;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), connect_api::Error> {
    /// let stand_in = StandIn::start().await;
    /// let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
    /// let cluster = &client.get_clusters().send().await?.items[1].cluster_id;
    /// let printers = client.get_cluster_status(cluster).send().await?.printers.unwrap_or_default();
    /// let printer = printers[0].uuid.as_deref().expect("a UUID");
    ///
    /// let rename = client.rename_printer(cluster, printer, "Kallisto").wait();
    /// // A test may poll more often than the service allows.
    /// rename.poll_interval(Duration::from_millis(1)).await?;
    /// let printers = client.get_cluster_status(cluster).send().await?.printers.unwrap_or_default();
    /// assert_eq!(printers[0].friendly_name.as_deref(), Some("Kallisto"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If it cannot start. [`Builder::start`] returns an error instead.
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(stand_in) => stand_in,
            Err(error) => panic!("the stand-in cannot start: {error}"),
        }
    }

    /// A builder, to choose the farm, the documents, the token or the port.
    pub fn builder() -> Builder {
        Builder::new()
    }
}

impl Builder {
    fn new() -> Self {
        Self {
            port: 0,
            token: "stand-in-token".to_owned(),
            contract: None,
            upstream: None,
            farm: Some(Farm::new()),
            kept_requests: usize::MAX,
        }
    }

    /// The port to listen on. The default is a free port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The bearer token to accept.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// The OpenAPI 3.0 document to implement. The default is [`CONTRACT`].
    #[must_use]
    pub fn contract(mut self, document: Value) -> Self {
        self.contract = Some(document);
        self
    }

    /// The text of the Swagger 2.0 or OpenAPI 3.0 document to serve as the API's own document. The
    /// default is [`UPSTREAM`].
    #[must_use]
    pub fn upstream(mut self, text: impl Into<String>) -> Self {
        self.upstream = Some(text.into());
        self
    }

    /// The farm to simulate. The default is [`Farm::new`].
    #[must_use]
    pub fn farm(mut self, farm: Farm) -> Self {
        self.farm = Some(farm);
        self
    }

    /// Responds with the document's examples for any id, without a farm and without state.
    #[must_use]
    pub fn examples(mut self) -> Self {
        self.farm = None;
        self
    }

    /// Limits the recorded requests to the latest ones. By default all are kept.
    ///
    /// [`StandIn::requests`] returns them.
    #[must_use]
    pub fn keep_requests(mut self, limit: usize) -> Self {
        self.kept_requests = limit;
        self
    }

    /// Starts the stand-in on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if a document is not valid, the farm's start time is out of range, or the port is not
    /// available.
    pub async fn start(self) -> Result<StandIn, StartError> {
        let contract = read_contract(self.contract)?;
        let specification = read_specification(self.upstream)?;
        if let Some(start) = self.farm.as_ref().and_then(Farm::invalid_start_time) {
            return Err(StartError::StartTime { start });
        }

        // Files are uploaded to a separate host, as with the service.
        let listener = listen(self.port).await?;
        let upload_listener = match self.farm {
            Some(_) => Some(listen(0).await?),
            None => None,
        };

        let farm = self.farm.zip(upload_listener.as_ref()).map(|(farm, upload_listener)| {
            let upload_host = format!("http://{}", upload_listener.address);
            Arc::new(Mutex::new(FarmState::build(farm, upload_host)))
        });

        let shared = Arc::new(Shared {
            contract: Arc::new(contract),
            specification,
            token: Mutex::new(self.token),
            requests: Mutex::default(),
            kept_requests: self.kept_requests,
            next_responses: Mutex::new(HashMap::new()),
            response_count: AtomicU64::new(1),
            faults: FaultQueue::default(),
            traffic: Arc::new(Traffic::default()),
            address: listener.address,
            farm: farm.clone(),
        });

        let server = listener.serve(shared.traffic.clone(), server::router(shared.clone()));
        // The traffic of the upload host is not counted as traffic of the API.
        let upload_host = upload_listener
            .zip(farm)
            .map(|(listener, farm)| listener.serve(Arc::default(), host::router(farm)));

        Ok(StandIn { shared, server, _upload_host: upload_host })
    }
}

fn read_contract(given: Option<Value>) -> Result<Contract, StartError> {
    let (document, value) = match given {
        Some(value) => ("the given OpenAPI document", value),
        None => {
            let document = "spec/connect-v1.openapi.json";
            let value = serde_json::from_str(CONTRACT);
            (document, value.map_err(|error| StartError::Json { document, error })?)
        }
    };

    Contract::read(&value).map_err(|error| StartError::Document { document, error })
}

fn read_specification(given: Option<String>) -> Result<Specification, StartError> {
    let (document, text) = match given {
        Some(text) => ("the given upstream document", text.into()),
        None => ("spec/upstream/connect-v1.json", UPSTREAM.into()),
    };

    Specification::new(text).map_err(|error| StartError::Json { document, error })
}

async fn listen(port: u16) -> Result<Listener, StartError> {
    Listener::bind(port).await.map_err(|error| StartError::Listen { port, error })
}
