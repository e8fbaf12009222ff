//! The rate limiter: concurrent requests and the poll interval, as the server observes them.

use std::time::{Duration, Instant};

use connect_api::{
    AccessToken, BoxFuture, CallOptions, Client, ClientBuilder, Error, RetryPolicy, TokenError,
    TokenProvider,
};
use connect_stand_in::{Fault, StandIn};
use tokio::task::JoinSet;

fn builder(stand_in: &StandIn) -> ClientBuilder {
    Client::builder().base_url(stand_in.base_url()).token(stand_in.token())
}

/// Sends calls concurrently. The server delays each response.
async fn send_concurrently(stand_in: &StandIn, client: &Client, calls: usize) {
    let delay = Fault::Delay(Duration::from_millis(50));
    stand_in.inject_faults("get_cluster", std::iter::repeat_n(delay, calls));
    let mut tasks = JoinSet::new();

    for _ in 0..calls {
        let call = client.get_cluster("c").send();
        tasks.spawn(async { call.await.expect("a response") });
    }

    tasks.join_all().await;
}

#[tokio::test]
async fn concurrency_limits_the_requests_in_flight() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = builder(&stand_in).concurrency(4).build().expect("a client");
    send_concurrently(&stand_in, &client, 24).await;
    assert_eq!(stand_in.traffic().max_concurrent_requests(), 4);
    assert_eq!(stand_in.requests().len(), 24);
}

#[tokio::test]
async fn requests_are_not_limited_by_default() {
    let stand_in = connect_tests::start_stand_in().await;
    send_concurrently(&stand_in, &builder(&stand_in).build().expect("a client"), 24).await;
    assert!(stand_in.traffic().max_concurrent_requests() > 4);
}

#[tokio::test]
async fn failed_and_dropped_calls_release_their_concurrency_permits() {
    let stand_in = connect_tests::start_stand_in().await;
    let options = CallOptions::new().retry(RetryPolicy::never());
    let client = builder(&stand_in).concurrency(2).call_options(options).build();
    let client = client.expect("a client");

    for fault in [Fault::Disconnect, Fault::Status(500), Fault::TruncatedBody, Fault::Gateway(502)]
    {
        stand_in.inject_faults("get_cluster", [fault]);
        client.get_cluster("c").send().await.expect_err("a failure");
    }

    stand_in.inject_faults(
        "get_cluster",
        std::iter::repeat_n(Fault::Delay(Duration::from_secs(60)), 2),
    );

    for _ in 0..2 {
        let call = client.get_cluster("c").send();
        tokio::time::timeout(Duration::from_millis(200), call).await.expect_err("a timeout");
    }

    stand_in.clear_faults();
    send_concurrently(&stand_in, &client, 6).await;
    assert_eq!(stand_in.traffic().max_concurrent_requests(), 2);
}

#[tokio::test]
async fn call_holds_no_concurrency_permit_during_backoff() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = builder(&stand_in).concurrency(1).build().expect("a client");
    stand_in.inject_faults("print", [Fault::RetryAfter(429, "2".to_owned())]);

    let print = client.print("c", "j").send();
    let others = async {
        while stand_in.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        client.get_cluster("c").send().await
    };

    let (print, other) = tokio::join!(print, others);
    print.expect("a response");
    other.expect("a response");

    let requests = stand_in.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["POST", "GET", "POST"]);
}

#[tokio::test]
async fn poll_interval_limits_status_requests_for_each_cluster() {
    let stand_in = connect_tests::start_stand_in().await;
    let interval = Duration::from_millis(100);
    let client = builder(&stand_in).poll_interval(interval).build().expect("a client");
    let start = Instant::now();
    let mut polls = JoinSet::new();

    for poll in 0..10 {
        let call = client.get_cluster_status(["a", "b"][poll % 2]).send();
        polls.spawn(async { call.await.expect("a response") });
    }

    polls.join_all().await;
    for cluster in ["/clusters/a/status", "/clusters/b/status"] {
        let requests = stand_in.requests();
        let polls = requests.iter().filter(|request| request.path.ends_with(cluster));
        let times: Vec<_> = polls.map(|request| request.received_at).collect();

        assert_eq!(times.len(), 5);
        for (intervals, time) in (0..).zip(times) {
            assert!(time - start >= interval * intervals, "{intervals}");
        }
    }
}

/// The interval starts when the request is sent, not when the permit is acquired.
#[tokio::test]
async fn poll_interval_starts_after_the_wait_for_a_concurrency_permit() {
    let stand_in = connect_tests::start_stand_in().await;
    let interval = Duration::from_millis(300);
    let client = builder(&stand_in).poll_interval(interval).concurrency(1).build();
    let client = client.expect("a client");
    stand_in.inject_faults("get_cluster", [Fault::Delay(interval)]);

    let other = tokio::spawn(client.get_cluster("c").send());
    while stand_in.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    let poll = || client.get_cluster_status("c").send();
    let (first, second) = tokio::join!(poll(), poll());
    first.expect("a response");
    second.expect("a response");
    other.await.expect("no panic").expect("a response");

    let times: Vec<_> = stand_in.requests().iter().map(|request| request.received_at).collect();
    // A tolerance, because the requests can take different times to arrive.
    let distance = times[2] - times[1];
    assert!(distance > interval * 9 / 10, "{distance:?}");
}

