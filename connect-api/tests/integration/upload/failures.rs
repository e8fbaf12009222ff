//! Failed uploads: lost connections, stalls, error responses, and sources with a wrong length.

use std::time::Duration;

use connect_api::{Client, Error, RetryPolicy, UploadSource};
use tokio::io::AsyncReadExt as _;

use super::{ProgressLog, content, sha256, upload};
use crate::support::upload_host::{Behaviour, UploadHost};

const LENGTH: usize = 2_000_000;

fn reader(length: u64) -> UploadSource {
    UploadSource::reader(std::io::Cursor::new(content(LENGTH)), length)
}

#[tokio::test]
async fn failed_upload_is_retried_from_the_start() {
    let content = content(LENGTH);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, &content).unwrap();

    let copy = content.clone();
    let reopening = move || std::future::ready(Ok(std::io::Cursor::new(copy.clone())));

    let sources = [
        UploadSource::from(content.clone()),
        UploadSource::file(path),
        UploadSource::reopening(LENGTH as u64, reopening),
    ];

    for source in sources {
        let behaviours = [
            Behaviour::Disconnect(1_500_000),
            Behaviour::Disconnect(100),
            Behaviour::Respond(503, String::new()),
        ];
        let (host, progress) = (UploadHost::start(behaviours).await, ProgressLog::default());
        upload(&host, source).on_progress(progress.callback()).send().await.unwrap();

        let uploads = host.uploads();
        assert_eq!(uploads.len(), 4);
        assert_eq!(uploads[3].sha256, sha256(&content));

        progress.check(LENGTH);
    }
}

/// A proxy may respond with success, too. The content is larger than the buffers of a connection.
#[tokio::test]
async fn success_before_all_bytes_were_sent_is_failure() {
    const LONG: usize = 30_000_000;

    let host =
        UploadHost::start([Behaviour::EarlyResponse(200), Behaviour::EarlyResponse(204)]).await;
    let (content, progress) = (content(LONG), ProgressLog::default());
    upload(&host, content.clone()).on_progress(progress.callback()).send().await.unwrap();

    let uploads = host.uploads();
    assert_eq!(uploads.len(), 3);
    assert_eq!(uploads[2].sha256, sha256(&content));

    progress.check(LONG);
    let host = UploadHost::start([Behaviour::EarlyResponse(200)]).await;
    let (mut sender, reader) = tokio::io::duplex(10);
    tokio::io::AsyncWriteExt::write_all(&mut sender, b"hello").await.unwrap();

    let error = upload(&host, UploadSource::reader(reader, 1000)).send().await.unwrap_err();
    let message = "incomplete upload: 200 OK after 0 of 1000 bytes";
    assert!(error.to_string().ends_with(message), "{error}");
    assert!(error.is_transient() && matches!(error, Error::Transport(_)), "{error:?}");

    // Either the wrong length or the early response is detected first.
    let host = UploadHost::start([Behaviour::EarlyResponse(200)]).await;
    upload(&host, UploadSource::reader(&b"hello"[..], 1000)).send().await.unwrap_err();
}

#[tokio::test]
async fn upload_of_reader_is_not_retried() {
    let host = UploadHost::start([Behaviour::Disconnect(1000)]).await;
    let error = upload(&host, reader(LENGTH as u64)).send().await.unwrap_err();
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!(error.attempts(), 1);
    assert_eq!(host.uploads().len(), 1);
}

#[tokio::test]
async fn retry_policy_limits_attempts() {
    let host = UploadHost::start(vec![Behaviour::Disconnect(1000); 9]).await;
    let error = upload(&host, content(LENGTH)).send().await.unwrap_err();
    let Error::Transport(error) = &error else { panic!("{error:?}") };

    assert_eq!((error.attempts(), host.uploads().len()), (4, 4));
    let once = connect_api::CallOptions::new().retry(RetryPolicy::never());
    upload(&host, content(LENGTH)).with(once).send().await.unwrap_err();
    assert_eq!(host.uploads().len(), 5);
}

#[tokio::test]
async fn stalled_upload_fails_after_stall_timeout() {
    let host = UploadHost::start([Behaviour::Stall(1000), Behaviour::Stall(u64::MAX)]).await;
    let source = vec![0; 50_000_000];
    let once = connect_api::CallOptions::new().retry(RetryPolicy::default().max_attempts(2));
    let limit = Duration::from_millis(200);
    let error = upload(&host, source).with(once).stall_timeout(limit).send().await.unwrap_err();

    assert!(
        error
            .to_string()
            .ends_with("(after 2 attempts): timed out: no bytes were transferred for 200ms"),
        "{error}"
    );
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert!(error.is_timeout());
}

/// The upload takes longer than the stall timeout, but makes progress.
#[tokio::test]
async fn slow_upload_does_not_stall() {
    let host = UploadHost::start([]).await;
    let (mut sender, reader) = tokio::io::duplex(10);
    let send = upload(&host, UploadSource::reader(reader, 20));

    let drip = async {
        for byte in 0..20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            tokio::io::AsyncWriteExt::write_u8(&mut sender, byte).await.unwrap();
        }
        drop(sender);
    };
    let limit = Duration::from_millis(500);
    let (sent, ()) = tokio::join!(send.stall_timeout(limit).send(), drip);
    sent.unwrap();

    assert_eq!(host.uploads()[0].bytes, 20);
}

