//! The limits of a client on itself, seen from the service.

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

/// So many calls at once, each of which keeps the service busy for a while.
async fn crowd(stand_in: &StandIn, client: &Client, calls: usize) {
    let while_busy = Fault::Delay(Duration::from_millis(50));
    stand_in.inject_faults("get_cluster", std::iter::repeat_n(while_busy, calls));
    let mut crowd = JoinSet::new();

    for _ in 0..calls {
        let call = client.get_cluster("c").send();
        crowd.spawn(async { call.await.expect("an answer") });
    }

    crowd.join_all().await;
}

#[tokio::test]
async fn no_more_requests_than_allowed_are_under_way() {
    let stand_in = connect_tests::examples().await;
    let client = builder(&stand_in).concurrency(4).build().expect("a client");
    crowd(&stand_in, &client, 24).await;
    assert_eq!(stand_in.traffic().max_concurrent_requests(), 4);
    assert_eq!(stand_in.requests().len(), 24);
}

#[tokio::test]
async fn without_a_limit_there_is_none() {
    let stand_in = connect_tests::examples().await;
    crowd(&stand_in, &builder(&stand_in).build().expect("a client"), 24).await;
    assert!(stand_in.traffic().max_concurrent_requests() > 4);
}

#[tokio::test]
async fn calls_that_fail_or_are_dropped_give_their_places_back() {
    let stand_in = connect_tests::examples().await;
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
        tokio::time::timeout(Duration::from_millis(200), call).await.expect_err("late");
    }

    stand_in.clear_faults();
    crowd(&stand_in, &client, 6).await;
    assert_eq!(stand_in.traffic().max_concurrent_requests(), 2);
}

#[tokio::test]
async fn who_waits_before_another_attempt_holds_no_place() {
    let stand_in = connect_tests::examples().await;
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
    print.expect("an answer");
    other.expect("an answer");

    let requests = stand_in.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["POST", "GET", "POST"]);
}

#[tokio::test]
async fn the_status_of_a_cluster_is_asked_for_once_in_an_interval() {
    let stand_in = connect_tests::examples().await;
    let interval = Duration::from_millis(100);
    let client = builder(&stand_in).poll_interval(interval).build().expect("a client");
    let start = Instant::now();
    let mut polls = JoinSet::new();

    for poll in 0..10 {
        let call = client.get_cluster_status(["a", "b"][poll % 2]).send();
        polls.spawn(async { call.await.expect("an answer") });
    }

    polls.join_all().await;
    for cluster in ["/clusters/a/status", "/clusters/b/status"] {
        let requests = stand_in.requests();
        let polls = requests.iter().filter(|request| request.path.ends_with(cluster));
        let arrived: Vec<_> = polls.map(|request| request.received_at).collect();

        assert_eq!(arrived.len(), 5);
        for (turn, arrived) in arrived.into_iter().enumerate() {
            assert!(arrived - start >= interval * u32::try_from(turn).expect("a few"), "{turn}");
        }
    }
}

/// The interval counts from when a poll is sent, not from when it had its turn.
#[tokio::test]
async fn a_poll_that_waits_for_a_place_holds_up_the_one_behind_it() {
    let stand_in = connect_tests::examples().await;
    let interval = Duration::from_millis(300);
    let client = builder(&stand_in).poll_interval(interval).concurrency(1).build();
    let client = client.expect("a client");
    stand_in.inject_faults("get_cluster", [Fault::Delay(interval)]);

    let other = tokio::spawn(client.get_cluster("c").send());
    while stand_in.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    let poll = || client.get_cluster_status("c").send();
    let (one, two) = tokio::join!(poll(), poll());
    one.expect("an answer");
    two.expect("an answer");
    other.await.expect("no panic").expect("an answer");

    let arrived: Vec<_> = stand_in.requests().iter().map(|request| request.received_at).collect();
    // The second is sent no sooner; how long each is on its way is the machine's.
    let apart = arrived[2] - arrived[1];
    assert!(apart > interval * 9 / 10, "{apart:?}");
}

