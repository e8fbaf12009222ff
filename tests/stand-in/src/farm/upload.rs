//! Files on their way to the service: what was announced, and what arrived.

use std::collections::VecDeque;
use std::time::Duration;

use super::ids::Ids;

/// A file that was announced.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The id of the material profile or the print file.
    pub id: String,
    /// The name that it was announced with.
    pub name: String,
    /// The media type that it was announced with.
    pub content_type: String,
    /// The size that it was announced with, in bytes.
    pub file_size: u64,
    /// Every attempt to send it, in their order.
    pub attempts: Vec<UploadAttempt>,
    pub(super) signature: String,
}

/// One attempt to send a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadAttempt {
    /// The media type that it came with.
    pub content_type: Option<String>,
    /// Whether it came with an `Authorization`, which this host is never to see.
    pub authorized: bool,
    /// How many bytes came before it was answered.
    pub size: u64,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// How it was answered; nothing if the connection broke.
    pub status: Option<u16>,
}

/// What is to go wrong with an attempt. What is to happen after so many bytes happens once they have
/// come, with no more than arrived along with them; a shorter file is taken as if nothing was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadFault {
    /// It is answered with this status once all bytes have come.
    Status(u16),
    /// The connection closes after so many bytes.
    DisconnectAfter(u64),
    /// The right answer comes, but only this time after all bytes have. They are there, also if
    /// nobody waits for the answer.
    Delay(Duration),
    /// After so many bytes nothing is taken any more, and no answer ever comes.
    StallAfter(u64),
    /// It is answered with this status after so many bytes, whatever is still to come, as a proxy does
    /// that answers for the host. A file of which some was still to come is not there then, not even
    /// with a success.
    EarlyResponse {
        /// How many bytes; 0 answers the head.
        bytes: u64,
        /// The status.
        status: u16,
    },
}

/// All uploads.
#[derive(Debug, Default)]
pub struct Uploads {
    /// The URL of the host that takes them.
    pub host: String,
    /// The files, in the order in which they were announced.
    pub files: Vec<Upload>,
    /// What is yet to go wrong.
    pub faults: VecDeque<UploadFault>,
}

impl Upload {
    /// Whether its bytes are there.
    pub fn has_arrived(&self) -> bool {
        let whole = |attempt: &UploadAttempt| attempt.size == self.file_size;
        self.attempts.iter().any(|attempt| attempt.status == Some(200) && whole(attempt))
    }
}

impl Uploads {
    /// Announces a file, and gives the URL that it is to be sent to.
    pub fn announce(
        &mut self,
        ids: &mut Ids,
        id: &str,
        name: &str,
        kind: &str,
        size: u64,
    ) -> String {
        let signature = ids.hex(64);
        let url = format!("{}/upload/{id}?signature={signature}", self.host);

        self.files.push(Upload {
            id: id.to_owned(),
            name: name.to_owned(),
            content_type: kind.to_owned(),
            file_size: size,
            attempts: Vec::new(),
            signature,
        });

        url
    }

    /// A file that was announced.
    pub fn get(&mut self, id: &str) -> Option<&mut Upload> {
        self.files.iter_mut().find(|file| file.id == id)
    }

    /// Whether the bytes of an announced file are there.
    pub fn has_arrived(&self, id: &str) -> bool {
        self.files.iter().any(|file| file.id == id && file.has_arrived())
    }

    /// Whether the bytes of an announced file are yet to come.
    pub fn is_awaited(&self, id: &str) -> bool {
        self.files.iter().any(|file| file.id == id && !file.has_arrived())
    }

    /// Where the picture of something is to be had.
    pub fn picture_url(&self, of: &str) -> String {
        format!("{}/pictures/{of}.png", self.host)
    }
}
