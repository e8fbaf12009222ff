//! What can go wrong with what is to be uploaded.

use std::{fmt, io};

use super::Error;

/// A source that cannot be read, or is not as long as it was said to be.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::{Error, UploadSource};
///
/// let source = UploadSource::file("gear.ufp");
/// let upload = client.upload("https://storage.example/a-signed-url", "application/x-ufp", source);
/// if let Err(Error::Upload(error)) = upload.send().await {
///     match error.kind() {
///         Some(std::io::ErrorKind::NotFound) => println!("choose another file: {error}"),
///         _ => println!("it must not change while it is sent: {error}"),
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct UploadError {
    source: String,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Read(io::Error),
    Length { said: u64, found: String },
    ReadBefore,
}

impl UploadError {
    pub(crate) fn read(source: impl fmt::Display, error: io::Error) -> Self {
        Self { source: source.to_string(), fault: Fault::Read(error) }
    }

    /// `found` is how long it is instead, or what is known of that.
    pub(crate) fn length(source: impl fmt::Display, said: u64, found: impl fmt::Display) -> Self {
        let found = found.to_string();
        Self { source: source.to_string(), fault: Fault::Length { said, found } }
    }

    pub(crate) fn read_before(source: impl fmt::Display) -> Self {
        Self { source: source.to_string(), fault: Fault::ReadBefore }
    }

    /// What kind of failure it is to read the source, if that is what went wrong.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match &self.fault {
            Fault::Read(error) => Some(error.kind()),
            _ => None,
        }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "upload of {}: ", self.source)?;
        match &self.fault {
            Fault::Read(error) => write!(f, "cannot be read: {error}"),
            Fault::Length { said, found } => {
                write!(f, "{said} bytes were announced, but there are {found}")
            }
            Fault::ReadBefore => f.write_str("has been read already, and cannot be read again"),
        }
    }
}

impl std::error::Error for UploadError {}

impl From<UploadError> for Error {
    fn from(error: UploadError) -> Self {
        Error::Upload(error)
    }
}