#[tokio::test]
async fn error_response_is_not_retried_and_redacted() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code>0123456789abcdef0123</Error>".to_owned();
    let host = UploadHost::start([Behaviour::Respond(403, body)]).await;
    let error = upload(&host, content(LENGTH)).send().await.unwrap_err();
    let text = format!("{error} {error:?}");

    assert!(text.contains("upload (PUT http://127.0.0.1/…): 403"), "{text}");
    assert!(text.contains("SignatureDoesNotMatch"), "{text}");
    assert!(!text.contains("0123456789abcdef") && !text.contains("bucket"), "{text}");
    assert_eq!(host.uploads().len(), 1);
}

#[tokio::test]
async fn repeated_upload_url_is_redacted() {
    let queries = [
        "signature=ab%2FSECRET%2B12345678%3D%3D&short=1",
        "sig=ab/SECRET+12345678==",
        "policy=%7B%22key%22%3A%22SECRET%22%7D",
        "opaque-SECRET-without-a-value",
    ];

    for query in queries {
        let host =
            UploadHost::start([Behaviour::EchoTarget(403), Behaviour::EchoTarget(307)]).await;
        let once = connect_api::CallOptions::new().retry(RetryPolicy::never());
        for _ in 0..2 {
            let url = format!("{}?{query}", host.url);
            let upload = Client::new("t").upload(url, "text/plain", content(9));
            let error = upload.with(once.clone()).send().await.unwrap_err();
            let Error::Api(api) = &error else { panic!("{error:?}") };

            assert!(api.headers.contains_key("location"));
            let text = format!("{error} {error:?} {error:#?}");
            assert!(text.contains("<p>***</p>"), "{text}");
            assert!(!text.contains("SECRET") && !text.contains("bucket"), "{text}");
        }

        assert!(host.uploads()[0].head.contains("secret"));
    }
}

#[tokio::test]
async fn errors_do_not_contain_upload_url() {
    let url = "http://127.0.0.1:1/bucket?signature=0123456789abcdef0123";
    let once = connect_api::CallOptions::new().retry(RetryPolicy::never());
    let client = Client::new("secret-token");
    let upload = |url: &str| client.upload(url, "text/plain", content(9)).with(once.clone()).send();
    let error = upload(url).await.unwrap_err();

    assert!(matches!(error, Error::Transport(_)), "{error:?}");

    for url in ["", "bucket", "ftp://host/0123456789abcdef", "/0123456789abcdef"] {
        let error = upload(url).await.unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("0123456789abcdef"), "{error:?}");
    }

    assert!(!format!("{error} {error:?}").contains("0123456789abcdef"), "{error:?}");
    let error = client.upload(url, "text\n", content(9)).send().await.unwrap_err();
    assert!(matches!(error, Error::Configuration(_)), "{error:?}");
}

#[tokio::test]
async fn source_with_wrong_length_is_error() {
    for announced in [LENGTH - 1, LENGTH + 1, LENGTH / 2, LENGTH * 2, 1, 0] {
        let host = UploadHost::start([]).await;
        let error = upload(&host, reader(announced as u64)).send().await.unwrap_err();
        assert!(matches!(error, Error::Upload(_)), "{announced}: {error:?}");

        let actual = if announced > LENGTH { "only 2000000" } else { "more" };
        let expected = format!(
            "upload of a reader of {announced} bytes: expected {announced} bytes, but the source has {actual}"
        );
        assert_eq!(error.to_string(), expected);

        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(host.uploads().iter().all(|upload| upload.is_incomplete), "no complete upload");
    }
}

#[tokio::test]
async fn missing_file_is_error_and_sends_no_request() {
    let host = UploadHost::start([]).await;
    let cases = [
        ("/no/such/file", "No such file"),
        ("/", "directory"),
        ("/dev/zero", "not a regular file"),
    ];
    for (path, message) in cases {
        let error = upload(&host, UploadSource::file(path)).send().await.unwrap_err();
        assert!(matches!(error, Error::Upload(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(path) && text.contains(message), "{text}");
    }

    assert!(host.uploads().is_empty());
}

#[tokio::test]
async fn failed_source_is_upload_error_and_not_retried() {
    let host = UploadHost::start([]).await;
    let broken = || async {
        let (good, bad) = (std::io::Cursor::new(content(1000)), failing_reader());
        Ok(good.chain(bad))
    };

    let error = upload(&host, UploadSource::reopening(2000, broken)).send().await.unwrap_err();
    assert!(error.to_string().ends_with("cannot read the source: disk failure"), "{error}");

    let Error::Upload(error) = error else { panic!("{error:?}") };
    assert!(error.kind().is_some());

    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(host.uploads().len() <= 1);
}

/// A reader that fails.
fn failing_reader() -> impl tokio::io::AsyncRead + Send {
    struct Broken;

    impl tokio::io::AsyncRead for Broken {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Err(std::io::Error::other("disk failure")))
        }
    }

    Broken
}
