//! Listening sockets, and the tasks that serve them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fault::connection::{Connection, CountingListener, Traffic};

/// A socket that listens on the loopback interface.
pub(super) struct Listener {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

/// A server task. It stops when this is dropped.
pub(super) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listener {
    /// Listens on a port; 0 selects a free one.
    pub(super) async fn bind(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Serves the router in a task. `traffic` counts the connections.
    pub(super) fn serve(self, traffic: Arc<Traffic>, router: axum::Router) -> Server {
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = CountingListener::new(self.listener, traffic);
        let service = router.into_make_service_with_connect_info::<Connection>();
        let serve =
            axum::serve(listener, service).with_graceful_shutdown(async { drop(stopped.await) });

        Server { address: self.address, stop: Some(stop), task: tokio::spawn(serve.into_future()) }
    }
}

impl Server {
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server, and waits until open requests are completed.
    pub(super) async fn stop(mut self) {
        self.stop.take();
        // The result does not matter: a server that failed or panicked has stopped, too.
        let _ = (&mut self.task).await;
    }
}
