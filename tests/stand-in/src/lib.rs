//! A server on the loopback that stands in for the Connect API, for programs that are written
//! without printers and for their tests.
//!
//! It behaves as the API's document says, and insists on it: a request that the document does not
//! allow is refused, and the farm's answers and all refusals are held against the document before
//! they are sent. Where they go beyond it, they are listed: [`hold::UNDOCUMENTED_RESPONSES`] has the operations that
//! are known to, [`hold::COMMON_ERRORS`] what any request may be refused with. Behind it
//! lives a [farm]: jobs wait, are printed and end, printers drop off and come back, by a clock that
//! goes on by a second with each request and by hours when a test pushes it.
//!
//! ```
//! use std::time::Duration;
//! use connect_api::Client;
//! use connect_stand_in::StandIn;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), connect_api::Error> {
//! let stand_in = StandIn::start().await;
//! let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
//! let cluster = &client.get_clusters().send().await?.items[1].cluster_id;
//!
//! let file = stand_in.add_file("gear.ufp", Duration::from_secs(3600));
//! let job = client.print(cluster, &file).send().await?.job_instance_uuid.expect("a job");
//! stand_in.advance(Duration::from_secs(24 * 3600));
//! let job = client.get_print_job(cluster, &job).send().await?;
//! assert_eq!(job.status.as_str(), "finished");
//! # Ok(())
//! # }
//! ```
//!
//! The steps of a request:
//!
//! | step | module |
//! |---|---|
//! | read the document | [`contract`], its schemas by [`schema`] |
//! | find the operation of a request | [`route`] |
//! | hold the request against the document | [`check`] |
//! | answer with the state of the farm | [`farm`] |
//! | answer with the document's examples instead, where there is no farm | [`answer`] |
//! | hold the answer against the document | [`hold`] |
//! | make it go wrong, where that was ordered | [`fault`] |
//! | serve the API's description of itself | [`spec`] |
//! | all of it, request by request | [`server`] |

pub mod contract;
pub mod examples;
pub mod farm;
pub mod fault;
pub mod request_check;
pub mod response_check;
pub mod route;
pub mod schema;
pub mod server;
pub mod spec;

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::contract::Contract;
use self::farm::clock::Time;
use self::farm::state::FarmState;
pub use self::farm::{Change, ChangeKind, Farm, UploadFault};
use self::fault::Faults;
use self::fault::connection::{Connection, Counted, Traffic};
pub use self::fault::{BodyLength, Fault};
pub use self::server::RecordedRequest;
use self::server::{Shared, lock};
use self::spec::Specification;

/// The normalised document of the API.
pub const CONTRACT: &str = include_str!("../../../spec/connect-v1.openapi.json");

/// The document of the API as the service serves it.
pub const UPSTREAM: &str = include_str!("../../../spec/upstream/connect-v1.json");

/// A running stand-in. It stops when it is dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    server: Server,
    /// What takes the farm's files; it stops with the stand-in.
    _host: Option<Server>,
}

/// A server that stops when this is dropped.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

/// A stand-in that is yet to start.
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
        /// Which document it is.
        document: &'static str,
        /// Why.
        error: serde_json::Error,
    },
    /// A document says what the stand-in does not understand.
    #[error("{document}: {error}")]
    Document {
        /// Which document it is.
        document: &'static str,
        /// What and where.
        error: DocumentError,
    },
    /// The farm's times would be none that the API can tell.
    #[error("a farm cannot begin at {start}: only in the years from 1970 to 9899")]
    Begin {
        /// When it was to begin.
        start: Time,
    },
    /// The port is not to be had.
    #[error("cannot listen on port {port}: {error}")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        error: std::io::Error,
    },
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct DocumentError {
    /// The JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl DocumentError {
    fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

impl StandIn {
    /// Starts on a free port, with the small farm of [`Farm::new`].
    ///
    /// Its clock goes on by a second with each request ([`Farm::tick`]), so that what a program asks
    /// for until it has changed does change: an action that is waited for comes to its end.
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
    /// // Asked more often than the service likes, since this is a test.
    /// rename.poll_interval(Duration::from_millis(1)).await?;
    /// let printers = client.get_cluster_status(cluster).send().await?.printers.unwrap_or_default();
    /// assert_eq!(printers[0].friendly_name.as_deref(), Some("Kallisto"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If it cannot start, with the reason. [`StandIn::builder`] gives an error instead.
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(stand_in) => stand_in,
            Err(error) => panic!("the stand-in cannot start: {error}"),
        }
    }

    /// A stand-in with another farm or none, other documents, another token or a port of choice.
    pub fn builder() -> Builder {
        Builder {
            port: 0,
            token: "stand-in-token".to_owned(),
            contract: None,
            upstream: None,
            farm: Some(Farm::new()),
            kept_requests: usize::MAX,
        }
    }

    /// The URL that a client is to be given, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.server.address, self.shared.contract.base_path)
    }

    /// The bearer token that was given out last. It is the only one that is accepted, until it
    /// expires.
    pub fn token(&self) -> String {
        lock(&self.shared.token).clone()
    }

    /// What the document promises, as the stand-in reads it.
    pub fn contract(&self) -> &Contract {
        &self.shared.contract
    }

    /// The requests so far, in the order in which they were read; of more than
    /// [`Builder::keep_requests`] allows, the last ones.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.requests).iter().cloned().collect()
    }

    /// The next request of this operation that the document allows is answered with the documented
    /// error (or success) of this status. Each call is good for one more request.
    ///
    /// # Panics
    ///
    /// If the operation does not exist, or does not document the status.
    #[track_caller]
    pub fn set_next_response(&self, operation_id: &str, status: u16) {
        let Some(operation) = self.shared.contract.operation(operation_id) else {
            panic!("the document has no operation `{operation_id}`");
        };
        assert!(
            operation.responses.contains_key(&status),
            "`{operation_id}` documents no {status}, only {:?}",
            operation.responses.keys()
        );

        let mut script = lock(&self.shared.script);
        script.entry(operation_id.to_owned()).or_default().push_back(status);
    }

    /// Stops, and waits until it has: open requests are answered, then the port is free.
    pub async fn stop(mut self) {
        self.server.stop.take();
        // Neither a server that failed nor one that panicked could be stopped any further.
        let _ = (&mut self.server.task).await;
    }
}

