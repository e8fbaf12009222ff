//! A server on this machine that responds with given bytes, valid HTTP or not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use connect_api::{CallOptions, Client, RetryPolicy};

pub const TOKEN: &str = "umapi-0123456789-secret";

/// Responds to each request with the same bytes and closes the connection. Returns the base URL.
pub fn serve(response: impl Into<Vec<u8>>) -> String {
    serve_sequence(vec![response.into()])
}

/// Responds to the requests with the given responses in order, and repeats the last one.
pub fn serve_sequence(responses: Vec<Vec<u8>>) -> String {
    let last = responses.last().cloned().expect("a response");
    let mut responses = responses.into_iter();
    serve_by(move || responses.next().unwrap_or_else(|| last.clone()))
}

/// Responds to each request with the bytes that the function returns.
pub fn serve_by(mut next_response: impl FnMut() -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));

    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let response = next_response();
            let Ok(mut stream) = stream else { return };

            // Reads the complete request: closing with unread bytes would reset the connection.
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

/// Formats a response with its `Content-Length`.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Formats a response with a JSON body.
pub fn json(status: &str, body: &str) -> String {
    response(status, "Content-Type: application/json\r\nX-Request-Id: r-1\r\n", body)
}

/// Starts a server with this response, and creates its client.
pub fn client(response: impl Into<Vec<u8>>) -> Client {
    client_of(&serve(response))
}

/// Creates a client of a server, without retries.
pub fn client_of(url: &str) -> Client {
    let once = CallOptions::new().retry(RetryPolicy::never());
    Client::builder().base_url(url).token(TOKEN).call_options(once).build().expect("a client")
}
