//! A minimal HTTP server on this machine, which can send invalid responses.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A server that records the heads of its requests.
pub struct Server {
    pub origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that calls `handler` with the head of each request, then closes the
    /// connection.
    pub fn new(handler: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);

        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut head = String::new();
                let mut reader = BufReader::new(&stream);

                while !head.ends_with("\r\n\r\n") {
                    if !matches!(reader.read_line(&mut head), Ok(1..)) {
                        break;
                    }
                }

                log.lock().expect("not poisoned").push(head.clone());
                handler(&head, &mut stream);
            }
        });

        Self { origin, requests }
    }

    /// Starts a server that sends these bytes for each request.
    pub fn always(response: Vec<u8>) -> Self {
        Self::new(move |_, stream| send(stream, &response))
    }

    /// Returns the heads of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

/// Sends bytes. Ignores an error, because the client may have closed the connection.
pub fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// A correct response.
pub fn response(status: &str, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();

    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );

    [head.as_bytes(), body].concat()
}

/// A JSON response.
pub fn json(status: &str, body: &str) -> Vec<u8> {
    response(status, "application/json", body)
}

/// An error response in the service's envelope.
pub fn error_response(status: &str, code: &str, title: &str) -> Vec<u8> {
    json(status, &format!(r#"{{"errors":[{{"id":"1","code":"{code}","title":"{title}"}}]}}"#))
}

/// A redirect response.
pub fn redirect(location: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    )
    .into_bytes()
}
