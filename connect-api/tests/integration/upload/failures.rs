//! Uploads that break off, and sources that are not what they were said to be.

use std::time::Duration;

use connect_api::{Client, Error, RetryPolicy, UploadSource};
use tokio::io::AsyncReadExt as _;

use super::{Told, content, sha256, upload};
use crate::support::upload_host::{Does, Host};

const LENGTH: usize = 2_000_000;

fn reader(length: u64) -> UploadSource {
    UploadSource::reader(std::io::Cursor::new(content(LENGTH)), length)
}

#[tokio::test]
async fn what_breaks_off_is_sent_again_from_the_start() {
    let content = content(LENGTH);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, &content).unwrap();

    let again = content.clone();
    let reopening = move || std::future::ready(Ok(std::io::Cursor::new(again.clone())));

    let sources = [
        UploadSource::from(content.clone()),
        UploadSource::file(path),
        UploadSource::reopening(LENGTH as u64, reopening),
    ];

    for source in sources {
        let does = [Does::Cut(1_500_000), Does::Cut(100), Does::Answer(503, String::new())];
        let (host, told) = (Host::start(does).await, Told::default());
        upload(&host, source).on_progress(told.tell()).send().await.unwrap();

        let arrived = host.arrived();
        assert_eq!(arrived.len(), 4);
        assert_eq!(arrived[3].sha256, sha256(&content));

        told.hold(LENGTH);
    }
}

/// A proxy's page is a success, too. How much the connection takes of what nobody reads is the
/// system's affair; it is never so much.
#[tokio::test]
async fn a_success_before_all_bytes_were_sent_is_none() {
    const LONG: usize = 30_000_000;

    let host = Host::start([Does::Early(200), Does::Early(204)]).await;
    let (content, told) = (content(LONG), Told::default());
    upload(&host, content.clone()).on_progress(told.tell()).send().await.unwrap();

    let arrived = host.arrived();
    assert_eq!(arrived.len(), 3);
    assert_eq!(arrived[2].sha256, sha256(&content));

    told.hold(LONG);
    let host = Host::start([Does::Early(200)]).await;
    let (mut sender, reader) = tokio::io::duplex(10);
    tokio::io::AsyncWriteExt::write_all(&mut sender, b"hello").await.unwrap();

    let error = upload(&host, UploadSource::reader(reader, 1000)).send().await.unwrap_err();
    let fault = "incomplete upload: 200 OK after 0 of 1000 bytes";
    assert!(error.to_string().ends_with(fault), "{error}");
    assert!(error.is_transient() && matches!(error, Error::Transport(_)), "{error:?}");

    // Whatever is noticed first: that it is too short, or that it was not waited for.
    let host = Host::start([Does::Early(200)]).await;
    upload(&host, UploadSource::reader(&b"hello"[..], 1000)).send().await.unwrap_err();
}

#[tokio::test]
async fn a_reader_that_can_be_read_once_is_sent_once() {
    let host = Host::start([Does::Cut(1000)]).await;
    let error = upload(&host, reader(LENGTH as u64)).send().await.unwrap_err();
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!(error.attempts(), 1);
    assert_eq!(host.arrived().len(), 1);
}

#[tokio::test]
async fn it_is_tried_as_often_as_the_policy_says() {
    let host = Host::start(vec![Does::Cut(1000); 9]).await;
    let error = upload(&host, content(LENGTH)).send().await.unwrap_err();
    let Error::Transport(error) = &error else { panic!("{error:?}") };

    assert_eq!((error.attempts(), host.arrived().len()), (4, 4));
    let once = connect_api::CallOptions::new().retry(RetryPolicy::never());
    upload(&host, content(LENGTH)).with(once).send().await.unwrap_err();
    assert_eq!(host.arrived().len(), 5);
}

