//! Sources of uploads: bytes, files and readers.

use std::future::Future;
#[cfg(not(target_family = "wasm"))]
use std::path::PathBuf;
use std::pin::Pin;
use std::{fmt, io};

use bytes::Bytes;
use tokio::io::AsyncRead;

use crate::error::UploadError;
use crate::runtime::BoxFuture;

/// An open source.
pub(super) type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// The content of an upload, and its length.
///
/// Bytes, files and [reopening](Self::reopening) sources are read again from the start when an
/// upload is retried. A [reader](Self::reader) can be read only once, so its upload is not retried.
///
/// ```no_run
/// use connect_api::UploadSource;
///
/// # async fn example() -> std::io::Result<()> {
/// let bytes = UploadSource::from(b"a few bytes".to_vec());
/// let file = UploadSource::file("gear.ufp");
/// let reader = UploadSource::reader(&b"from anywhere"[..], 13);
/// let reopening = UploadSource::reopening(1024, || tokio::fs::File::open("gear.ufp"));
/// # Ok(())
/// # }
/// ```
pub struct UploadSource(Kind);

enum Kind {
    Bytes(Bytes),
    #[cfg(not(target_family = "wasm"))]
    File(PathBuf),
    /// The reader is `None` once it was opened.
    Reader(Option<Reader>, u64),
    Reopening(Box<dyn Fn() -> BoxFuture<'static, io::Result<Reader>> + Send + Sync>, u64),
}

impl UploadSource {
    /// A file. It is opened for each attempt, and its length must not change during the upload.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// A reader with exactly `len` bytes.
    pub fn reader(reader: impl AsyncRead + Send + 'static, len: u64) -> Self {
        Self(Kind::Reader(Some(Box::pin(reader)), len))
    }

    /// A source with exactly `len` bytes. `open` is called for each attempt and returns a reader.
    pub fn reopening<F, R>(len: u64, open: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<R>> + Send + 'static,
        R: AsyncRead + Send + 'static,
    {
        let open = move || -> BoxFuture<'static, io::Result<Reader>> {
            let reader = open();
            Box::pin(async move { Ok(Box::pin(reader.await?) as Reader) })
        };

        Self(Kind::Reopening(Box::new(open), len))
    }

    /// Whether the source can be read more than once.
    pub(super) fn can_be_reopened(&self) -> bool {
        !matches!(self.0, Kind::Reader(..))
    }

    /// Returns the length in bytes.
    pub(crate) async fn len(&mut self) -> Result<u64, UploadError> {
        match &self.0 {
            Kind::Bytes(bytes) => Ok(bytes.len() as u64),
            #[cfg(not(target_family = "wasm"))]
            Kind::File(path) => match tokio::fs::metadata(path).await {
                Ok(file) if file.is_file() => Ok(file.len()),
                Ok(file) if file.is_dir() => {
                    Err(UploadError::read(self, io::ErrorKind::IsADirectory.into()))
                }
                Ok(_) => {
                    let message = "not a regular file, so its length is unknown: \
                                   use `UploadSource::reader` with the length";
                    Err(UploadError::read(self, io::Error::other(message)))
                }
                Err(error) => Err(UploadError::read(self, error)),
            },
            Kind::Reader(_, len) | Kind::Reopening(_, len) => Ok(*len),
        }
    }

    /// Opens the source at its start.
    pub(super) async fn open(&mut self) -> Result<Reader, UploadError> {
        let result = match &mut self.0 {
            Kind::Bytes(bytes) => return Ok(Box::pin(io::Cursor::new(bytes.clone()))),
            #[cfg(not(target_family = "wasm"))]
            Kind::File(path) => match tokio::fs::File::open(path).await {
                Ok(file) => return Ok(Box::pin(file)),
                Err(error) => Err(error),
            },
            Kind::Reader(reader, _) => {
                return reader.take().ok_or_else(|| UploadError::already_read(&*self));
            }
            Kind::Reopening(open, _) => open().await,
        };

        result.map_err(|error| UploadError::read(&*self, error))
    }
}

impl From<Bytes> for UploadSource {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for UploadSource {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&'static [u8]> for UploadSource {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

/// Describes the source without its content.
impl fmt::Display for UploadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            #[cfg(not(target_family = "wasm"))]
            Kind::File(path) => write!(f, "the file {path:?}"),
            Kind::Reader(_, len) | Kind::Reopening(_, len) => write!(f, "a reader of {len} bytes"),
        }
    }
}

impl fmt::Debug for UploadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadSource({self})")
    }
}