#[tokio::test]
async fn another_cluster_and_another_operation_are_not_held_up() {
    let stand_in = connect_tests::examples().await;
    let hour = Duration::from_secs(3600);
    let client = builder(&stand_in).poll_interval(hour).build().expect("a client");

    let calls = async {
        for cluster in ["a", "b", "c"] {
            client.get_cluster_status(cluster).send().await.expect("an answer");
            client.get_cluster(cluster).send().await.expect("an answer");
            client.get_cluster(cluster).send().await.expect("an answer");
        }
    };
    tokio::time::timeout(Duration::from_secs(60), calls).await.expect("nobody waits");
    let again = client.get_cluster_status("a").send();
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("at once").expect_err("late");

    assert_eq!(stand_in.requests().len(), 9);
}

#[tokio::test]
async fn a_poll_that_cannot_have_its_turn_in_time_says_so_at_once() {
    let stand_in = connect_tests::examples().await;
    let hour = Duration::from_secs(3600);
    let client = builder(&stand_in).poll_interval(hour).build().expect("a client");
    client.get_cluster_status("a").send().await.expect("an answer");

    let start = Instant::now();
    let error = client.get_cluster_status("a").send().await.expect_err("too early");
    assert!(start.elapsed() < Duration::from_secs(60), "at once");
    assert!(error.to_string().contains("`poll_interval`"), "{error}");
    assert!(error.is_transient() && !error.may_have_been_applied(), "{error}");

    let wait = error.retry_after().expect("a wait");
    assert!(wait > hour / 2 && wait <= hour, "{wait:?}");

    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert!(!error.is_timeout() && !error.is_connect() && error.attempts() == 0, "{error:?}");
    assert_eq!(stand_in.requests().len(), 1);
}

/// Gives this token once another one has expired.
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
async fn a_poll_is_repeated_with_another_token_at_once_and_no_more_often() {
    let stand_in = connect_tests::examples().await;
    let provider = Renewing(stand_in.token().to_owned());
    let client = Client::builder().base_url(stand_in.base_url()).token_provider(provider);
    let client = client.poll_interval(Duration::from_secs(3600)).build().expect("a client");
    let poll = client.get_cluster_status("a").send();
    let answer = tokio::time::timeout(Duration::from_secs(60), poll).await.expect("at once");

    answer.expect("an answer");
    assert_eq!(stand_in.requests().len(), 2);

    client.get_cluster_status("a").send().await.expect_err("too early");
    assert_eq!(stand_in.requests().len(), 2);
}

#[tokio::test]
async fn what_went_wrong_is_not_lost_to_the_wait_for_another_turn() {
    let stand_in = connect_tests::examples().await;
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

        assert_eq!(error.status().map(|it| it.as_u16()), Some(500), "{error}");
        assert!(start.elapsed() < timeout, "without waiting for a turn that is too late");
        assert_eq!(stand_in.requests().len(), requests);

        stand_in.clear_faults();
    }
}

#[tokio::test]
async fn what_went_wrong_before_the_time_was_up_is_told() {
    let stand_in = connect_tests::examples().await;
    let client = builder(&stand_in).build().expect("a client");
    stand_in
        .inject_faults("get_cluster", [Fault::Status(502), Fault::Delay(Duration::from_secs(60))]);

    let policy = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let options = CallOptions::new().retry(policy).timeout(Duration::from_secs(1));
    let error = client.get_cluster("c").with(options).send().await.expect_err("late");

    assert!(
        error.to_string().contains("timed out after 1s; the attempt before failed: get_cluster"),
        "{error}"
    );
    let Error::Transport(error) = error else { panic!("{error:?}") };
    assert!(error.is_timeout());

    let before = error.last_failure().and_then(Error::status).map(|it| it.as_u16());
    assert_eq!((before, error.attempts()), (Some(502), 2));
}
