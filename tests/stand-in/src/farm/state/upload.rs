//! Uploads: files that are created with the API and then sent to the upload host.

use std::collections::VecDeque;
use std::time::Duration;

use crate::farm::ids::Ids;

/// An upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The id of the material profile or print file.
    pub id: String,
    /// The name of the file.
    pub name: String,
    /// The media type that the client announced.
    pub content_type: String,
    /// The size in bytes that the client announced.
    pub file_size: u64,
    /// The attempts to send the file, in order.
    pub attempts: Vec<UploadAttempt>,
    pub(crate) signature: String,
}

/// An attempt to send a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadAttempt {
    /// The `Content-Type` of the request.
    pub content_type: Option<String>,
    /// Whether the request had an `Authorization` header. The upload host must not receive one.
    pub authorized: bool,
    /// How many bytes were received before the response.
    pub size: u64,
    /// The SHA-256 hash of these bytes, in hexadecimal.
    pub sha256: String,
    /// The status of the response. `None` if the connection was closed without one.
    pub status: Option<u16>,
}

/// A fault of an attempt to send a file.
///
/// A fault after a number of bytes happens when at least that many bytes were received. If the file
/// is shorter, the fault has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadFault {
    /// A response with this status after all bytes were received.
    Status(u16),
    /// The connection is closed after this many bytes.
    DisconnectAfter(u64),
    /// The correct response is sent this long after the last byte.
    ///
    /// The upload is complete even if the client does not wait for the response.
    Delay(Duration),
    /// The host stops reading after this many bytes, and never responds.
    StallAfter(u64),
    /// A response with this status before all bytes were received, as from a proxy.
    ///
    /// The upload is not complete then, whatever the status is.
    EarlyResponse {
        /// The number of bytes before the response. With 0 it follows the request headers.
        bytes: u64,
        /// The status.
        status: u16,
    },
}

/// All uploads of a farm.
#[derive(Debug, Default)]
pub struct Uploads {
    /// The URL of the upload host.
    pub host: String,
    /// The uploads, in the order of creation.
    pub files: Vec<Upload>,
    /// The pending faults.
    pub faults: VecDeque<UploadFault>,
}

impl Upload {
    /// Whether all bytes were received.
    pub fn is_complete(&self) -> bool {
        self.attempts
            .iter()
            .any(|attempt| attempt.status == Some(200) && attempt.size == self.file_size)
    }
}

impl Uploads {
    /// Creates an upload, and returns the URL that the file must be sent to.
    pub fn create(
        &mut self,
        ids: &mut Ids,
        id: &str,
        name: &str,
        content_type: &str,
        file_size: u64,
    ) -> String {
        let signature = ids.hex(64);
        let url = format!("{}/upload/{id}?signature={signature}", self.host);

        self.files.push(Upload {
            id: id.to_owned(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            file_size,
            attempts: Vec::new(),
            signature,
        });

        url
    }

    /// The upload with this id.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Upload> {
        self.files.iter_mut().find(|upload| upload.id == id)
    }

    /// Whether the upload with this id exists and is complete.
    pub fn is_complete(&self, id: &str) -> bool {
        self.files.iter().any(|upload| upload.id == id && upload.is_complete())
    }

    /// Whether the upload with this id exists and is not complete.
    pub fn is_incomplete(&self, id: &str) -> bool {
        self.files.iter().any(|upload| upload.id == id && !upload.is_complete())
    }

    /// The URL of the picture of a printer or file.
    pub fn picture_url(&self, id: &str) -> String {
        format!("{}/pictures/{id}.png", self.host)
    }
}
