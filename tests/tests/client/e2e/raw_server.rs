//! A server on the loopback interface that sends given bytes, valid HTTP or not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use connect_api::{CallOptions, Client, RetryPolicy};

pub const TOKEN: &str = "umapi-0123456789-secret";

/// Starts a server that sends the same bytes for every request; returns its base URL.
pub fn serve(response: impl Into<Vec<u8>>) -> String {
    serve_sequence(vec![response.into()])
}

/// Starts a server that sends these responses one after the other, and repeats the last.
pub fn serve_sequence(responses: Vec<Vec<u8>>) -> String {
    let last = responses.last().cloned().expect("a response");
    let mut responses = responses.into_iter();
    serve_with(move || responses.next().unwrap_or_else(|| last.clone()))
}

/// Starts a server that sends what a function returns; each response closes its connection.
pub fn serve_with(mut next_response: impl FnMut() -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));

    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let response = next_response();
            let Ok(mut stream) = stream else { return };

            // Reads the complete request, because closing with unread bytes resets the connection.
            let mut reader = BufReader::new(&stream);
            let (mut length, mut line) = (0, String::new());
            while matches!(reader.read_line(&mut line), Ok(3..)) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                line.clear();
            }

            let mut body = vec![0; length];
            // The client may have closed the connection.
            let _ = reader.read_exact(&mut body).and_then(|()| stream.write_all(&response));
        }
    });

    url
}

/// A response with a content length.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A response with a JSON body and a request id.
pub fn json_response(status: &str, body: &str) -> String {
    response(status, "Content-Type: application/json\r\nX-Request-Id: r-1\r\n", body)
}

/// A client of a server that always sends this response.
pub fn client_for_response(response: impl Into<Vec<u8>>) -> Client {
    client_for_url(&serve(response))
}

/// A client without retries.
pub fn client_for_url(url: &str) -> Client {
    let without_retries = CallOptions::new().retry(RetryPolicy::never());
    Client::builder()
        .base_url(url)
        .token(TOKEN)
        .call_options(without_retries)
        .build()
        .expect("a client")
}
