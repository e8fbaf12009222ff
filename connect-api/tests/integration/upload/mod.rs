//! Uploads, against a host that looks at each byte, and an API that gives the URLs.

mod failures;
mod materials;
#[cfg(target_os = "linux")]
mod memory;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::api_server;
use crate::support::upload_host::Host;
use connect_api::{CallOptions, Client, RetryPolicy, Upload, UploadProgress, UploadSource};
use sha2::{Digest as _, Sha256};

/// A client with a token that no host may see, and short waits between attempts.
fn client() -> Client {
    let quick = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let options = CallOptions::new().retry(quick);
    Client::builder().token("secret-token").call_options(options).build().unwrap()
}

fn upload(host: &Host, source: impl Into<UploadSource>) -> Upload {
    client().upload(
        format!("{}?signature=0123456789abcdef0123", host.url),
        "application/x-ufp",
        source,
    )
}

/// Bytes that no two places have alike.
fn content(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(next).collect()
}

fn sha256(content: &[u8]) -> Vec<u8> {
    Sha256::digest(content).to_vec()
}

/// What an upload tells of its progress.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<UploadProgress>>>);

impl Told {
    fn tell(&self) -> impl FnMut(UploadProgress) + Send + 'static {
        let told = self.0.clone();
        move |progress| told.lock().unwrap().push(progress)
    }

    /// Holds what was told to the promise: from nothing to all, never backwards.
    fn hold(&self, total: usize) {
        let told = self.0.lock().unwrap();
        assert_eq!(told.first().map(|progress| progress.sent), Some(0));
        assert_eq!(told.last().map(|progress| progress.sent), Some(total as u64));
        assert!(told.iter().all(|progress| progress.total == total as u64));

        for pair in told.windows(2) {
            assert!(pair[0].sent < pair[1].sent, "{pair:?}");
            assert!(pair[0].attempt <= pair[1].attempt, "{pair:?}");
        }
    }
}

#[tokio::test]
async fn what_arrives_is_what_was_sent_whatever_its_length() {
    for length in [0, 1, 1000, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 3_000_000] {
        let (host, told, content) = (Host::start([]).await, Told::default(), content(length));
        upload(&host, content.clone()).on_progress(told.tell()).send().await.unwrap();
        let [arrived] = &host.arrived()[..] else { panic!("one upload") };

        assert_eq!((arrived.bytes, &arrived.sha256), (length as u64, &sha256(&content)));
        assert!(
            arrived.head.starts_with("put /bucket/file?signature=0123456789abcdef0123 http/1.1")
        );
        assert!(arrived.head.contains(&format!("\r\ncontent-length: {length}\r\n")));

        told.hold(length);
    }
}

#[tokio::test]
async fn the_host_sees_the_content_type_and_no_token() {
    let host = Host::start([]).await;
    upload(&host, content(10)).send().await.unwrap();
    upload(&host, content(10)).origin_header("https://app.example").send().await.unwrap();

    let arrived = host.arrived();
    for arrived in &arrived {
        assert!(
            arrived.head.contains("\r\ncontent-type: application/x-ufp\r\n"),
            "{}",
            arrived.head
        );

        for secret in ["authorization", "secret-token", "bearer", "cookie"] {
            assert!(!arrived.head.contains(secret), "{}", arrived.head);
        }
    }

    assert!(!arrived[0].head.contains("origin"));
    assert!(arrived[1].head.contains("\r\norigin: https://app.example\r\n"));
}

#[tokio::test]
async fn bytes_files_and_readers_are_sources() {
    let content = content(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gear.ufp");
    std::fs::write(&path, &content).unwrap();

    let length = content.len() as u64;
    let again = content.clone();

    let reopening = move || {
        let reader = std::io::Cursor::new(again.clone());
        async { Ok(reader) }
    };

    let sources = [
        UploadSource::from(content.clone()),
        UploadSource::file(&path),
        UploadSource::reader(std::io::Cursor::new(content.clone()), length),
        UploadSource::reader(tokio::fs::File::open(&path).await.unwrap(), length),
        UploadSource::reopening(length, reopening),
    ];

    for source in sources {
        let (host, name) = (Host::start([]).await, format!("{source:?}"));
        upload(&host, source).send().await.unwrap();
        assert_eq!(host.arrived()[0].sha256, sha256(&content), "{name}");
    }
}

#[tokio::test]
async fn an_upload_that_is_dropped_breaks_off() {
    let host = Host::start([]).await;
    let (sender, reader) = tokio::io::duplex(1000);
    let send = upload(&host, UploadSource::reader(reader, 1_000_000)).send();
    tokio::time::timeout(Duration::from_millis(100), send).await.expect_err("it waits for bytes");
    drop(sender);
    api_server::wait_until("the host notices", || host.arrived().len() == 1).await;

    assert!(host.arrived()[0].is_cut);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(host.arrived().len(), 1, "nothing is tried again");
}
