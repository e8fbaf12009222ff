//! Ten thousand calls to a server that fails one request in five: every call has the right result,
//! and no connection, task or memory is leaked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::models::ClusterNoteUpdateRequest;
use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;
use connect_stand_in::{BodyLength, Fault, RecordedRequest};
use peak_alloc::PeakAlloc;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

const ROUNDS: usize = 10;
const CALLS_PER_ROUND: usize = 1000;
const CONCURRENT_CALLS: usize = 64;
/// A call without an idle connection opens one, but uses another that becomes idle earlier; so there
/// can be two connections per call.
const MAX_CONNECTIONS: usize = 2 * CONCURRENT_CALLS;
const FAILS_ONE_IN: usize = 5;
const ATTEMPTS: usize = 3;
const MAX_RESPONSE_SIZE: usize = 256 << 10;

/// Rounds before the memory in use is measured first, so that lazy initialisation is over.
const WARM_UP_ROUNDS: usize = 2;

/// Bytes that may be in use after all rounds beyond those after the warm-up: less than ten per call.
const MAX_MEMORY_GROWTH: usize = 64 << 10;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn faults() -> Vec<Fault> {
    let retry_after = "0".to_owned();
    vec![
        Fault::Disconnect,
        Fault::Status(500),
        Fault::DisconnectMidBody(BodyLength::ContentLength),
        Fault::RetryAfter(503, retry_after.clone()),
        Fault::TruncatedBody,
        Fault::Gateway(502),
        Fault::DisconnectMidBody(BodyLength::Chunked),
        Fault::RetryAfter(429, retry_after),
        Fault::Body("text/html", "<html>maintenance</html>"),
        Fault::OversizedBody(4 * MAX_RESPONSE_SIZE as u64, BodyLength::ContentLength),
        Fault::OversizedBody(4 * MAX_RESPONSE_SIZE as u64, BodyLength::Chunked),
        Fault::Delay(Duration::from_millis(5)),
        Fault::Status(404),
        Fault::Gateway(503),
        Fault::Redirect(307, "http://127.0.0.1:1/elsewhere".to_owned()),
        Fault::Status(429),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_to_a_failing_server_leak_nothing() {
    let stand_in = connect_tests::start_stand_in().await;
    let expected = expected_responses(&stand_in).await;
    wait_until("the first client has no connection", || stand_in.traffic().open_connections() == 0)
        .await;

    let tasks = Handle::current().metrics().num_alive_tasks();
    stand_in.take_requests();
    stand_in.inject_fault_every(FAILS_ONE_IN, faults());

    let mut tally = Tally::default();
    let mut memory = Vec::new();
    for rounds in [WARM_UP_ROUNDS, ROUNDS - WARM_UP_ROUNDS] {
        let client = client(&stand_in);
        for _ in 0..rounds {
            let results = run_round(&client).await;
            assert_eq!(results.len(), CALLS_PER_ROUND, "every call has a result");

            let mut received: HashMap<usize, Vec<RecordedRequest>> = HashMap::new();
            for request in stand_in.take_requests() {
                received.entry(call_number(&request)).or_default().push(request);
            }

            for (call, result) in results {
                let requests = received.remove(&call).unwrap_or_default();
                tally.check(call, &result, &requests, &expected);
            }

            assert!(received.is_empty(), "requests of no call: {received:?}");
            wait_until("only idle connections are open", || {
                stand_in.traffic().open_connections() <= MAX_CONNECTIONS
            })
            .await;

            // A connection has a task at the client and one at the server; the pool has one more.
            let alive = || Handle::current().metrics().num_alive_tasks();
            wait_until("only the tasks of connections are alive", || {
                alive() <= tasks + 2 * MAX_CONNECTIONS + 1
            })
            .await;
        }

        drop(client);
        wait_until("no connection is open", || stand_in.traffic().open_connections() == 0).await;
        wait_until("no task of the client is alive", || {
            Handle::current().metrics().num_alive_tasks() <= tasks
        })
        .await;
        memory.push(ALLOCATOR.current_usage());
    }

    println!("{tally:?}");
    assert_eq!(tally.faults, tally.requests / FAILS_ONE_IN);
    assert!(tally.recovered > 0 && tally.failed > 0, "{tally:?}");

    println!("bytes in use: {} after the warm-up, {} at the end", memory[0], memory[1]);
    assert!(memory[1] <= memory[0] + MAX_MEMORY_GROWTH, "bytes in use: {memory:?}");
}

fn client(stand_in: &StandIn) -> Client {
    let policy = RetryPolicy::default().max_attempts(ATTEMPTS);
    let policy =
        policy.initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(4));
    let options = CallOptions::new().retry(policy).max_response_size(MAX_RESPONSE_SIZE);
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());

    builder.call_options(options).build().expect("a client")
}

