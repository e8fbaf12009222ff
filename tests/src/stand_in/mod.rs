//! A server on the loopback that behaves as the API's document says, and insists on it.
//!
//! | step | module |
//! |---|---|
//! | read the document | [`contract`], its schemas by [`schema`] |
//! | find the operation of a request | [`route`] |
//! | hold the request against the document | [`check`] |
//! | answer with the document's examples | [`answer`] |
//! | answer with the state of a farm instead, where there is one | [`farm`] |
//! | make it go wrong, where that was ordered | [`fault`] |
//! | serve the API's description of itself | [`spec`] |
//! | all of it, request by request | [`server`] |

pub mod answer;
pub mod check;
pub mod contract;
pub mod farm;
pub mod fault;
pub mod route;
pub mod schema;
pub mod server;
pub mod spec;

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::contract::Contract;
use self::farm::Farm;
use self::farm::world::World;
use self::fault::Faults;
use self::fault::connection::{Connection, Counted, Traffic};
pub use self::fault::{Fault, Length};
pub use self::server::RecordedRequest;
use self::server::{Shared, lock};
use self::spec::Specification;

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
    contract: Source<Value>,
    upstream: Source<String>,
    farm: Option<Farm>,
}

#[derive(Clone)]
enum Source<T> {
    File(PathBuf),
    Given(T),
}

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A document cannot be read.
    #[error("{}: cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A document is not JSON.
    #[error("{document}: not JSON: {error}")]
    Json {
        /// The file, or which document it is.
        document: String,
        /// Why.
        error: serde_json::Error,
    },
    /// A document says what the stand-in does not understand.
    #[error("{document}: {error}")]
    Document {
        /// The file, or which document it is.
        document: String,
        /// What and where.
        error: DocumentError,
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
    /// Starts on a free port, with the committed documents.
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

    /// A stand-in with other documents, another token or a port of choice.
    pub fn builder() -> Builder {
        let spec = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("spec");
        Builder {
            port: 0,
            token: "stand-in-token".to_owned(),
            contract: Source::File(spec.join("connect-v1.openapi.json")),
            upstream: Source::File(spec.join("upstream/connect-v1.json")),
            farm: None,
        }
    }

    /// The URL that a client is to be given, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.server.address, self.shared.contract.base_path)
    }

    /// The bearer token that is accepted.
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// What the document promises, as the stand-in reads it.
    pub fn contract(&self) -> &Contract {
        &self.shared.contract
    }

    /// All requests so far, in the order in which they were read.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.requests).clone()
    }

    /// The next request of this operation that the document allows is answered with the documented
    /// error (or success) of this status. Each call is good for one more request.
    ///
    /// # Panics
    ///
    /// If the operation does not exist, or does not document the status.
    #[track_caller]
    pub fn answer_next(&self, operation_id: &str, status: u16) {
        let Some(operation) = self.shared.contract.operation(operation_id) else {
            panic!("the document has no operation `{operation_id}`");
        };
        assert!(
            operation.answers.contains_key(&status),
            "`{operation_id}` documents no {status}, only {:?}",
            operation.answers.keys()
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

    /// Works from this OpenAPI 3.0 document instead of the committed one.
    #[must_use]
    pub fn contract(mut self, document: Value) -> Self {
        self.contract = Source::Given(document);
        self
    }

    /// Serves this text, a Swagger 2.0 or an OpenAPI 3.0 document, as the API's own description.
    #[must_use]
    pub fn upstream(mut self, text: impl Into<String>) -> Self {
        self.upstream = Source::Given(text.into());
        self
    }

    /// Answers with the state of this farm, not with the document's examples.
    #[must_use]
    pub fn farm(mut self, farm: Farm) -> Self {
        self.farm = Some(farm);
        self
    }

    /// Starts. Must be called within a Tokio runtime, on which the server then runs.
    pub async fn start(self) -> Result<StandIn, StartError> {
        let (document, contract) = match self.contract {
            Source::Given(value) => ("the given OpenAPI document".to_owned(), value),
            Source::File(path) => {
                let document = path.display().to_string();
                let contract = serde_json::from_str(&read(path)?)
                    .map_err(|error| StartError::Json { document: document.clone(), error })?;
                (document, contract)
            }
        };
        let contract =
            Contract::read(&contract).map_err(|error| StartError::Document { document, error })?;
        let (document, upstream) = match self.upstream {
            Source::Given(text) => ("the given upstream document".to_owned(), text),
            Source::File(path) => (path.display().to_string(), read(path)?),
        };
        let specification =
            Specification::new(upstream).map_err(|error| StartError::Json { document, error })?;
        let listener = listen(self.port).await?;
        // Files are sent to another host, as they are with the service.
        let host = match self.farm {
            Some(_) => Some(listen(0).await?),
            None => None,
        };
        let farm = self.farm.zip(host.as_ref()).map(|(farm, (_, address))| {
            Mutex::new(World::build(farm, format!("http://{address}")))
        });
        let shared = Arc::new(Shared {
            contract: Arc::new(contract),
            specification,
            token: self.token,
            requests: Mutex::default(),
            script: Mutex::new(HashMap::new()),
            answered: AtomicU64::new(1),
            faults: Faults::default(),
            renewed_token: Mutex::default(),
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

fn read(path: PathBuf) -> Result<String, StartError> {
    std::fs::read_to_string(&path).map_err(|error| StartError::Read { path, error })
}
