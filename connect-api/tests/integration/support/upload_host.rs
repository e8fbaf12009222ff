//! An upload host that records each upload, and can fail in several ways.

use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The behaviour of the host for one request, after it has received the head.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Receives the body, and responds with this status and body.
    Respond(u16, String),
    /// Receives the body, and responds with this status, and with a body and a `Location` that
    /// repeat the target of the request.
    EchoTarget(u16),
    /// Responds with this status without receiving the body, and keeps the connection open.
    EarlyResponse(u16),
    /// Receives this many bytes of the body, and closes the connection.
    Disconnect(u64),
    /// Receives this many bytes of the body, and stalls.
    Stall(u64),
}

/// A received upload.
#[derive(Clone, Debug)]
pub struct ReceivedUpload {
    /// The head, in lower case.
    pub head: String,
    pub bytes: u64,
    pub sha256: Vec<u8>,
    /// Whether the body is incomplete.
    pub is_incomplete: bool,
}

pub struct UploadHost {
    pub url: String,
    uploads: Arc<Mutex<Vec<ReceivedUpload>>>,
}

impl UploadHost {
    /// Starts a host with a behaviour for each of the first requests. Later requests get 200.
    pub async fn start(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/bucket/file", listener.local_addr().unwrap());
        let uploads = Arc::<Mutex<Vec<ReceivedUpload>>>::default();
        let log = uploads.clone();
        let mut behaviours: Vec<Behaviour> = behaviours.into_iter().collect();
        behaviours.reverse();

        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let behaviour = behaviours.pop().unwrap_or(Behaviour::Respond(200, String::new()));
                tokio::spawn(serve(connection, behaviour, log.clone()));
            }
        });

        Self { url, uploads }
    }

    /// Returns the uploads so far.
    pub fn uploads(&self) -> Vec<ReceivedUpload> {
        self.uploads.lock().unwrap().clone()
    }
}

async fn serve(
    mut connection: TcpStream,
    behaviour: Behaviour,
    log: Arc<Mutex<Vec<ReceivedUpload>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }

    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: u64 = length.expect("a length").parse().unwrap();

    let max_bytes = match behaviour {
        Behaviour::Respond(..) | Behaviour::EchoTarget(_) => length,
        Behaviour::EarlyResponse(_) => 0,
        Behaviour::Disconnect(bytes) | Behaviour::Stall(bytes) => bytes,
    };
    let mut hash = Sha256::new();
    let (mut bytes, mut buffer) = (0, vec![0; 64 << 10]);

    while bytes < max_bytes {
        let max_read = usize::try_from(max_bytes - bytes).unwrap_or(usize::MAX).min(buffer.len());
        match connection.read(&mut buffer[..max_read]).await {
            Ok(0) | Err(_) => break,
            Ok(read) => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }

    let (sha256, is_incomplete) = (hash.finalize().to_vec(), bytes < max_bytes);
    log.lock().unwrap().push(ReceivedUpload { head, bytes, sha256, is_incomplete });
    let is_early = matches!(behaviour, Behaviour::EarlyResponse(_));

    let (status, body, location) = match behaviour {
        Behaviour::EarlyResponse(status) => (status, String::new(), String::new()),
        Behaviour::Respond(status, body) if !is_incomplete => (status, body, String::new()),
        Behaviour::EchoTarget(status) if !is_incomplete => {
            (status, format!("<p>{target}</p>"), format!("location: {target}\r\n"))
        }
        Behaviour::Stall(_) => std::future::pending().await,
        _ => return,
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Any\r\ncontent-length: {length}\r\n{location}");
    let response = format!("{head}connection: close\r\n\r\n{body}");
    let _ = connection.write_all(response.as_bytes()).await;

    if is_early {
        std::future::pending::<()>().await;
    }

    let _ = connection.shutdown().await;
}
