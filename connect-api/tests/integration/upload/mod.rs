//! Uploads, to a host that checks each byte, with URLs from an API server.

mod failures;
mod materials;
#[cfg(target_os = "linux")]
mod memory;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::api_server;
use crate::support::upload_host::UploadHost;
use connect_api::{CallOptions, Client, RetryPolicy, Upload, UploadProgress, UploadSource};
use sha2::{Digest as _, Sha256};

/// A client with a token that must not reach the host, and with a short backoff.
fn client() -> Client {
    let quick = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let options = CallOptions::new().retry(quick);
    Client::builder().token("secret-token").call_options(options).build().unwrap()
}

fn upload(host: &UploadHost, source: impl Into<UploadSource>) -> Upload {
    client().upload(
        format!("{}?signature=0123456789abcdef0123", host.url),
        "application/x-ufp",
        source,
    )
}

/// Pseudo-random bytes, so that a misplaced chunk changes the hash.
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

/// The progress reports of an upload.
#[derive(Clone, Default)]
struct ProgressLog(Arc<Mutex<Vec<UploadProgress>>>);

impl ProgressLog {
    /// Returns a callback that records the progress.
    fn callback(&self) -> impl FnMut(UploadProgress) + Send + 'static {
        let log = self.0.clone();
        move |progress| log.lock().unwrap().push(progress)
    }

    /// Checks that the progress goes from 0 to the total, and never backwards.
    fn check(&self, total: usize) {
        let reports = self.0.lock().unwrap();
        assert_eq!(reports.first().map(|progress| progress.sent), Some(0));
        assert_eq!(reports.last().map(|progress| progress.sent), Some(total as u64));
        assert!(reports.iter().all(|progress| progress.total == total as u64));

        for pair in reports.windows(2) {
            assert!(pair[0].sent < pair[1].sent, "{pair:?}");
            assert!(pair[0].attempt <= pair[1].attempt, "{pair:?}");
        }
    }
}

#[tokio::test]
async fn host_receives_sent_bytes_for_any_length() {
    for length in [0, 1, 1000, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 3_000_000] {
        let (host, progress, content) =
            (UploadHost::start([]).await, ProgressLog::default(), content(length));
        upload(&host, content.clone()).on_progress(progress.callback()).send().await.unwrap();
        let [upload] = &host.uploads()[..] else { panic!("one upload") };

        assert_eq!((upload.bytes, &upload.sha256), (length as u64, &sha256(&content)));
        assert!(
            upload.head.starts_with("put /bucket/file?signature=0123456789abcdef0123 http/1.1")
        );
        assert!(upload.head.contains(&format!("\r\ncontent-length: {length}\r\n")));

        progress.check(length);
    }
}

#[tokio::test]
async fn host_receives_content_type_and_no_token() {
    let host = UploadHost::start([]).await;
    upload(&host, content(10)).send().await.unwrap();
    upload(&host, content(10)).origin_header("https://app.example").send().await.unwrap();

    let uploads = host.uploads();
    for upload in &uploads {
        assert!(upload.head.contains("\r\ncontent-type: application/x-ufp\r\n"), "{}", upload.head);

        for secret in ["authorization", "secret-token", "bearer", "cookie"] {
            assert!(!upload.head.contains(secret), "{}", upload.head);
        }
    }

    assert!(!uploads[0].head.contains("origin"));
    assert!(uploads[1].head.contains("\r\norigin: https://app.example\r\n"));
}

#[tokio::test]
async fn bytes_files_and_readers_can_be_uploaded() {
    let content = content(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gear.ufp");
    std::fs::write(&path, &content).unwrap();

    let length = content.len() as u64;
    let copy = content.clone();

    let reopening = move || {
        let reader = std::io::Cursor::new(copy.clone());
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
        let (host, name) = (UploadHost::start([]).await, format!("{source:?}"));
        upload(&host, source).send().await.unwrap();
        assert_eq!(host.uploads()[0].sha256, sha256(&content), "{name}");
    }
}

#[tokio::test]
async fn dropped_upload_is_cancelled() {
    let host = UploadHost::start([]).await;
    let (sender, reader) = tokio::io::duplex(1000);
    let send = upload(&host, UploadSource::reader(reader, 1_000_000)).send();
    tokio::time::timeout(Duration::from_millis(100), send)
        .await
        .expect_err("the upload waits for bytes");
    drop(sender);
    api_server::wait_until("the host records the upload", || host.uploads().len() == 1).await;

    assert!(host.uploads()[0].is_incomplete);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(host.uploads().len(), 1, "the upload is not retried");
}
