//! Answers that do not arrive whole: too slow, too large, cut, or none.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use xtask::fetch::Fetch;

use super::failing::{assert_tells, fails, fails_on};
use super::{OPENAPI, fetch};
use crate::support::server::{Server, json, send};

#[test]
fn an_endless_error_is_cut() {
    let server = endless("HTTP/1.1 500 Oh\r\n\r\n", "x");
    let problem = fails(&fetch(&server));
    assert_tells(&problem, &["500 Internal Server Error"]);
    assert!(problem.message.len() < 1000, "{}", problem.message.len());
}

#[test]
fn a_body_that_breaks_off_is_refused() {
    // Whole as JSON, so that only the missing bytes can give it away.
    let length = OPENAPI.len() + 10;
    let sized = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{OPENAPI}");
    fails_on(sized.into_bytes(), &["broke off"]);

    let chunk = OPENAPI.len();
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk:x}\r\n{OPENAPI}\r\n");
    fails_on(chunked.into_bytes(), &["broke off"]);
}

#[test]
fn what_is_not_http_is_refused() {
    fails_on(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), &["broke off"]);
    fails_on(Vec::new(), &["broke off"]);
}

#[test]
fn silence_ends_with_the_time_limit() {
    let server = Server::new(|_, stream: &mut TcpStream| {
        // Until the client has gone.
        let _ = stream.read(&mut [0]);
    });
    let fetch = Fetch { timeout: Duration::from_millis(200), ..fetch(&server) };
    assert_tells(&fails(&fetch), &["no whole answer within 200ms"]);
}

#[test]
fn a_drip_ends_with_the_time_limit() {
    // A good document if one is patient: each byte comes in time, all of them do not.
    let server = Server::new(|_, stream| {
        let answer = json("200 OK", OPENAPI);
        let (head, body) = answer.split_at(answer.len() - OPENAPI.len());
        send(stream, head);

        for byte in body {
            send(stream, &[*byte]);
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let fetch = Fetch { timeout: Duration::from_millis(500), ..fetch(&server) };
    assert_tells(&fails(&fetch), &["no whole answer within 500ms"]);
}

/// Sends a head, and then the same for ever.
fn endless(head: &'static str, body: &str) -> Server {
    let body = body.repeat(1000);
    Server::new(move |_, stream| {
        use std::io::Write as _;
        send(stream, head.as_bytes());
        while stream.write_all(body.as_bytes()).is_ok() {}
    })
}

#[test]
fn an_endless_body_ends_with_the_size_limit() {
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    let heads = [
        ("HTTP/1.1 200 OK\r\n\r\n", " "),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", " "),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &chunk),
    ];

    for (head, body) in heads {
        let server = endless(head, body);
        let small = Fetch { max_bytes: 5000, ..fetch(&server) };
        assert_tells(&fails(&small), &["larger than the limit of 5000 bytes"]);
        let large = Fetch { max_bytes: 2 << 20, ..fetch(&server) };
        assert_tells(&fails(&large), &["larger than the limit of 2 MiB"]);
    }
}

#[test]
fn the_size_limit_is_exact() {
    let server = Server::always(json("200 OK", OPENAPI));
    let length = OPENAPI.len() as u64;
    let fits = Fetch { max_bytes: length, ..fetch(&server) };
    fits.fetch().expect("a document of just that size");

    let problem = fails(&Fetch { max_bytes: length - 1, ..fetch(&server) });
    assert_tells(&problem, &["larger than the limit"]);
}

#[test]
fn a_body_longer_than_it_claims_is_refused() {
    let lie = format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{OPENAPI}");
    fails_on(lie.into_bytes(), &["not valid JSON"]);
}

#[test]
fn a_refused_connection_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let url = format!("http://{address}/spec").parse().expect("a URL");
    assert_tells(&fails(&Fetch { url, ..Fetch::default() }), &["cannot connect", "refused"]);
}
