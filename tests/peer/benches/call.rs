//! One call over loopback: through the crate, and through bare reqwest doing the same.

mod support;

use std::time::Duration;

use connect_api::models::ClusterResponse;
use criterion::{Criterion, criterion_group, criterion_main};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use support::{Data, example, in_turns, report};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const TOKEN: &str = "a token of some length, as real ones are";

/// A server on a thread of its own that answers every request with a cluster.
fn serve() -> String {
    let body = serde_json::to_string(&example("/clusters/{cluster_id}")).expect("JSON");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener that does not block");

    let url = format!("http://{}/connect/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let router = axum::Router::new()
                .fallback(move || async { ([(CONTENT_TYPE, "application/json")], body) });
            axum::serve(listener, router).await
        })
    });

    url
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn ours(client: &connect_api::Client) -> ClusterResponse {
    client.get_cluster("c").send().await.expect("a cluster")
}

async fn bare(client: &reqwest::Client, url: &str) -> ClusterResponse {
    let request = client.get(url).bearer_auth(TOKEN).header(ACCEPT, "application/json");
    let response = request.send().await.and_then(reqwest::Response::error_for_status);
    let answer: Data<ClusterResponse> = response.expect("200").json().await.expect("a cluster");
    answer.data
}

fn call(criterion: &mut Criterion) {
    let runtime = runtime();
    let base_url = serve();
    let client = connect_api::Client::builder().base_url(&base_url).token(TOKEN);
    let client = client.build().expect("a client");

    // None of them goes through a proxy, as ours does not on this machine.
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
    // Ours has a limit for the call and one for the attempt.
    let limited = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
    let limited = limited.build().expect("a client");
    let url = format!("{base_url}/clusters/c");
    let mut group = criterion.benchmark_group("call");

    group.bench_function("connect-api", |bencher| {
        bencher.iter(|| runtime.block_on(ours(&client)));
    });
    group.bench_function("reqwest", |bencher| {
        bencher.iter(|| runtime.block_on(bare(&plain, &url)));
    });
    group.finish();

    let one = || drop(runtime.block_on(ours(&client)));
    let other = || drop(runtime.block_on(bare(&plain, &url)));
    report("a call, to bare reqwest", in_turns(20_000, one, other));

    let other = || drop(runtime.block_on(bare(&limited, &url)));
    report("a call, to reqwest with a time limit", in_turns(20_000, one, other));
}

criterion_group!(benches, call);
criterion_main!(benches);
