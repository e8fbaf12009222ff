//! Every fault × every kind of operation × once or always × with and without retries.

use std::time::{Duration, Instant};

use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;
use connect_stand_in::{BodyLength, Fault};

use super::{Call, LONG, client, quick};

const ATTEMPTS: usize = 3;

/// What a cell may take beyond what it waits for, on a machine with other work.
const GRACE: Duration = Duration::from_secs(5);

/// What a success can say instead of what was asked.
const INACTIVE: &str = r#"{"errors": [{"code": "printerInactive"}]}"#;

/// Who may try again after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// Everybody: the service surely did nothing.
    All,
    /// Whoever can be repeated.
    Repeatable,
    /// Nobody: it would end no better.
    Nobody,
}

/// What a fault is to the caller, should it stay.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Right,
    Api(u16),
    Lost,
    Timeout,
    TooLong,
    Decode,
    NoData,
}

struct Case {
    fault: Fault,
    again: Again,
    outcome: Outcome,
}

fn cases(elsewhere: &str) -> Vec<Case> {
    use Again::{All, Nobody, Repeatable};
    use Outcome::{Api, Decode, Lost, NoData, Right, TooLong};

    let html = "<html>not the API</html>";
    let mut cases = vec![
        (Fault::None, Nobody, Right),
        (Fault::Delay(Duration::from_millis(10)), Nobody, Right),
        (Fault::WrongContentType("text/html"), Nobody, Right),
        (Fault::WrongContentType("nonsense"), Nobody, Right),
        (Fault::SlowBody(Duration::ZERO), Nobody, Right),
        (Fault::Disconnect, Repeatable, Lost),
        (Fault::DisconnectMidBody(BodyLength::ContentLength), Repeatable, Lost),
        (Fault::DisconnectMidBody(BodyLength::Chunked), Repeatable, Lost),
        (Fault::TruncatedBody, Nobody, Decode),
        (Fault::Body("text/html", html), Nobody, Decode),
        (Fault::Body("application/json", html), Nobody, Decode),
        (Fault::Body("application/json", "\u{0}\u{1}\u{fffd}"), Nobody, Decode),
        (Fault::Body("application/json", "[]"), Nobody, Decode),
        (Fault::Body("application/json", "null"), Nobody, NoData),
        (Fault::Body("application/json", "{\"data\": []}"), Nobody, NoData),
        (Fault::Body("application/json", "{\"data\": \"\"}"), Nobody, NoData),
        (Fault::Body("application/json", INACTIVE), Nobody, Api(200)),
        (Fault::Body("application/json", "{\"data\": 7}"), Nobody, Decode),
        (Fault::Body("application/json", "{}"), Nobody, NoData),
        (Fault::Body("application/json", "{\"data\": null}"), Nobody, NoData),
        (Fault::Body("application/json", ""), Nobody, NoData),
        (Fault::OversizedBody(64 << 20, BodyLength::ContentLength), Nobody, TooLong),
        (Fault::OversizedBody(64 << 20, BodyLength::Chunked), Nobody, TooLong),
    ];

    for status in [400, 401, 403, 404, 409, 413, 418, 501, 505] {
        cases.push((Fault::Status(status), Nobody, Api(status)));
    }

    for status in [408, 500, 502, 503, 504] {
        cases.push((Fault::Status(status), Repeatable, Api(status)));
        cases.push((Fault::Gateway(status), Repeatable, Api(status)));
    }

    cases.push((Fault::Status(429), All, Api(429)));
    cases.push((Fault::Gateway(429), All, Api(429)));

    for status in [429, 503] {
        for wait in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            cases.push((Fault::RetryAfter(status, wait.to_owned()), All, Api(status)));
        }
        // More than anybody is ready to wait for.
        for wait in ["3600", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            cases.push((Fault::RetryAfter(status, wait.to_owned()), Nobody, Api(status)));
        }
    }

    // One that nobody can read asks for nothing.
    for wait in ["soon", "-1"] {
        cases.push((Fault::RetryAfter(503, wait.to_owned()), Repeatable, Api(503)));
    }

    // A `Retry-After` makes no other failure a harmless one.
    for status in [500, 502, 504] {
        cases.push((Fault::RetryAfter(status, "0".to_owned()), Repeatable, Api(status)));
    }

    for status in [301, 302, 303, 307, 308] {
        let url = format!("{elsewhere}/clusters/c/status");
        cases.push((Fault::Redirect(status, url), Nobody, Api(status)));
    }

    cases.into_iter().map(|(fault, again, outcome)| Case { fault, again, outcome }).collect()
}

