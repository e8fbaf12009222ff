//! All combinations of fault, kind of operation, once or always, with and without retries.

use std::time::{Duration, Instant};

use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;
use connect_stand_in::{BodyLength, Fault};

use super::{Call, LONG, client, quick};

const ATTEMPTS: usize = 3;

/// The maximum time of a case beyond its timeouts, on a busy machine.
const TOLERANCE: Duration = Duration::from_secs(5);

/// The body of a success that lists an error.
const INACTIVE: &str = r#"{"errors": [{"code": "printerInactive"}]}"#;

/// The operations that are retried after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retried {
    /// All operations: the request was certainly not applied.
    All,
    /// Idempotent operations.
    Idempotent,
    /// No operation: the fault is not transient.
    Never,
}

/// The result of a call if the fault persists.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Success,
    Api(u16),
    ConnectionLost,
    Timeout,
    TooLarge,
    Decode,
    NoData,
}

struct Case {
    fault: Fault,
    retried: Retried,
    outcome: Outcome,
}

fn cases(elsewhere: &str) -> Vec<Case> {
    use Outcome::{Api, ConnectionLost, Decode, NoData, Success, TooLarge};
    use Retried::{All, Idempotent, Never};

    let html = "<html>not the API</html>";
    let mut cases = vec![
        (Fault::None, Never, Success),
        (Fault::Delay(Duration::from_millis(10)), Never, Success),
        (Fault::WrongContentType("text/html"), Never, Success),
        (Fault::WrongContentType("nonsense"), Never, Success),
        (Fault::SlowBody(Duration::ZERO), Never, Success),
        (Fault::Disconnect, Idempotent, ConnectionLost),
        (Fault::DisconnectMidBody(BodyLength::ContentLength), Idempotent, ConnectionLost),
        (Fault::DisconnectMidBody(BodyLength::Chunked), Idempotent, ConnectionLost),
        (Fault::TruncatedBody, Never, Decode),
        (Fault::Body("text/html", html), Never, Decode),
        (Fault::Body("application/json", html), Never, Decode),
        (Fault::Body("application/json", "\u{0}\u{1}\u{fffd}"), Never, Decode),
        (Fault::Body("application/json", "[]"), Never, Decode),
        (Fault::Body("application/json", "null"), Never, NoData),
        (Fault::Body("application/json", "{\"data\": []}"), Never, NoData),
        (Fault::Body("application/json", "{\"data\": \"\"}"), Never, NoData),
        (Fault::Body("application/json", INACTIVE), Never, Api(200)),
        (Fault::Body("application/json", "{\"data\": 7}"), Never, Decode),
        (Fault::Body("application/json", "{}"), Never, NoData),
        (Fault::Body("application/json", "{\"data\": null}"), Never, NoData),
        (Fault::Body("application/json", ""), Never, NoData),
        (Fault::OversizedBody(64 << 20, BodyLength::ContentLength), Never, TooLarge),
        (Fault::OversizedBody(64 << 20, BodyLength::Chunked), Never, TooLarge),
    ];

    for status in [400, 401, 403, 404, 409, 413, 418, 501, 505] {
        cases.push((Fault::Status(status), Never, Api(status)));
    }

    for status in [408, 500, 502, 503, 504] {
        cases.push((Fault::Status(status), Idempotent, Api(status)));
        cases.push((Fault::Gateway(status), Idempotent, Api(status)));
    }

    cases.push((Fault::Status(429), All, Api(429)));
    cases.push((Fault::Gateway(429), All, Api(429)));

    for status in [429, 503] {
        for wait in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            cases.push((Fault::RetryAfter(status, wait.to_owned()), All, Api(status)));
        }
        // Longer than the maximum `Retry-After`.
        for wait in ["3600", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            cases.push((Fault::RetryAfter(status, wait.to_owned()), Never, Api(status)));
        }
    }

    // An invalid `Retry-After` is ignored.
    for wait in ["soon", "-1"] {
        cases.push((Fault::RetryAfter(503, wait.to_owned()), Idempotent, Api(503)));
    }

    // With other statuses, a `Retry-After` does not show that the request was not applied.
    for status in [500, 502, 504] {
        cases.push((Fault::RetryAfter(status, "0".to_owned()), Idempotent, Api(status)));
    }

    for status in [301, 302, 303, 307, 308] {
        let url = format!("{elsewhere}/clusters/c/status");
        cases.push((Fault::Redirect(status, url), Never, Api(status)));
    }

    cases.into_iter().map(|(fault, retried, outcome)| Case { fault, retried, outcome }).collect()
}

