//! Retry delays, the retry budget and the timeout of a call.

use std::time::{Duration, Instant, SystemTime};

use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::Fault;

use super::{Call, LONG, client, quick, retrying};

/// The maximum difference between a timer and a clock.
const TOLERANCE: Duration = Duration::from_millis(50);

fn retry_after(status: u16, value: impl ToString) -> Fault {
    Fault::RetryAfter(status, value.to_string())
}

fn status(result: Result<String, Error>) -> (u16, Option<Duration>) {
    let error = result.expect_err("a failure");
    (error.status().expect("a status").as_u16(), error.retry_after())
}

#[tokio::test]
async fn retry_waits_for_retry_after_in_seconds() {
    let stand_in = connect_tests::start_stand_in().await;
    for call in Call::ALL {
        stand_in.take_requests();
        stand_in.inject_faults(call.operation(), [retry_after(503, 1)]);
        call.send(&client(&stand_in), retrying(2)).await.expect("a response");
        let [first, second] = &stand_in.requests()[..] else { panic!("two requests") };
        assert!(second.received_at - first.received_at >= Duration::from_secs(1), "{call:?}");
    }
}

#[tokio::test]
async fn retry_waits_for_retry_after_date() {
    let stand_in = connect_tests::start_stand_in().await;
    let (now, clock) = (Instant::now(), SystemTime::now());
    let date = httpdate::fmt_http_date(clock + Duration::from_secs(3));
    let until = httpdate::parse_http_date(&date).expect("a date");
    let until = now + until.duration_since(clock).expect("later");

    stand_in.inject_faults("print", [retry_after(429, date)]);
    Call::Print.send(&client(&stand_in), retrying(2)).await.expect("a response");
    let [_, second] = &stand_in.requests()[..] else { panic!("two requests") };

    assert!(second.received_at + TOLERANCE >= until);
}

#[tokio::test]
async fn retry_after_above_the_maximum_fails_at_once() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for call in Call::ALL {
        for (seconds, maximum) in [(31, None), (2, Some(1)), (u64::MAX, None)] {
            stand_in.take_requests();
            stand_in.inject_faults(call.operation(), [retry_after(429, seconds)]);
            let mut policy = quick(4);

            if let Some(maximum) = maximum {
                policy = policy.max_retry_after(Duration::from_secs(maximum));
            }

            let start = Instant::now();
            let result = call.send(&client, CallOptions::new().retry(policy)).await;
            assert_eq!(status(result), (429, Some(Duration::from_secs(seconds))));
            assert!(start.elapsed() < LONG / 2);
            assert_eq!(stand_in.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn retry_after_beyond_the_budget_fails_at_once() {
    let stand_in = connect_tests::start_stand_in().await;
    stand_in.inject_faults("get_cluster_status", [retry_after(503, 20)]);
    let policy = quick(4).budget(Duration::from_secs(10));
    let start = Instant::now();
    let result = Call::Status.send(&client(&stand_in), CallOptions::new().retry(policy)).await;

    assert_eq!(status(result), (503, Some(Duration::from_secs(20))));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(stand_in.requests().len(), 1);
}

#[tokio::test]
async fn zero_budget_allows_no_retry() {
    let stand_in = connect_tests::start_stand_in().await;
    stand_in.inject_faults("get_cluster_status", [Fault::Status(500)]);
    let policy = quick(4).budget(Duration::ZERO);
    let result = Call::Status.send(&client(&stand_in), CallOptions::new().retry(policy)).await;

    assert_eq!(status(result).0, 500);
    assert_eq!(stand_in.requests().len(), 1);
}

#[tokio::test]
async fn retry_after_beyond_the_call_timeout_fails_at_once_with_the_api_error() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for (call, fault) in [(Call::Status, retry_after(429, 20)), (Call::Print, retry_after(503, 20))]
    {
        stand_in.take_requests();
        stand_in.inject_faults(call.operation(), [fault]);
        let start = Instant::now();
        let result = call.send(&client, retrying(4).timeout(Duration::from_secs(15))).await;
        let error = result.expect_err("a failure");

        assert!(matches!(error, Error::Api(_)), "not a timeout: {error:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
        assert!(start.elapsed() < Duration::from_secs(10), "at once");
        assert_eq!(stand_in.requests().len(), 1);
    }
}

#[tokio::test]
async fn call_timeout_ends_an_attempt() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for call in Call::ALL {
        stand_in.take_requests();
        stand_in.inject_faults(call.operation(), [Fault::Delay(LONG)]);
        let start = Instant::now();
        let result = call.send(&client, retrying(4).timeout(Duration::from_secs(1))).await;
        let Err(Error::Transport(error)) = result else { panic!("{call:?}: {result:?}") };

        assert!(error.is_timeout() && error.attempts() == 1, "{error:?}");
        assert!(error.to_string().contains("timed out after 1s"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(15));
        assert_eq!(stand_in.requests().len(), 1);
    }
}

#[tokio::test]
async fn read_is_retried_after_each_transient_status() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for sequence in [[500, 502, 503, 504], [504, 500, 429, 502], [503, 503, 408, 500]] {
        stand_in.take_requests();
        let faults = sequence.into_iter().enumerate().map(|(n, status)| match n % 2 {
            0 => Fault::Status(status),
            _ => Fault::Gateway(status),
        });

        stand_in.inject_faults("get_cluster_status", faults);
        Call::Status.send(&client, retrying(5)).await.expect("a response");
        assert_eq!(stand_in.requests().len(), 5, "{sequence:?}");
    }
}

/// The first failures show that the request was not applied, the last one does not.
#[tokio::test]
async fn print_is_not_retried_after_a_failure_that_may_have_been_applied() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for last in [Fault::Status(500), Fault::Disconnect, Fault::Status(503), Fault::Gateway(504)] {
        stand_in.take_requests();
        stand_in.inject_faults("print", [Fault::Status(429), retry_after(503, 0), last.clone()]);
        Call::Print.send(&client, retrying(9)).await.expect_err("a failure");
        assert_eq!(stand_in.requests().len(), 3, "{last:?}");
    }
}

#[tokio::test]
async fn options_of_a_call_override_the_options_of_the_client() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = |options| {
        let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
        builder.call_options(options).build().expect("a client")
    };

    let never = CallOptions::new().retry(RetryPolicy::never());
    for (client_options, call_options, requests) in [
        (never.clone(), CallOptions::new(), 1),
        (never.clone(), retrying(3), 3),
        (retrying(3), CallOptions::new(), 3),
        (retrying(3), never, 1),
    ] {
        stand_in.clear_faults();
        stand_in.take_requests();
        stand_in.inject_faults("get_cluster_status", std::iter::repeat_n(Fault::Status(500), 9));
        Call::Status.send(&client(client_options), call_options).await.expect_err("a failure");
        assert_eq!(stand_in.requests().len(), requests);
    }
}
