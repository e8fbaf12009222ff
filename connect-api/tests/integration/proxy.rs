//! The system's proxy. Requests to this machine bypass it; other requests use it.
//!
//! The proxy is configured in the environment, so each case runs in a process of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use connect_api::{CallOptions, Client, Error, OAuthTokens, RetryPolicy, TokenProvider as _};

use crate::support::isolated;

/// Reads the head of a request and answers it with 502. The head is empty if the connection is
/// closed before it sends anything.
fn serve(mut connection: TcpStream) -> String {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();

    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => head.extend_from_slice(&buffer[..read]),
        }
    }

    let response = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    _ = connection.write_all(response.as_bytes());

    String::from_utf8_lossy(&head).into_owned()
}

/// Starts a proxy that answers each request with 502, and collects the heads of the requests. A
/// connection without a request stops it.
fn start_proxy(listener: TcpListener) -> std::thread::JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let mut heads = Vec::new();
        loop {
            let (connection, _) = listener.accept().unwrap();
            match serve(connection) {
                head if head.is_empty() => return heads,
                head => heads.push(head),
            }
        }
    })
}

/// Runs a case in a process whose environment names a proxy, and returns the requests that reach the
/// proxy.
fn proxied_requests(case: &str) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = start_proxy(listener);

    isolated::run("proxy::isolated_case", case, |command| {
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
            command.env(name, format!("http://{address}"));
        }

        for name in ["no_proxy", "NO_PROXY", "REQUEST_METHOD"] {
            command.env_remove(name);
        }
    });

    // Stops the proxy.
    drop(TcpStream::connect(address).unwrap());
    proxy.join().unwrap()
}

/// A port of this machine on which nothing listens.
fn unused_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
#[ignore = "the other tests start it, each in a process of its own"]
async fn isolated_case() {
    let Some(case) = isolated::case() else { return };
    let port = unused_port();
    let once = CallOptions::new().retry(RetryPolicy::never());
    let client = Client::builder().token("S3CRET").call_options(once);

    match case.split_once(' ').unwrap() {
        ("api", "other host") => {
            let client = client.base_url("http://printers.invalid/v1").allow_plain_http();
            let error = client.build().unwrap().get_clusters().send().await.unwrap_err();
            assert_eq!(error.status().map(|status| status.as_u16()), Some(502), "{error}");
        }
        ("api", host) => {
            let client = client.base_url(format!("http://{host}:{port}/v1"));
            let error = client.build().unwrap().get_clusters().send().await.unwrap_err();
            assert!(matches!(&error, Error::Transport(error) if error.is_connect()), "{error}");
        }
        ("token", host) => {
            let url = format!("http://{host}:{port}/token");
            let tokens = OAuthTokens::builder("c", "S3CRET").client_secret("S3CRET");
            let tokens = tokens.token_url(url).build().unwrap();
            let error = tokens.token(None).await.unwrap_err();
            assert!(!error.to_string().contains("502"), "{error}");
        }
        case => panic!("{case:?} is not a case"),
    }
}

#[test]
fn request_to_other_host_uses_system_proxy() {
    let heads = proxied_requests("api other host");
    assert!(heads[0].starts_with("GET http://printers.invalid/v1/clusters"), "{heads:?}");
    assert!(heads[0].contains("Bearer S3CRET"), "`allow_plain_http` sends the token in plain text");
}

#[test]
fn request_to_this_machine_bypasses_system_proxy() {
    for case in
        ["api localhost", "api 127.0.0.1", "api [::1]", "token localhost", "token 127.0.0.1"]
    {
        let heads = proxied_requests(case);
        assert!(heads.is_empty(), "{case}: {heads:?}");
    }
}
