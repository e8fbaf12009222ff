//! TCP connections that are counted, and that a fault can abort.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Counters of all connections of a stand-in since its start.
#[derive(Debug, Default)]
pub struct Traffic {
    open: AtomicUsize,
    accepted: AtomicUsize,
    bytes_sent: AtomicU64,
    active_requests: AtomicUsize,
    max_active_requests: AtomicUsize,
}

/// A listener that counts its connections, and allows to abort them.
pub struct CountingListener {
    listener: TcpListener,
    traffic: Arc<Traffic>,
}

/// An accepted connection.
pub struct CountedStream {
    stream: TcpStream,
    connection: Connection,
    traffic: Arc<Traffic>,
}

/// A handle with which a request handler aborts its connection.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<AtomicBool>);

/// An active request. It ends when this guard is dropped.
#[must_use]
pub struct ActiveRequest<'t>(&'t Traffic);

impl Traffic {
    /// The number of open connections.
    pub fn open_connections(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// The number of connections that were accepted.
    pub fn accepted_connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The number of bytes that were written to the sockets.
    pub fn bytes_sent(&self) -> u64 {
        self.bytes_sent.load(Ordering::SeqCst)
    }

    /// The maximum number of requests that were active at the same time.
    pub fn max_concurrent_requests(&self) -> usize {
        self.max_active_requests.load(Ordering::SeqCst)
    }

    /// Counts a request as active until the guard is dropped.
    pub fn start_request(&self) -> ActiveRequest<'_> {
        let active = self.active_requests.fetch_add(1, Ordering::SeqCst) + 1;
        self.max_active_requests.fetch_max(active, Ordering::SeqCst);
        ActiveRequest(self)
    }
}

impl Drop for ActiveRequest<'_> {
    fn drop(&mut self) {
        self.0.active_requests.fetch_sub(1, Ordering::SeqCst);
    }
}

impl CountingListener {
    /// Wraps a listener. `traffic` counts its connections.
    pub fn new(listener: TcpListener, traffic: Arc<Traffic>) -> Self {
        Self { listener, traffic }
    }
}

impl Connection {
    /// Closes the connection before the next byte is sent.
    pub fn abort(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_aborted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Listener for CountingListener {
    type Io = CountedStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (CountedStream, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;

        // Each write must be sent at once. An error means that the connection is already closed.
        let _ = stream.set_nodelay(true);
        self.traffic.open.fetch_add(1, Ordering::SeqCst);
        self.traffic.accepted.fetch_add(1, Ordering::SeqCst);

        let traffic = self.traffic.clone();
        (CountedStream { stream, connection: Connection::default(), traffic }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, CountingListener>> for Connection {
    fn connect_info(incoming: IncomingStream<'_, CountingListener>) -> Self {
        incoming.io().connection.clone()
    }
}

impl CountedStream {
    /// Writes to the stream and counts the bytes, unless the connection was aborted.
    fn write(
        &mut self,
        write: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.connection.is_aborted() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }

        let written = write(Pin::new(&mut self.stream));
        if let Poll::Ready(Ok(bytes)) = &written {
            self.traffic.bytes_sent.fetch_add(*bytes as u64, Ordering::SeqCst);
        }

        written
    }
}

impl Drop for CountedStream {
    fn drop(&mut self) {
        self.traffic.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(|stream| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(|stream| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
