//! Limits: responses that are too slow, too large, incomplete or missing.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use xtask::fetch::Fetch;

use super::failure::{assert_message, expect_error, expect_response_error};
use super::{OPENAPI, fetch};
use crate::support::server::{Server, json, send};

#[test]
fn endless_error_response_is_truncated() {
    let server = endless("HTTP/1.1 500 Oh\r\n\r\n", "x");
    let error = expect_error(&fetch(&server));
    assert_message(&error, &["500 Internal Server Error"]);
    assert!(error.message.len() < 1000, "{}", error.message.len());
}

#[test]
fn incomplete_body_is_rejected() {
    // The JSON is complete, so only the missing bytes show that the response is not.
    let length = OPENAPI.len() + 10;
    let sized = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{OPENAPI}");
    expect_response_error(sized.into_bytes(), &["connection was lost"]);

    let chunk = OPENAPI.len();
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk:x}\r\n{OPENAPI}\r\n");
    expect_response_error(chunked.into_bytes(), &["connection was lost"]);
}

#[test]
fn response_that_is_not_http_is_rejected() {
    expect_response_error(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), &["connection was lost"]);
    expect_response_error(Vec::new(), &["connection was lost"]);
}

#[test]
fn missing_response_times_out() {
    let server = Server::new(|_, stream: &mut TcpStream| {
        // Waits until the client closes the connection.
        let _ = stream.read(&mut [0]);
    });
    let fetch = Fetch { timeout: Duration::from_millis(200), ..fetch(&server) };
    assert_message(&expect_error(&fetch), &["timed out after 200ms"]);
}

#[test]
fn slow_body_times_out() {
    // Each byte arrives within the timeout, but the complete document does not.
    let server = Server::new(|_, stream| {
        let response = json("200 OK", OPENAPI);
        let (head, body) = response.split_at(response.len() - OPENAPI.len());
        send(stream, head);

        for byte in body {
            send(stream, &[*byte]);
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let fetch = Fetch { timeout: Duration::from_millis(500), ..fetch(&server) };
    assert_message(&expect_error(&fetch), &["timed out after 500ms"]);
}

/// A server that sends a head and an endless body.
fn endless(head: &'static str, body: &str) -> Server {
    let body = body.repeat(1000);
    Server::new(move |_, stream| {
        use std::io::Write as _;
        send(stream, head.as_bytes());
        while stream.write_all(body.as_bytes()).is_ok() {}
    })
}

#[test]
fn endless_body_exceeds_size_limit() {
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    let heads = [
        ("HTTP/1.1 200 OK\r\n\r\n", " "),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", " "),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &chunk),
    ];

    for (head, body) in heads {
        let server = endless(head, body);
        let small = Fetch { max_bytes: 5000, ..fetch(&server) };
        assert_message(&expect_error(&small), &["larger than the limit of 5000 bytes"]);
        let large = Fetch { max_bytes: 2 << 20, ..fetch(&server) };
        assert_message(&expect_error(&large), &["larger than the limit of 2 MiB"]);
    }
}

#[test]
fn size_limit_is_exact() {
    let server = Server::always(json("200 OK", OPENAPI));
    let length = OPENAPI.len() as u64;
    let fits = Fetch { max_bytes: length, ..fetch(&server) };
    fits.fetch().expect("a document of exactly that size");

    let error = expect_error(&Fetch { max_bytes: length - 1, ..fetch(&server) });
    assert_message(&error, &["larger than the limit"]);
}

#[test]
fn body_longer_than_content_length_is_rejected() {
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{OPENAPI}");
    expect_response_error(response.into_bytes(), &["not valid JSON"]);
}

#[test]
fn refused_connection_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let url = format!("http://{address}/spec").parse().expect("a URL");
    assert_message(
        &expect_error(&Fetch { url, ..Fetch::default() }),
        &["cannot connect", "refused"],
    );
}