#[tokio::test]
async fn each_fault_has_the_expected_outcome_and_number_of_requests() {
    let (stand_in, elsewhere) =
        (connect_tests::start_stand_in().await, connect_tests::start_stand_in().await);
    let combinations = run_cases(&stand_in, &cases(&elsewhere.base_url()), LONG).await;
    assert_eq!(elsewhere.traffic().accepted_connections(), 0, "no redirect is followed");
    insta::assert_snapshot!(format!("{combinations} combinations"), @"768 combinations");
}

#[tokio::test]
async fn delayed_response_times_out() {
    let fault = Fault::Delay(LONG);
    let case = Case { fault, retried: Retried::Idempotent, outcome: Outcome::Timeout };
    let combinations =
        run_cases(&connect_tests::start_stand_in().await, &[case], Duration::from_millis(100))
            .await;
    assert_eq!(combinations, COMBINATIONS);
}

#[tokio::test]
async fn slow_body_times_out() {
    // Each byte arrives before the timeout, the complete body does not.
    let fault = Fault::SlowBody(Duration::from_millis(20));
    let case = Case { fault, retried: Retried::Idempotent, outcome: Outcome::Timeout };
    let combinations =
        run_cases(&connect_tests::start_stand_in().await, &[case], Duration::from_millis(100))
            .await;
    assert_eq!(combinations, COMBINATIONS);
}

/// The number of combinations of a case: kind of operation, once or always, with and without retries.
const COMBINATIONS: usize = Call::ALL.len() * 4;

/// Checks all combinations of the cases, and returns their number.
async fn run_cases(stand_in: &StandIn, cases: &[Case], attempt_timeout: Duration) -> usize {
    let client = client(stand_in);
    let options = CallOptions::new().attempt_timeout(attempt_timeout);
    let mut combinations = 0;

    for call in Call::ALL {
        let expected = call.send(&client, CallOptions::new()).await.expect("a response");
        for (case, always, retries) in cases.iter().flat_map(|case| {
            [(false, false), (false, true), (true, false), (true, true)].map(|(a, r)| (case, a, r))
        }) {
            let policy = if retries { quick(ATTEMPTS) } else { RetryPolicy::never() };
            stand_in.clear_faults();
            stand_in.take_requests();

            let times = if always { 2 * ATTEMPTS } else { 1 };
            stand_in
                .inject_faults(call.operation(), std::iter::repeat_n(case.fault.clone(), times));
            let start = Instant::now();
            let result = call.send(&client, options.clone().retry(policy)).await;
            let elapsed = start.elapsed();
            let name = format!("{call:?}, {:?}, always {always}, retries {retries}", case.fault);

            let is_retried = retries
                && match case.retried {
                    Retried::All => true,
                    Retried::Idempotent => call.is_idempotent(),
                    Retried::Never => false,
                };

            let requests = if !is_retried {
                1
            } else if always {
                ATTEMPTS
            } else {
                2
            };

            assert_eq!(stand_in.requests().len(), requests, "{name}: {result:?}");
            let timeouts = match case.outcome {
                Outcome::Timeout => attempt_timeout * requests as u32,
                _ => Duration::ZERO,
            };

            assert!(elapsed < timeouts + TOLERANCE, "{name}: took {elapsed:?}");
            let outcome = if is_retried && !always { Outcome::Success } else { case.outcome };
            outcome.check(call, &result, requests, &expected, &name);
            combinations += 1;
        }
    }

    stand_in.clear_faults();
    assert_works(&client).await;

    combinations
}

/// Asserts that the client still works after the faults.
async fn assert_works(client: &Client) {
    for call in Call::ALL {
        call.send(client, CallOptions::new()).await.expect("a response");
    }
}

impl Outcome {
    fn check(
        self,
        call: Call,
        result: &Result<String, Error>,
        requests: usize,
        expected: &str,
        name: &str,
    ) {
        let is_expected = match (self, result) {
            (Self::Success, Ok(response)) => response == expected,
            (Self::Api(status), Err(Error::Api(error))) => {
                error.status == status && error.attempts() == requests
            }
            (Self::ConnectionLost, Err(Error::Transport(error))) => {
                let other =
                    error.is_timeout() || error.is_connect() || error.is_response_too_large();
                !other && error.attempts() == requests
            }
            (Self::Timeout, Err(Error::Transport(error))) => {
                error.is_timeout() && !error.is_connect() && error.attempts() == requests
            }
            (Self::TooLarge, Err(Error::Transport(error))) => {
                error.is_response_too_large() && !error.is_timeout()
            }
            (Self::Decode, Err(Error::Decode(error))) => error.status == 200,
            (Self::NoData, Err(Error::NoData(error))) => error.status == 200,
            _ => false,
        };

        assert!(is_expected, "{name}: expected {self:?}, found {result:?}");
        if let Err(error) = result {
            assert_eq!(error.operation(), Some(call.operation()), "{name}");
            assert!(error.to_string().contains(call.operation()), "{name}: {error}");
        }
    }
}
