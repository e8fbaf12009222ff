//! One call over the loopback interface, through the crate and through reqwest alone.

mod support;

use std::time::Duration;

use connect_api::models::ClusterResponse;
use criterion::{Criterion, criterion_group, criterion_main};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use support::{Data, compare, example, report};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const TOKEN: &str = "a token of some length, as real ones are";

/// Starts a thread with a server that sends a cluster for every request.
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

async fn call_ours(client: &connect_api::Client) -> ClusterResponse {
    client.get_cluster("c").send().await.expect("a cluster")
}

async fn call_reqwest(client: &reqwest::Client, url: &str) -> ClusterResponse {
    let request = client.get(url).bearer_auth(TOKEN).header(ACCEPT, "application/json");
    let response = request.send().await.and_then(reqwest::Response::error_for_status);
    let body: Data<ClusterResponse> = response.expect("200").json().await.expect("a cluster");
    body.data
}

fn call(criterion: &mut Criterion) {
    let runtime = runtime();
    let base_url = serve();
    let client = connect_api::Client::builder().base_url(&base_url).token(TOKEN);
    let client = client.build().expect("a client");

    // Without a proxy, as ours on this machine.
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
    // With a timeout, as ours.
    let limited = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30));
    let limited = limited.build().expect("a client");
    let url = format!("{base_url}/clusters/c");
    let mut group = criterion.benchmark_group("call");

    group.bench_function("connect-api", |bencher| {
        bencher.iter(|| runtime.block_on(call_ours(&client)));
    });
    group.bench_function("reqwest", |bencher| {
        bencher.iter(|| runtime.block_on(call_reqwest(&plain, &url)));
    });
    group.finish();

    let first = || drop(runtime.block_on(call_ours(&client)));
    let second = || drop(runtime.block_on(call_reqwest(&plain, &url)));
    report("a call, compared with reqwest", compare(20_000, first, second));

    let second = || drop(runtime.block_on(call_reqwest(&limited, &url)));
    report("a call, compared with reqwest with a timeout", compare(20_000, first, second));
}

criterion_group!(benches, call);
criterion_main!(benches);
