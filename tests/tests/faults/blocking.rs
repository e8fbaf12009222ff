//! Calls without async.

use connect_api::{Client, Error};
use connect_stand_in::Fault;

use super::{client, retrying};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_plain_thread_can_call() {
    let stand_in = connect_tests::examples().await;
    stand_in.faults("get_cluster_status", [Fault::Status(500)]);
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

#[tokio::test]
async fn a_runtime_is_not_blocked_but_told() {
    let client = Client::builder().base_url("http://127.0.0.1:1").build().expect("a client");
    let result = client.get_cluster_status("c").send().wait();
    let Err(Error::Configuration(error)) = result else { panic!("{result:?}") };
    assert!(error.to_string().contains("await it"), "{error}");
}
