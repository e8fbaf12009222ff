//! What is not encrypted because it stays on this machine goes to no proxy. The proxy is in the
//! environment, so that each case is a process of its own: this program again.

#![cfg(feature = "oauth")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use connect_api::{CallOptions, Client, Error, OAuthTokens, RetryPolicy, TokenProvider as _};

/// The case that the process is to run.
const CASE: &str = "CONNECT_API_PROXY_CASE";

/// The heads of the requests that came to a listener, each answered with 502.
fn heads(listener: TcpListener) -> std::thread::JoinHandle<Vec<String>> {
    let serve = |mut connection: TcpStream| {
        let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
        connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();

        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match connection.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => head.extend_from_slice(&buffer[..read]),
            }
        }

        let answer = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        _ = connection.write_all(answer.as_bytes());

        String::from_utf8_lossy(&head).into_owned()
    };

    std::thread::spawn(move || {
        let mut heads = Vec::new();
        loop {
            let (connection, _) = listener.accept().unwrap();
            match serve(connection) {
                // The end, which the test itself sends.
                head if head.is_empty() => return heads,
                head => heads.push(head),
            }
        }
    })
}

/// What a proxy of the whole system sees while a case runs.
fn seen_by_the_proxy(case: &str) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heads = heads(listener);
    let proxy = format!("http://{address}");
    let mut process = Command::new(std::env::current_exe().unwrap());

    process.args(["--ignored", "--exact", "the_case_of_this_process"]).env(CASE, case);

    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        process.env(name, &proxy);
    }

    for name in ["no_proxy", "NO_PROXY", "REQUEST_METHOD"] {
        process.env_remove(name);
    }

    let output = process.output().unwrap();
    drop(TcpStream::connect(address).unwrap());
    let told = String::from_utf8_lossy(&output.stdout);

    assert!(output.status.success() && told.contains("1 passed"), "{case}: {told}");
    heads.join().unwrap()
}

#[test]
#[ignore = "the other tests start it, each in a process of its own"]
fn the_case_of_this_process() {
    let Ok(case) = std::env::var(CASE) else { return };
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };

    let once = CallOptions::new().retry(RetryPolicy::never());
    let client = Client::builder().token("S3CRET").call_options(once);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    runtime.block_on(async {
        match case.split_once(' ').unwrap() {
            ("api", "elsewhere") => {
                let client = client.base_url("http://printers.invalid/v1").allow_plain_http();
                let error = client.build().unwrap().get_clusters().send().await.unwrap_err();
                assert_eq!(error.status().map(|it| it.as_u16()), Some(502), "{error}");
            }
            ("api", host) => {
                let client = client.base_url(format!("http://{host}:{nobody}/v1"));
                let error = client.build().unwrap().get_clusters().send().await.unwrap_err();
                assert!(matches!(&error, Error::Transport(it) if it.is_connect()), "{error}");
            }
            ("token", host) => {
                let url = format!("http://{host}:{nobody}/token");
                let tokens = OAuthTokens::builder("c", "S3CRET").client_secret("S3CRET");
                let tokens = tokens.token_url(url).build().unwrap();
                let error = tokens.token(None).await.unwrap_err();
                assert!(!error.to_string().contains("502"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn the_systems_proxy_is_used_where_it_may_be() {
    let heads = seen_by_the_proxy("api elsewhere");
    assert!(heads[0].starts_with("GET http://printers.invalid/v1/clusters"), "{heads:?}");
    assert!(heads[0].contains("Bearer S3CRET"), "that is what `allow_plain_http` allows");
}

#[test]
fn no_token_for_this_machine_goes_to_the_systems_proxy() {
    for case in
        ["api localhost", "api 127.0.0.1", "api [::1]", "token localhost", "token 127.0.0.1"]
    {
        let heads = seen_by_the_proxy(case);
        assert!(heads.is_empty(), "{case}: {heads:?}");
    }
}
