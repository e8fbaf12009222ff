//! The request body of an upload: reads the source in chunks while they are sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::ReadBuf;

use super::progress::ProgressTracker;
use super::source::Reader;
use crate::error::UploadError;

/// The size of a chunk, in bytes.
const CHUNK_SIZE: usize = 64 << 10;

/// A body that streams a source and checks its length.
pub(super) struct Body {
    /// The mutex is never locked. It makes the body `Sync`, although the reader is only `Send`.
    reader: Mutex<Reader>,
    buffer: Box<[u8]>,
    /// The last chunk that was read. It is sent after the next read, so the final chunk is not sent
    /// if the source is longer than announced.
    pending_chunk: Option<Bytes>,
    bytes_read: u64,
    bytes_remaining: u64,
    /// The description of the source, for errors.
    source: String,
    progress: Arc<ProgressTracker>,
    attempt: usize,
}

impl Body {
    pub(super) fn new(
        reader: Reader,
        source: String,
        progress: Arc<ProgressTracker>,
        attempt: usize,
    ) -> Self {
        Self {
            reader: Mutex::new(reader),
            buffer: vec![0; CHUNK_SIZE].into(),
            pending_chunk: None,
            bytes_read: 0,
            bytes_remaining: progress.total(),
            source,
            progress,
            attempt,
        }
    }

    /// Reads the next chunk. It is empty at the end of the source.
    fn poll_read_chunk(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let reader = self.reader.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = ReadBuf::new(&mut self.buffer);
        ready!(reader.as_mut().poll_read(context, &mut buffer))?;

        Poll::Ready(Ok(Bytes::copy_from_slice(buffer.filled())))
    }

    /// Stores a chunk that was read, and returns the previous one to send. Returns an error if the
    /// source is shorter or longer than announced.
    fn next_chunk(&mut self, chunk: Bytes) -> Result<Option<Bytes>, UploadError> {
        let total = self.progress.total();
        self.bytes_read += chunk.len() as u64;

        match chunk.is_empty() {
            true if self.bytes_read < total => {
                let actual = format_args!("only {}", self.bytes_read);
                Err(UploadError::length(&self.source, total, actual))
            }
            false if self.bytes_read > total => {
                Err(UploadError::length(&self.source, total, "more"))
            }
            true => Ok(self.pending_chunk.take()),
            false => Ok(self.pending_chunk.replace(chunk)),
        }
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
        while body.bytes_remaining > 0 {
            let chunk = ready!(body.poll_read_chunk(context));
            let chunk = chunk.map_err(|error| UploadError::read(&body.source, error));

            match chunk.and_then(|chunk| body.next_chunk(chunk)) {
                Ok(None) => {}
                Ok(Some(chunk)) => {
                    body.bytes_remaining -= chunk.len() as u64;
                    body.progress.add(body.attempt, chunk.len());
                    return Poll::Ready(Some(Ok(Frame::data(chunk))));
                }
                Err(error) => {
                    // The HTTP client reports only that the body failed; `send` reports this error.
                    body.progress.set_source_error(error);
                    return Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into())));
                }
            }
        }

        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes_remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes_remaining)
    }
}
