//! Calls without async.

use connect_api::{Client, Error};
use connect_stand_in::Fault;

use super::{client, retrying};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plain_thread_can_call() {
    let stand_in = connect_tests::examples().await;
    stand_in.inject_faults("get_cluster_status", [Fault::Status(500)]);
    let client = client(&stand_in);

    let thread = std::thread::spawn(move || {
        let status = client.get_cluster_status("c").with(retrying(2)).send().wait()?;
        // From several threads at once, and again: all share a runtime.
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| client.print("c", "j").send().wait().expect("an answer"));
            }
        });

        Ok::<_, Error>(status.is_online)
    });

    while !thread.is_finished() {
        tokio::task::yield_now().await;
    }

    thread.join().expect("no panic").expect("an answer");
    assert_eq!(stand_in.requests().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_of_a_runtime_can_call_where_it_may_block() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);

    // With a connection at hand that this runtime keeps.
    client.get_settings().send().await.expect("an answer");
    let spawned = client.clone();
    let spawned = tokio::task::spawn_blocking(move || spawned.get_settings().send().wait());
    spawned.await.expect("no panic").expect("an answer");
    tokio::task::block_in_place(|| client.get_settings().send().wait()).expect("an answer");

    assert_eq!(stand_in.requests().len(), 3);
}

#[tokio::test]
async fn a_runtime_is_not_blocked_but_told() {
    assert_told().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_task_of_many_threads_is_not_blocked_but_told() {
    assert_told().await;
    tokio::spawn(assert_told()).await.expect("no panic");
}

async fn assert_told() {
    let client = Client::builder().base_url("http://127.0.0.1:1").build().expect("a client");
    let result = client.get_cluster_status("c").send().wait();
    let Err(Error::Configuration(error)) = result else { panic!("{result:?}") };

    assert!(error.to_string().contains("await it"), "{error}");
    // And goes on.
    tokio::task::yield_now().await;
}