#[tokio::test]
async fn poll_interval_does_not_limit_other_clusters_and_operations() {
    let stand_in = connect_tests::start_stand_in().await;
    let hour = Duration::from_secs(3600);
    let client = builder(&stand_in).poll_interval(hour).build().expect("a client");

    let calls = async {
        for cluster in ["a", "b", "c"] {
            client.get_cluster_status(cluster).send().await.expect("a response");
            client.get_cluster(cluster).send().await.expect("a response");
            client.get_cluster(cluster).send().await.expect("a response");
        }
    };
    tokio::time::timeout(Duration::from_secs(60), calls).await.expect("no call waits");
    let second = client.get_cluster_status("a").send();
    let result = tokio::time::timeout(Duration::from_secs(60), second).await;
    result.expect("no wait").expect_err("rate limited");

    assert_eq!(stand_in.requests().len(), 9);
}

#[tokio::test]
async fn rate_limiter_rejects_call_at_once_when_wait_exceeds_timeout() {
    let stand_in = connect_tests::start_stand_in().await;
    let hour = Duration::from_secs(3600);
    let client = builder(&stand_in).poll_interval(hour).build().expect("a client");
    client.get_cluster_status("a").send().await.expect("a response");

    let start = Instant::now();
    let error = client.get_cluster_status("a").send().await.expect_err("rate limited");
    assert!(start.elapsed() < Duration::from_secs(60), "at once");
    assert!(error.to_string().contains("`poll_interval`"), "{error}");
    assert!(error.is_transient() && !error.may_have_been_applied(), "{error}");

    let delay = error.retry_after().expect("a delay");
    assert!(delay > hour / 2 && delay <= hour, "{delay:?}");

    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert!(!error.is_timeout() && !error.is_connect() && error.attempts() == 0, "{error:?}");
    assert_eq!(stand_in.requests().len(), 1);
}

/// Provides an expired token first, and this token after the API has refused it.
struct Renewing(String);

impl TokenProvider for Renewing {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        let token = if refused.is_some() { self.0.as_str() } else { "expired" };
        Box::pin(async move { Ok(AccessToken::from(token)) })
    }
}

#[tokio::test]
async fn repeat_with_a_new_token_is_not_rate_limited() {
    let stand_in = connect_tests::start_stand_in().await;
    let provider = Renewing(stand_in.token().to_owned());
    let client = Client::builder().base_url(stand_in.base_url()).token_provider(provider);
    let client = client.poll_interval(Duration::from_secs(3600)).build().expect("a client");
    let poll = client.get_cluster_status("a").send();
    let result = tokio::time::timeout(Duration::from_secs(60), poll).await.expect("no wait");

    result.expect("a response");
    assert_eq!(stand_in.requests().len(), 2);

    client.get_cluster_status("a").send().await.expect_err("rate limited");
    assert_eq!(stand_in.requests().len(), 2);
}

#[tokio::test]
async fn failure_is_returned_when_the_poll_interval_leaves_no_time_for_a_retry() {
    let stand_in = connect_tests::start_stand_in().await;
    let policy = RetryPolicy::default().max_attempts(9).initial_backoff(Duration::from_millis(1));
    let timeout = Duration::from_secs(6);
    let options = CallOptions::new().retry(policy).timeout(timeout);

    for (interval, requests) in [(4, 2), (60, 1)] {
        let client = builder(&stand_in).poll_interval(Duration::from_secs(interval)).build();
        stand_in.take_requests();
        stand_in.inject_faults("get_cluster_status", std::iter::repeat_n(Fault::Status(500), 9));

        let start = Instant::now();
        let call = client.expect("a client").get_cluster_status("a").with(options.clone()).send();
        let error = call.await.expect_err("a failure");

        assert_eq!(error.status().map(|status| status.as_u16()), Some(500), "{error}");
        assert!(start.elapsed() < timeout, "returned before the timeout");
        assert_eq!(stand_in.requests().len(), requests);

        stand_in.clear_faults();
    }
}

#[tokio::test]
async fn call_timeout_reports_the_failure_of_the_attempt_before() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = builder(&stand_in).build().expect("a client");
    stand_in
        .inject_faults("get_cluster", [Fault::Status(502), Fault::Delay(Duration::from_secs(60))]);

    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let options = CallOptions::new().retry(policy).timeout(Duration::from_secs(1));
    let error = client.get_cluster("c").with(options).send().await.expect_err("a timeout");

    assert!(
        error.to_string().contains("timed out after 1s; the attempt before failed: get_cluster"),
        "{error}"
    );
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert!(error.is_timeout());

    let last_status = error.last_failure().and_then(Error::status).map(|status| status.as_u16());
    assert_eq!((last_status, error.attempts()), (Some(502), 2));
}
