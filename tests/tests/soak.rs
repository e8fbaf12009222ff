//! Many calls over a service that fails one in five: each ends as it should, and nothing is left.

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
const CALLS_IN_A_ROUND: usize = 1000;
const AT_ONCE: usize = 64;
/// A call that finds no idle connection opens one, and takes another that falls idle meanwhile:
/// there can be one of each for every call.
const POOL: usize = 2 * AT_ONCE;
const FAILS_ONE_IN: usize = 5;
const ATTEMPTS: usize = 3;
const MAX_BODY: usize = 256 << 10;

/// How many rounds come before what is held is counted: what is made once has been made.
const FIRST_ROUNDS: usize = 2;

/// How many bytes more may be held after all calls than after the first rounds: less than ten for
/// each call.
const FLAT: usize = 64 << 10;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn faults() -> Vec<Fault> {
    let wait = "0".to_owned();
    vec![
        Fault::Disconnect,
        Fault::Status(500),
        Fault::DisconnectMidBody(BodyLength::ContentLength),
        Fault::RetryAfter(503, wait.clone()),
        Fault::TruncatedBody,
        Fault::Gateway(502),
        Fault::DisconnectMidBody(BodyLength::Chunked),
        Fault::RetryAfter(429, wait),
        Fault::Body("text/html", "<html>maintenance</html>"),
        Fault::OversizedBody(4 * MAX_BODY as u64, BodyLength::ContentLength),
        Fault::OversizedBody(4 * MAX_BODY as u64, BodyLength::Chunked),
        Fault::Delay(Duration::from_millis(5)),
        Fault::Status(404),
        Fault::Gateway(503),
        Fault::Redirect(307, "http://127.0.0.1:1/elsewhere".to_owned()),
        Fault::Status(429),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_over_a_failing_service() {
    let stand_in = connect_tests::examples().await;
    let right = right_answers(&stand_in).await;
    settled("the connection of the right answers closes", || {
        stand_in.traffic().open_connections() == 0
    })
    .await;

    let tasks = Handle::current().metrics().num_alive_tasks();
    stand_in.take_requests();
    stand_in.inject_fault_every(FAILS_ONE_IN, faults());

    let mut tally = Tally::default();
    let mut held = Vec::new();
    for rounds in [FIRST_ROUNDS, ROUNDS - FIRST_ROUNDS] {
        let client = client(&stand_in);
        for _ in 0..rounds {
            let results = run(&client).await;
            assert_eq!(results.len(), CALLS_IN_A_ROUND, "every call ends");

            let mut seen: HashMap<usize, Vec<RecordedRequest>> = HashMap::new();
            for request in stand_in.take_requests() {
                seen.entry(number(&request)).or_default().push(request);
            }

            for (call, result) in results {
                tally.hold(call, &result, &seen.remove(&call).unwrap_or_default(), &right);
            }

            assert!(seen.is_empty(), "nobody sent these: {seen:?}");
            settled("only idle connections stay", || stand_in.traffic().open_connections() <= POOL)
                .await;

            // Each has a task at either end; the pool has one to clear it.
            let alive = || Handle::current().metrics().num_alive_tasks();
            settled("only their tasks stay", || alive() <= tasks + 2 * POOL + 1).await;
        }

        drop(client);
        settled("all connections close", || stand_in.traffic().open_connections() == 0).await;
        settled("all tasks end", || Handle::current().metrics().num_alive_tasks() <= tasks).await;
        held.push(ALLOCATOR.current_usage());
    }

    println!("{tally:?}");
    assert_eq!(tally.faults, tally.requests / FAILS_ONE_IN);
    assert!(tally.survived > 0 && tally.failed > 0, "{tally:?}");

    println!("{} bytes after the first calls, {} after all", held[0], held[1]);
    assert!(held[1] <= held[0] + FLAT, "{held:?} bytes are held");
}

fn client(stand_in: &StandIn) -> Client {
    let policy = RetryPolicy::default().max_attempts(ATTEMPTS);
    let policy =
        policy.initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(4));
    let options = CallOptions::new().retry(policy).max_response_size(MAX_BODY);
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());

    builder.call_options(options).build().expect("a client")
}

/// What a healthy service answers to each kind of call.
async fn right_answers(stand_in: &StandIn) -> [String; 3] {
    let client = client(stand_in);
    let right = |call| {
        let client = client.clone();
        async move { send(&client, call).await.expect("a healthy service") }
    };
    [right(0).await, right(1).await, right(2).await]
}

/// A third of the calls are reads, a third prints, a third settings.
async fn send(client: &Client, call: usize) -> Result<String, Error> {
    let cluster = call.to_string();
    match call % 3 {
        0 => client.get_cluster_status(cluster).send().await.map(|answer| format!("{answer:?}")),
        1 => client.print(cluster, "job").send().await.map(|answer| format!("{answer:?}")),
        _ => {
            let note = ClusterNoteUpdateRequest::new();
            let request = client.update_cluster_note(cluster, note);
            request.send().await.map(|answer| format!("{answer:?}"))
        }
    }
}

/// The number of the call that a request belongs to.
fn number(request: &RecordedRequest) -> usize {
    let number = request.path.split('/').nth(4).and_then(|cluster| cluster.parse().ok());
    number.unwrap_or_else(|| panic!("no call has the path {}", request.path))
}

/// One round of calls, so many at once.
async fn run(client: &Client) -> Vec<(usize, Result<String, Error>)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (client, next) = (client.clone(), next.clone());
        workers.spawn(async move {
            let mut results = Vec::new();
            loop {
                let call = next.fetch_add(1, Ordering::SeqCst);
                if call >= CALLS_IN_A_ROUND {
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
    survived: usize,
    failed: usize,
}

impl Tally {
    /// Holds a result against what the service did to each request of the call.
    fn hold(
        &mut self,
        call: usize,
        result: &Result<String, Error>,
        requests: &[RecordedRequest],
        right: &[String; 3],
    ) {
        let faults: Vec<_> = requests.iter().map(|request| request.fault.as_ref()).collect();
        self.requests += faults.len();
        self.faults += faults.iter().flatten().count();

        let (last, before) = faults.split_last().expect("every call sends something");
        assert!(faults.len() <= ATTEMPTS, "call {call}: {faults:?}");

        for fault in before {
            let fault = fault.expect("nobody asks again after an answer");
            assert!(is_tried_again(call, fault), "call {call} went on after {fault:?}");
        }

        match (last, result) {
            (None | Some(Fault::Delay(_)), Ok(answer)) => {
                assert_eq!(answer, &right[call % 3], "call {call}");
                self.survived += usize::from(!before.is_empty());
            }
            (Some(fault), Err(error)) => {
                let over = faults.len() == ATTEMPTS || !is_tried_again(call, fault);
                assert!(over, "call {call} gave up after {faults:?}");
                assert!(is_error_of(fault, error), "call {call}: {fault:?} became {error:?}");
                self.failed += 1;
            }
            _ => panic!("call {call}: {faults:?} became {result:?}"),
        }
    }
}

fn is_tried_again(call: usize, fault: &Fault) -> bool {
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

/// Waits for what follows from the end of a client.
async fn settled(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    panic!("never: {what}");
}