/// The results of the three kinds of calls without faults.
async fn expected_responses(stand_in: &StandIn) -> [String; 3] {
    let client = client(stand_in);
    let response = |call| {
        let client = client.clone();
        async move { send(&client, call).await.expect("a response without faults") }
    };
    [response(0).await, response(1).await, response(2).await]
}

/// Makes one call: a third of the calls read a status, a third print, a third update a note.
async fn send(client: &Client, call: usize) -> Result<String, Error> {
    let cluster = call.to_string();
    match call % 3 {
        0 => {
            client.get_cluster_status(cluster).send().await.map(|response| format!("{response:?}"))
        }
        1 => client.print(cluster, "job").send().await.map(|response| format!("{response:?}")),
        _ => {
            let note = ClusterNoteUpdateRequest::new();
            let request = client.update_cluster_note(cluster, note);
            request.send().await.map(|response| format!("{response:?}"))
        }
    }
}

/// The number of the call that sent a request; it is the id of the cluster.
fn call_number(request: &RecordedRequest) -> usize {
    let number = request.path.split('/').nth(4).and_then(|cluster| cluster.parse().ok());
    number.unwrap_or_else(|| panic!("no call number in the path {}", request.path))
}

/// Makes the calls of one round, a fixed number of them concurrently.
async fn run_round(client: &Client) -> Vec<(usize, Result<String, Error>)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..CONCURRENT_CALLS {
        let (client, next) = (client.clone(), next.clone());
        workers.spawn(async move {
            let mut results = Vec::new();
            loop {
                let call = next.fetch_add(1, Ordering::SeqCst);
                if call >= CALLS_PER_ROUND {
                    return results;
                }
                results.push((call, send(&client, call).await));
            }
        });
    }

    workers.join_all().await.into_iter().flatten().collect()
}

#[derive(Debug, Default)]
struct Tally {
    requests: usize,
    faults: usize,
    /// Calls that succeeded after a fault.
    recovered: usize,
    failed: usize,
}

impl Tally {
    /// Checks the result of a call against the faults of its requests.
    fn check(
        &mut self,
        call: usize,
        result: &Result<String, Error>,
        requests: &[RecordedRequest],
        expected: &[String; 3],
    ) {
        let faults: Vec<_> = requests.iter().map(|request| request.fault.as_ref()).collect();
        self.requests += faults.len();
        self.faults += faults.iter().flatten().count();

        let (last, before) = faults.split_last().expect("a request");
        assert!(faults.len() <= ATTEMPTS, "call {call}: {faults:?}");

        for fault in before {
            let fault = fault.expect("a fault before a retry");
            assert!(is_retried(call, fault), "call {call} was retried after {fault:?}");
        }

        match (last, result) {
            (None | Some(Fault::Delay(_)), Ok(response)) => {
                assert_eq!(response, &expected[call % 3], "call {call}");
                self.recovered += usize::from(!before.is_empty());
            }
            (Some(fault), Err(error)) => {
                let is_final = faults.len() == ATTEMPTS || !is_retried(call, fault);
                assert!(is_final, "call {call} was not retried after {faults:?}");
                assert!(is_error_of(fault, error), "call {call}: {fault:?} became {error:?}");
                self.failed += 1;
            }
            _ => panic!("call {call}: {faults:?} became {result:?}"),
        }
    }
}

fn is_retried(call: usize, fault: &Fault) -> bool {
    let is_print = call % 3 == 1;
    match fault {
        Fault::Status(429) | Fault::RetryAfter(..) => true,
        Fault::Disconnect
        | Fault::DisconnectMidBody(_)
        | Fault::Status(500)
        | Fault::Gateway(_) => !is_print,
        _ => false,
    }
}

fn is_error_of(fault: &Fault, error: &Error) -> bool {
    match (fault, error) {
        (Fault::Disconnect | Fault::DisconnectMidBody(_), Error::Transport(error)) => {
            !error.is_connect() && !error.is_timeout() && !error.is_response_too_large()
        }
        (Fault::OversizedBody(..), Error::Transport(error)) => error.is_response_too_large(),
        (Fault::TruncatedBody | Fault::Body(..), Error::Decode(_)) => true,
        (
            Fault::Status(status)
            | Fault::Gateway(status)
            | Fault::RetryAfter(status, _)
            | Fault::Redirect(status, _),
            Error::Api(error),
        ) => error.status == *status,
        _ => false,
    }
}

/// Waits until a condition is true. Background tasks change it.
async fn wait_until(description: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    panic!("timed out while waiting until {description}");
}