#[tokio::test]
async fn every_fault_has_its_outcome_and_its_number_of_requests() {
    let (stand_in, elsewhere) = (connect_tests::examples().await, connect_tests::examples().await);
    let cells = hold(&stand_in, &cases(&elsewhere.base_url()), LONG).await;
    assert_eq!(elsewhere.traffic().accepted_connections(), 0, "nothing goes to another host");
    insta::assert_snapshot!(format!("{cells} cells of faults"), @"768 cells of faults");
}

#[tokio::test]
async fn an_answer_that_is_late_times_out() {
    let fault = Fault::Delay(LONG);
    let case = Case { fault, again: Again::Repeatable, outcome: Outcome::Timeout };
    let cells = hold(&connect_tests::examples().await, &[case], Duration::from_millis(100)).await;
    assert_eq!(cells, CELLS);
}

#[tokio::test]
async fn an_answer_that_drips_times_out() {
    // Each byte comes soon enough; the whole does not.
    let fault = Fault::SlowBody(Duration::from_millis(20));
    let case = Case { fault, again: Again::Repeatable, outcome: Outcome::Timeout };
    let cells = hold(&connect_tests::examples().await, &[case], Duration::from_millis(100)).await;
    assert_eq!(cells, CELLS);
}

/// The cells of a case: each kind of operation, once or always, with and without retries.
const CELLS: usize = Call::ALL.len() * 4;

/// Runs all cells of these cases, and gives their number.
async fn hold(stand_in: &StandIn, cases: &[Case], attempt_timeout: Duration) -> usize {
    let client = client(stand_in);
    let options = CallOptions::new().attempt_timeout(attempt_timeout);
    let mut cells = 0;

    for call in Call::ALL {
        let right = call.send(&client, CallOptions::new()).await.expect("the right answer");
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
            let took = start.elapsed();
            let cell = format!("{call:?}, {:?}, always {always}, retries {retries}", case.fault);

            let again = retries
                && match case.again {
                    Again::All => true,
                    Again::Repeatable => call.is_repeatable(),
                    Again::Nobody => false,
                };

            let requests = if !again {
                1
            } else if always {
                ATTEMPTS
            } else {
                2
            };

            assert_eq!(stand_in.requests().len(), requests, "{cell}: {result:?}");
            let waited = match case.outcome {
                Outcome::Timeout => attempt_timeout * requests as u32,
                _ => Duration::ZERO,
            };

            assert!(took < waited + GRACE, "{cell}: took {took:?}");
            let outcome = if again && !always { Outcome::Right } else { case.outcome };
            outcome.hold(call, &result, requests, &right, &cell);
            cells += 1;
        }
    }

    stand_in.clear_faults();
    still_works(&client).await;

    cells
}

/// A client that has met all faults is none the worse for it.
async fn still_works(client: &Client) {
    for call in Call::ALL {
        call.send(client, CallOptions::new()).await.expect("the right answer");
    }
}

impl Outcome {
    fn hold(
        self,
        call: Call,
        result: &Result<String, Error>,
        requests: usize,
        right: &str,
        cell: &str,
    ) {
        let fits = match (self, result) {
            (Self::Right, Ok(answer)) => answer == right,
            (Self::Api(status), Err(Error::Api(error))) => {
                error.status == status && error.attempts() == requests
            }
            (Self::Lost, Err(Error::Transport(error))) => {
                let other =
                    error.is_timeout() || error.is_connect() || error.is_response_too_large();
                !other && error.attempts() == requests
            }
            (Self::Timeout, Err(Error::Transport(error))) => {
                error.is_timeout() && !error.is_connect() && error.attempts() == requests
            }
            (Self::TooLong, Err(Error::Transport(error))) => {
                error.is_response_too_large() && !error.is_timeout()
            }
            (Self::Decode, Err(Error::Decode(error))) => error.status == 200,
            (Self::NoData, Err(Error::NoData(error))) => error.status == 200,
            _ => false,
        };

        assert!(fits, "{cell}: {self:?} was expected: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.operation(), Some(call.operation()), "{cell}");
            assert!(error.to_string().contains(call.operation()), "{cell}: {error}");
        }
    }
}
