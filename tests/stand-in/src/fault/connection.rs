//! The connections below HTTP: counted, measured, and cut when a fault wants it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What all connections of a stand-in have done so far.
#[derive(Debug, Default)]
pub struct Traffic {
    open: AtomicUsize,
    accepted: AtomicUsize,
    sent: AtomicU64,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
}

/// A listener whose connections are counted and can be cut.
pub struct Counted {
    listener: TcpListener,
    traffic: Arc<Traffic>,
}

/// One connection, as the listener gives it to the server.
pub struct Stream {
    stream: TcpStream,
    connection: Connection,
    traffic: Arc<Traffic>,
}

/// A hold on a connection, for a handler that wants to cut it.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<AtomicBool>);

/// A request under way; it is no longer once this is dropped.
#[must_use]
pub struct UnderWay<'t>(&'t Traffic);

impl Traffic {
    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    pub fn accepted_connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// How many bytes the kernel took for clients.
    pub fn bytes_sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// How many requests were under way at once, when they were the most.
    pub fn max_concurrent_requests(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    /// Counts a request.
    pub fn enter(&self) -> UnderWay<'_> {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        UnderWay(self)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Counted {
    /// Counts the connections of this listener.
    pub fn new(listener: TcpListener, traffic: Arc<Traffic>) -> Self {
        Self { listener, traffic }
    }
}

impl Connection {
    /// Has the connection close before another byte is sent.
    pub fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Listener for Counted {
    type Io = Stream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Stream, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small pieces are to arrive as they are sent. A connection that refuses that is gone.
        let _ = stream.set_nodelay(true);
        self.traffic.open.fetch_add(1, Ordering::SeqCst);
        self.traffic.accepted.fetch_add(1, Ordering::SeqCst);

        let traffic = self.traffic.clone();
        (Stream { stream, connection: Connection::default(), traffic }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Counted>> for Connection {
    fn connect_info(incoming: IncomingStream<'_, Counted>) -> Self {
        incoming.io().connection.clone()
    }
}

impl Stream {
    fn write(
        &mut self,
        write: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.connection.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }

        let written = write(Pin::new(&mut self.stream));
        if let Poll::Ready(Ok(bytes)) = &written {
            self.traffic.sent.fetch_add(*bytes as u64, Ordering::SeqCst);
        }

        written
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.traffic.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
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
