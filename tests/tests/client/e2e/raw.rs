//! A server on the loopback that answers with given bytes, however wrong they are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use connect_api::{CallOptions, Client, RetryPolicy};

pub const TOKEN: &str = "umapi-0123456789-secret";

/// Answers every request with the same bytes, then closes the connection.
pub fn serve(answer: impl Into<Vec<u8>>) -> String {
    serve_in_turn(vec![answer.into()])
}

/// Answers each request with the next of these, and at last always with the last.
pub fn serve_in_turn(answers: Vec<Vec<u8>>) -> String {
    let last = answers.last().cloned().expect("an answer");
    let mut answers = answers.into_iter();
    serve_by(move || answers.next().unwrap_or_else(|| last.clone()))
}

/// Answers each request with what this gives.
pub fn serve_by(mut answers: impl FnMut() -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));

    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = answers();
            let Ok(mut stream) = stream else { return };

            // All of the request is read: closing with bytes unread would reset the connection.
            let mut reader = BufReader::new(&stream);
            let (mut length, mut line) = (0, String::new());
            while matches!(reader.read_line(&mut line), Ok(3..)) {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                line.clear();
            }

            let mut body = vec![0; length];
            // A client that is gone reads no answer.
            let _ = reader.read_exact(&mut body).and_then(|()| stream.write_all(&answer));
        }
    });

    url
}

/// An answer that says what it holds.
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// An answer of JSON.
pub fn json(status: &str, body: &str) -> String {
    answer(status, "Content-Type: application/json\r\nX-Request-Id: r-1\r\n", body)
}

/// A client of a server that answers so.
pub fn client(answer: impl Into<Vec<u8>>) -> Client {
    client_of(&serve(answer))
}

pub fn client_of(url: &str) -> Client {
    let once = CallOptions::new().retry(RetryPolicy::never());
    Client::builder().base_url(url).token(TOKEN).call_options(once).build().expect("a client")
}
