//! A host that takes uploads, and looks at each byte of what arrives.

use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the host does with a request, after its head has arrived.
#[derive(Clone, Debug)]
pub enum Does {
    /// Takes all of the body, and answers with this status and body.
    Answer(u16, String),
    /// Takes all of the body, and answers with this status and with a body and a `Location` that
    /// repeat the target of the request, as it was sent.
    Repeat(u16),
    /// Answers with this status without taking any of the body, and closes nothing.
    Early(u16),
    /// Takes so many bytes of the body, and closes the connection.
    Cut(u64),
    /// Takes so many bytes of the body, and then does nothing.
    Stall(u64),
}

/// An upload as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The head, in lower case.
    pub head: String,
    pub bytes: u64,
    pub sha256: Vec<u8>,
    /// Whether the connection closed before all of it came.
    pub is_cut: bool,
}

pub struct Host {
    pub url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Host {
    /// Does these things in turn, then answers 200.
    pub async fn start(does: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/bucket/file", listener.local_addr().unwrap());
        let arrived = Arc::<Mutex<Vec<Arrived>>>::default();
        let log = arrived.clone();
        let mut does: Vec<Does> = does.into_iter().collect();

        does.reverse();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let does = does.pop().unwrap_or(Does::Answer(200, String::new()));
                tokio::spawn(serve(connection, does, log.clone()));
            }
        });

        Self { url, arrived }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn serve(mut connection: TcpStream, does: Does, log: Arc<Mutex<Vec<Arrived>>>) {
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

    let wanted = match does {
        Does::Answer(..) | Does::Repeat(_) => length,
        Does::Early(_) => 0,
        Does::Cut(bytes) | Does::Stall(bytes) => bytes,
    };
    let mut hash = Sha256::new();
    let (mut bytes, mut buffer) = (0, vec![0; 64 << 10]);

    while bytes < wanted {
        let most = usize::try_from(wanted - bytes).unwrap_or(usize::MAX).min(buffer.len());
        match connection.read(&mut buffer[..most]).await {
            Ok(0) | Err(_) => break,
            Ok(read) => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }

    let (sha256, is_cut) = (hash.finalize().to_vec(), bytes < wanted);
    log.lock().unwrap().push(Arrived { head, bytes, sha256, is_cut });
    let is_early = matches!(does, Does::Early(_));

    let (status, body, location) = match does {
        Does::Early(status) => (status, String::new(), String::new()),
        Does::Answer(status, body) if !is_cut => (status, body, String::new()),
        Does::Repeat(status) if !is_cut => {
            (status, format!("<p>{target}</p>"), format!("location: {target}\r\n"))
        }
        Does::Stall(_) => std::future::pending().await,
        _ => return,
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Any\r\ncontent-length: {length}\r\n{location}");
    let answer = format!("{head}connection: close\r\n\r\n{body}");
    let _ = connection.write_all(answer.as_bytes()).await;

    if is_early {
        std::future::pending::<()>().await;
    }

    let _ = connection.shutdown().await;
}
