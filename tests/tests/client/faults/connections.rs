//! Connections that are refused, or closed before a response.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::{CallOptions, Client, Error};
use connect_stand_in::Fault;
use connect_stand_in::StandIn;

#[cfg(target_os = "linux")]
use super::LONG;
use super::{Call, client, quick, retrying};

/// A port without a listener.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

fn client_of(port: u16) -> Client {
    let url = format!("http://127.0.0.1:{port}/connect/v1");
    Client::builder().base_url(url).token("any").build().expect("a client")
}

#[tokio::test]
async fn refused_connection_is_retried_for_every_operation() {
    let client = client_of(free_port());
    for call in Call::ALL {
        for attempts in [1, 3] {
            let error =
                call.send(&client, retrying(attempts)).await.expect_err("a refused connection");
            let Error::Transport(error) = error else { panic!("{error:?}") };
            assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
            assert_eq!(error.attempts(), attempts);
        }
    }
}

/// A host with a full backlog does not accept new connections.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connect_timeout_ends_an_attempt_and_is_retried() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");

    let connect = async || {
        let connection = tokio::net::TcpStream::connect(address);
        tokio::time::timeout(Duration::from_millis(200), connection).await
    };
    let mut backlog = Vec::new();
    while let Ok(connection) = connect().await {
        backlog.push(connection.expect("a connection"));
    }

    let builder = Client::builder().base_url(format!("http://{address}/connect/v1")).token("any");
    let client = builder.connect_timeout(Duration::from_millis(100)).build().expect("a client");

    for call in Call::ALL {
        let start = std::time::Instant::now();
        let error = call.send(&client, retrying(2)).await.expect_err("a connect timeout");
        assert!(start.elapsed() < LONG / 6, "{call:?}: {:?}", start.elapsed());

        let Error::Transport(error) = error else { panic!("{error:?}") };
        assert!(error.is_connect() && error.is_timeout(), "{error:?}");
        assert_eq!(error.attempts(), 2, "nothing was sent");
    }
}

#[tokio::test]
async fn server_that_starts_between_attempts_receives_one_request() {
    for call in Call::ALL {
        let port = free_port();
        let policy = quick(10_000).max_backoff(Duration::from_millis(20));
        let token = "token";
        let client = Client::builder().base_url(format!("http://127.0.0.1:{port}/connect/v1"));
        let client = client.token(token).build().expect("a client");
        let options = CallOptions::new().retry(policy);
        let task = tokio::spawn(async move { call.send(&client, options).await });

        tokio::time::sleep(Duration::from_millis(50)).await;
        let stand_in =
            StandIn::builder().port(port).token(token).examples().start().await.expect("a port");
        task.await.expect("no panic").expect("a response");

        assert_eq!(stand_in.requests().len(), 1, "{call:?}");
    }
}

/// Also if the connection was used before.
#[tokio::test]
async fn print_is_not_retried_after_a_lost_connection() {
    let stand_in = connect_tests::start_stand_in().await;
    for used_before in [false, true] {
        let client = client(&stand_in);
        if used_before {
            Call::Status.send(&client, CallOptions::new()).await.expect("a response");
        }

        stand_in.take_requests();
        let before = stand_in.traffic().accepted_connections();
        stand_in.inject_faults("print", [Fault::Disconnect]);
        Call::Print.send(&client, retrying(4)).await.expect_err("a lost connection");

        assert_eq!(stand_in.requests().len(), 1, "{used_before}");
        assert_eq!(stand_in.traffic().accepted_connections() - before, usize::from(!used_before));

        Call::Print.send(&client, retrying(4)).await.expect("a response");
    }
}

/// A server that closes each connection at once may have read the request.
#[tokio::test]
async fn connection_that_is_closed_at_once_is_not_a_connect_error() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = accepted.clone();

    let server = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            drop(connection);
        }
    });
    let client = client_of(port);
    for (call, connections) in [(Call::Print, 1), (Call::Status, 3), (Call::Note, 3)] {
        accepted.store(0, Ordering::SeqCst);
        let error = call.send(&client, retrying(3)).await.expect_err("a lost connection");
        let Error::Transport(error) = error else { panic!("{error:?}") };

        assert!(!error.is_connect(), "{error:?}");
        assert_eq!(error.attempts(), connections, "{call:?}");
        assert_eq!(accepted.load(Ordering::SeqCst), connections, "{call:?}");
    }

    server.abort();
}