impl Builder {
    /// Listens on this port instead of a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Accepts this bearer token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// Works from this OpenAPI 3.0 document instead of the one that the crate was made from.
    #[must_use]
    pub fn contract(mut self, document: Value) -> Self {
        self.contract = Some(document);
        self
    }

    /// Serves this text, a Swagger 2.0 or an OpenAPI 3.0 document, as the API's own description.
    #[must_use]
    pub fn upstream(mut self, text: impl Into<String>) -> Self {
        self.upstream = Some(text.into());
        self
    }

    /// Answers with the state of this farm instead of that of the small one.
    #[must_use]
    pub fn farm(mut self, farm: Farm) -> Self {
        self.farm = Some(farm);
        self
    }

    /// Answers with the document's examples, whatever the ids of a request are, and without any
    /// state: there is no farm.
    #[must_use]
    pub fn examples(mut self) -> Self {
        self.farm = None;
        self
    }

    /// Keeps no more than the last so many requests for [`StandIn::requests`]. All are kept unless
    /// this is set.
    #[must_use]
    pub fn keep_requests(mut self, most: usize) -> Self {
        self.kept_requests = most;
        self
    }

    /// Starts. Must be called within a Tokio runtime, on which the server then runs.
    pub async fn start(self) -> Result<StandIn, StartError> {
        let (document, contract) = match self.contract {
            Some(value) => ("the given OpenAPI document", value),
            None => {
                let document = "spec/connect-v1.openapi.json";
                let contract = serde_json::from_str(CONTRACT);
                (document, contract.map_err(|error| StartError::Json { document, error })?)
            }
        };

        let contract =
            Contract::read(&contract).map_err(|error| StartError::Document { document, error })?;
        let (document, upstream) = match self.upstream {
            Some(text) => ("the given upstream document", text.into()),
            None => ("spec/upstream/connect-v1.json", UPSTREAM.into()),
        };

        let specification =
            Specification::new(upstream).map_err(|error| StartError::Json { document, error })?;
        if let Some(start) = self.farm.as_ref().and_then(Farm::impossible_start) {
            return Err(StartError::Begin { start });
        }

        let listener = listen(self.port).await?;
        // Files are sent to another host, as they are with the service.
        let host = match self.farm {
            Some(_) => Some(listen(0).await?),
            None => None,
        };

        let farm = self.farm.zip(host.as_ref()).map(|(farm, (_, address))| {
            Mutex::new(FarmState::build(farm, format!("http://{address}")))
        });
        let shared = Arc::new(Shared {
            contract: Arc::new(contract),
            specification,
            token: Mutex::new(self.token),
            requests: Mutex::default(),
            kept_requests: self.kept_requests,
            script: Mutex::new(HashMap::new()),
            answered: AtomicU64::new(1),
            faults: Faults::default(),
            traffic: Arc::new(Traffic::default()),
            address: listener.1,
            farm,
        });

        let server =
            Server::spawn(listener, shared.traffic.clone(), server::router(shared.clone()));
        // What it does is no traffic of the API.
        let host = host
            .map(|host| Server::spawn(host, Arc::default(), farm::host::router(shared.clone())));

        Ok(StandIn { shared, server, _host: host })
    }
}

impl Server {
    fn spawn(
        (listener, address): (TcpListener, SocketAddr),
        traffic: Arc<Traffic>,
        router: axum::Router,
    ) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = Counted::new(listener, traffic);
        let service = router.into_make_service_with_connect_info::<Connection>();
        let serve =
            axum::serve(listener, service).with_graceful_shutdown(async { drop(stopped.await) });

        Self { address, stop: Some(stop), task: tokio::spawn(serve.into_future()) }
    }
}

/// A port of the loopback; a free one for 0.
async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let problem = |error| StartError::Listen { port, error };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(problem)?;
    let address = listener.local_addr().map_err(problem)?;
    Ok((listener, address))
}

impl fmt::Display for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stand-in of the Connect API at {}", self.base_url())
    }
}

/// Without the token.
impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