#[tokio::test]
async fn a_host_that_takes_no_more_is_given_up_in_time() {
    let host = Host::start([Does::Stall(1000), Does::Stall(u64::MAX)]).await;
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

/// Slow is not stalled: it takes many times the limit.
#[tokio::test]
async fn as_long_as_bytes_move_there_is_time() {
    let host = Host::start([]).await;
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

    assert_eq!(host.arrived()[0].bytes, 20);
}

#[tokio::test]
async fn a_refusal_is_final_and_repeats_no_signature() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code>0123456789abcdef0123</Error>".to_owned();
    let host = Host::start([Does::Answer(403, body)]).await;
    let error = upload(&host, content(LENGTH)).send().await.unwrap_err();
    let text = format!("{error} {error:?}");

    assert!(text.contains("upload (PUT http://127.0.0.1/…): 403"), "{text}");
    assert!(text.contains("SignatureDoesNotMatch"), "{text}");
    assert!(!text.contains("0123456789abcdef") && !text.contains("bucket"), "{text}");
    assert_eq!(host.arrived().len(), 1);
}

#[tokio::test]
async fn a_host_that_repeats_the_url_as_it_was_sent_shows_nothing_of_it() {
    let queries = [
        "signature=ab%2FSECRET%2B12345678%3D%3D&short=1",
        "sig=ab/SECRET+12345678==",
        "policy=%7B%22key%22%3A%22SECRET%22%7D",
        "opaque-SECRET-without-a-value",
    ];

    for query in queries {
        let host = Host::start([Does::Repeat(403), Does::Repeat(307)]).await;
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

        assert!(host.arrived()[0].head.contains("secret"));
    }
}

#[tokio::test]
async fn no_error_shows_the_url() {
    let nobody = "http://127.0.0.1:1/bucket?signature=0123456789abcdef0123";
    let once = connect_api::CallOptions::new().retry(RetryPolicy::never());
    let client = Client::new("secret-token");
    let upload = |url: &str| client.upload(url, "text/plain", content(9)).with(once.clone()).send();
    let error = upload(nobody).await.unwrap_err();

    assert!(matches!(error, Error::Transport(_)), "{error:?}");

    for url in ["", "bucket", "ftp://host/0123456789abcdef", "/0123456789abcdef"] {
        let error = upload(url).await.unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("0123456789abcdef"), "{error:?}");
    }

    assert!(!format!("{error} {error:?}").contains("0123456789abcdef"), "{error:?}");
    let error = client.upload(nobody, "text\n", content(9)).send().await.unwrap_err();
    assert!(matches!(error, Error::Configuration(_)), "{error:?}");
}

#[tokio::test]
async fn a_source_of_another_length_is_no_upload() {
    for said in [LENGTH - 1, LENGTH + 1, LENGTH / 2, LENGTH * 2, 1, 0] {
        let host = Host::start([]).await;
        let error = upload(&host, reader(said as u64)).send().await.unwrap_err();
        assert!(matches!(error, Error::Upload(_)), "{said}: {error:?}");

        let found = if said > LENGTH { "only 2000000" } else { "more" };
        let expected = format!(
            "upload of a reader of {said} bytes: expected {said} bytes, but the source has {found}"
        );
        assert_eq!(error.to_string(), expected);

        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(host.arrived().iter().all(|arrived| arrived.is_cut), "nothing arrived whole");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named_and_nothing_is_sent() {
    let host = Host::start([]).await;
    let faults = [
        ("/no/such/file", "No such file"),
        ("/", "directory"),
        ("/dev/zero", "not a regular file"),
    ];
    for (path, fault) in faults {
        let error = upload(&host, UploadSource::file(path)).send().await.unwrap_err();
        assert!(matches!(error, Error::Upload(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(path) && text.contains(fault), "{text}");
    }

    assert!(host.arrived().is_empty());
}

#[tokio::test]
async fn a_source_that_fails_on_the_way_is_the_source_s_fault_and_is_not_sent_again() {
    let host = Host::start([]).await;
    let broken = || async {
        let (good, bad) = (std::io::Cursor::new(content(1000)), failing_reader());
        Ok(good.chain(bad))
    };

    let error = upload(&host, UploadSource::reopening(2000, broken)).send().await.unwrap_err();
    assert!(error.to_string().ends_with("cannot read the source: the disk is gone"), "{error}");

    let Error::Upload(error) = error else { panic!("{error:?}") };
    assert!(error.kind().is_some());

    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(host.arrived().len() <= 1);
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
            std::task::Poll::Ready(Err(std::io::Error::other("the disk is gone")))
        }
    }

    Broken
}
