//! Cancellation of a call by dropping its future.

use std::time::Duration;

use connect_stand_in::Fault;

use super::{Call, LONG, client, retrying, wait_until};

#[tokio::test]
async fn dropping_a_call_during_an_attempt_closes_its_connection() {
    let stand_in = connect_tests::start_stand_in().await;
    for call in Call::ALL {
        stand_in.take_requests();
        stand_in.inject_faults(call.operation(), [Fault::Delay(LONG)]);
        let client = client(&stand_in);
        let call = tokio::spawn(async move { call.send(&client, retrying(9)).await });
        wait_until("the request arrives", || stand_in.requests().len() == 1).await;
        call.abort();

        assert!(call.await.expect_err("aborted").is_cancelled());
        wait_until("the connection closes", || stand_in.traffic().open_connections() == 0).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(stand_in.requests().len(), 1);
    }
}

#[tokio::test]
async fn dropping_a_call_during_backoff_sends_no_other_request() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    stand_in.inject_faults("get_cluster_status", [Fault::RetryAfter(429, "1".to_owned())]);

    let call = Call::Status.send(&client, retrying(9));
    tokio::time::timeout(Duration::from_millis(500), call).await.expect_err("still waiting");
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(stand_in.requests().len(), 1);
}
