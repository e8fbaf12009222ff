//! Blocking calls.

use std::panic::AssertUnwindSafe;

use connect_api::Error;
use connect_stand_in::Fault;

use super::{client, retrying};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn blocking_calls_work_on_plain_threads() {
    let stand_in = connect_tests::start_stand_in().await;
    stand_in.inject_faults("get_cluster_status", [Fault::Status(500)]);
    let client = client(&stand_in);

    let thread = std::thread::spawn(move || {
        let status = client.get_cluster_status("c").with(retrying(2)).send().wait()?;
        // Calls from several threads at once share one runtime.
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| client.print("c", "j").send().wait().expect("a response"));
            }
        });

        Ok::<_, Error>(status.is_online)
    });

    while !thread.is_finished() {
        tokio::task::yield_now().await;
    }

    thread.join().expect("no panic").expect("a response");
    assert_eq!(stand_in.requests().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_calls_work_in_spawn_blocking_and_block_in_place() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    // Opens a connection that belongs to the test's runtime.
    client.get_settings().send().await.expect("a response");
    let spawned = client.clone();
    let spawned = tokio::task::spawn_blocking(move || spawned.get_settings().send().wait());
    spawned.await.expect("no panic").expect("a response");
    tokio::task::block_in_place(|| client.get_settings().send().wait()).expect("a response");

    assert_eq!(stand_in.requests().len(), 3);
}

#[tokio::test]
async fn blocking_call_in_async_task_panics_before_it_sends_a_request() {
    assert_blocking_call_panics().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn blocking_call_in_async_task_of_multi_thread_runtime_panics() {
    assert_blocking_call_panics().await;
    tokio::spawn(assert_blocking_call_panics()).await.expect("the spawned task succeeds");
}

async fn assert_blocking_call_panics() {
    let stand_in = connect_tests::start_stand_in().await;
    let call = client(&stand_in).get_cluster_status("c").send();

    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| call.wait())).expect_err("a panic");
    let message = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    assert!(message.contains("from within a runtime"), "{message}");

    // The runtime still works, and no request was sent.
    tokio::task::yield_now().await;
    assert_eq!(stand_in.requests().len(), 0);
}
