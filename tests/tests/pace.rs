//! The limits of a client on itself, seen from the service.

use std::time::{Duration, Instant};

use connect_api::{CallOptions, Client, ClientBuilder, RetryPolicy};
use connect_stand_in::Fault;
use connect_stand_in::StandIn;
use tokio::task::JoinSet;

fn builder(stand_in: &StandIn) -> ClientBuilder {
    Client::builder().base_url(stand_in.base_url()).token(stand_in.token())
}

/// So many calls at once, each of which keeps the service busy for a while.
async fn crowd(stand_in: &StandIn, client: &Client, calls: usize) {
    let while_busy = Fault::Late(Duration::from_millis(50));
    stand_in.faults("get_cluster", std::iter::repeat_n(while_busy, calls));
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
    assert_eq!(stand_in.traffic().most_at_once(), 4);
    assert_eq!(stand_in.requests().len(), 24);
}

#[tokio::test]
async fn without_a_limit_there_is_none() {
    let stand_in = connect_tests::examples().await;
    crowd(&stand_in, &builder(&stand_in).build().expect("a client"), 24).await;
    assert!(stand_in.traffic().most_at_once() > 4);
}

#[tokio::test]
async fn calls_that_fail_or_are_dropped_give_their_places_back() {
    let stand_in = connect_tests::examples().await;
    let options = CallOptions::new().retry(RetryPolicy::never());
    let client = builder(&stand_in).concurrency(2).call_options(options).build();
    let client = client.expect("a client");
    for fault in [Fault::HangUp, Fault::Status(500), Fault::Truncated, Fault::Gateway(502)] {
        stand_in.faults("get_cluster", [fault]);
        client.get_cluster("c").send().await.expect_err("a failure");
    }
    stand_in.faults("get_cluster", std::iter::repeat_n(Fault::Late(Duration::from_secs(60)), 2));
    for _ in 0..2 {
        let call = client.get_cluster("c").send();
        tokio::time::timeout(Duration::from_millis(200), call).await.expect_err("late");
    }
    stand_in.mend();
    crowd(&stand_in, &client, 6).await;
    assert_eq!(stand_in.traffic().most_at_once(), 2);
}

#[tokio::test]
async fn who_waits_before_another_attempt_holds_no_place() {
    let stand_in = connect_tests::examples().await;
    let client = builder(&stand_in).concurrency(1).build().expect("a client");
    stand_in.faults("print", [Fault::RetryAfter(429, "2".to_owned())]);
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
        let arrived: Vec<_> = polls.map(|request| request.arrived).collect();
        assert_eq!(arrived.len(), 5);
        for (turn, arrived) in arrived.into_iter().enumerate() {
            assert!(arrived - start >= interval * u32::try_from(turn).expect("a few"), "{turn}");
        }
    }
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
    tokio::time::timeout(Duration::from_millis(200), again).await.expect_err("this one waits");
    assert_eq!(stand_in.requests().len(), 9);
}
