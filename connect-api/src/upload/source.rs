//! What is uploaded: bytes, a file, or whatever can be read.

use std::future::Future;
#[cfg(not(target_family = "wasm"))]
use std::path::PathBuf;
use std::pin::Pin;
use std::{fmt, io};

use bytes::Bytes;
use tokio::io::AsyncRead;

use crate::error::UploadError;
use crate::runtime::BoxFuture;

/// A source that is being read.
pub(super) type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// What is uploaded, and how long it is.
///
/// Bytes, files and what can be [opened again](Self::reopening) are sent again from the start when
/// an upload breaks off; a [reader](Self::reader) is read once.
///
/// ```no_run
/// use connect_api::UploadSource;
///
/// # async fn example() -> std::io::Result<()> {
/// let bytes = UploadSource::from(b"a few bytes".to_vec());
/// let file = UploadSource::file("gear.ufp");
/// let reader = UploadSource::reader(&b"from anywhere"[..], 13);
/// let again = UploadSource::reopening(1024, || tokio::fs::File::open("gear.ufp"));
/// # Ok(())
/// # }
/// ```
pub struct UploadSource(Kind);

enum Kind {
    Bytes(Bytes),
    #[cfg(not(target_family = "wasm"))]
    File(PathBuf),
    /// None once it is being read.
    Reader(Option<Reader>, u64),
    Reopening(Box<dyn Fn() -> BoxFuture<'static, io::Result<Reader>> + Send + Sync>, u64),
}

impl UploadSource {
    /// The bytes of a file, which is opened when it is sent. It must keep its length meanwhile.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// So many bytes from a reader. It must end there.
    pub fn reader(reader: impl AsyncRead + Send + 'static, len: u64) -> Self {
        Self(Kind::Reader(Some(Box::pin(reader)), len))
    }

    /// So many bytes from a reader that is opened for each attempt. It must end there.
    pub fn reopening<F, R>(len: u64, open: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<R>> + Send + 'static,
        R: AsyncRead + Send + 'static,
    {
        let open = move || -> BoxFuture<'static, io::Result<Reader>> {
            let opened = open();
            Box::pin(async move { Ok(Box::pin(opened.await?) as Reader) })
        };
        Self(Kind::Reopening(Box::new(open), len))
    }

    pub(super) fn can_be_read_again(&self) -> bool {
        !matches!(self.0, Kind::Reader(..))
    }

    /// How many bytes there are.
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
                    let fault = "it is no regular file, and does not say how long it is: \
                                 `UploadSource::reader` takes it with its length";
                    Err(UploadError::read(self, io::Error::other(fault)))
                }
                Err(error) => Err(UploadError::read(self, error)),
            },
            Kind::Reader(_, len) | Kind::Reopening(_, len) => Ok(*len),
        }
    }

    /// Begins to read from the start.
    pub(super) async fn open(&mut self) -> Result<Reader, UploadError> {
        let opened = match &mut self.0 {
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

        opened.map_err(|error| UploadError::read(&*self, error))
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

/// What it is, without what it holds.
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
