//! Errors of the source of an upload.

use std::{fmt, io};

/// A source of an upload that cannot be read, or whose length differs from the expected length.
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
///         _ => println!("the file must not change during the upload: {error}"),
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct UploadError {
    source: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Read(io::Error),
    Length { expected: u64, actual: String },
    AlreadyRead,
}

impl UploadError {
    pub(crate) fn read(source: impl fmt::Display, error: io::Error) -> Self {
        Self { source: source.to_string(), cause: Cause::Read(error) }
    }

    /// `actual` is the length in bytes, or a text such as "more" if it is not known exactly.
    pub(crate) fn length(
        source: impl fmt::Display,
        expected: u64,
        actual: impl fmt::Display,
    ) -> Self {
        let cause = Cause::Length { expected, actual: actual.to_string() };
        Self { source: source.to_string(), cause }
    }

    pub(crate) fn already_read(source: impl fmt::Display) -> Self {
        Self { source: source.to_string(), cause: Cause::AlreadyRead }
    }

    /// The kind of the I/O error, if reading the source failed.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match &self.cause {
            Cause::Read(error) => Some(error.kind()),
            _ => None,
        }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "upload of {}: ", self.source)?;

        match &self.cause {
            Cause::Read(error) => write!(f, "cannot read the source: {error}"),
            Cause::Length { expected, actual } => {
                write!(f, "expected {expected} bytes, but the source has {actual}")
            }
            Cause::AlreadyRead => {
                f.write_str("the source was already read and cannot be read again")
            }
        }
    }
}

impl std::error::Error for UploadError {}
