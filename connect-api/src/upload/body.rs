//! The body of an upload: a source that is read piece by piece while it is sent.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::ReadBuf;

use super::source::Reader;
use crate::error::UploadError;
use crate::upload::progress::Gauge;

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

pub(super) struct Body {
    /// Never locked: it makes of a reader that is `Send` a body that is `Sync`.
    reader: Mutex<Reader>,
    buffer: Box<[u8]>,
    /// Held back until it is known whether another piece follows, so that the last one is not sent
    /// if the source turns out to be longer than announced.
    held: Option<Bytes>,
    read: u64,
    /// How many bytes are still to be sent.
    left: u64,
    /// What it is, for errors.
    source: String,
    gauge: Arc<Gauge>,
    attempt: usize,
}

impl Body {
    pub(super) fn new(reader: Reader, source: String, gauge: Arc<Gauge>, attempt: usize) -> Self {
        Self {
            reader: Mutex::new(reader),
            buffer: vec![0; PIECE].into(),
            held: None,
            read: 0,
            left: gauge.total(),
            source,
            gauge,
            attempt,
        }
    }

    /// The next piece; empty at the end.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let reader = self.reader.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = ReadBuf::new(&mut self.buffer);
        ready!(reader.as_mut().poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(Bytes::copy_from_slice(buffer.filled())))
    }

    /// The piece to send after another was read; the fault if that makes the length wrong.
    fn turn(&mut self, piece: Bytes) -> Result<Option<Bytes>, UploadError> {
        let total = self.gauge.total();
        self.read += piece.len() as u64;

        match piece.is_empty() {
            true if self.read < total => {
                Err(UploadError::length(&self.source, total, format_args!("only {}", self.read)))
            }
            false if self.read > total => Err(UploadError::length(&self.source, total, "more")),
            true => Ok(self.held.take()),
            false => Ok(self.held.replace(piece)),
        }
    }
}

/// Whether a source has no bytes, as was announced.
pub(super) async fn hold_empty(reader: &mut Reader, source: &str) -> Result<(), UploadError> {
    let mut byte = [0];
    let mut buffer = ReadBuf::new(&mut byte);
    let read = poll_fn(|context| reader.as_mut().poll_read(context, &mut buffer));
    read.await.map_err(|error| UploadError::read(source, error))?;

    match buffer.filled() {
        [] => Ok(()),
        _ => Err(UploadError::length(source, 0, "more")),
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let body = self.get_mut();
        while body.left > 0 {
            let piece = ready!(body.poll_piece(context));
            let turned = piece.map_err(|error| UploadError::read(&body.source, error));

            match turned.and_then(|piece| body.turn(piece)) {
                Ok(None) => {}
                Ok(Some(piece)) => {
                    body.left -= piece.len() as u64;
                    body.gauge.add(body.attempt, piece.len());
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
                Err(fault) => {
                    body.gauge.fail(fault);
                    return Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into())));
                }
            }
        }

        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
