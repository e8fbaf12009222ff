//! How much memory decoding takes, counted by the allocator. Alone in its process, so that nobody
//! else allocates meanwhile.

#[path = "../benches/support.rs"]
mod support;

use connect_api::models::ClusterStatusResponse;
use peak_alloc::PeakAlloc;
use progenitor_peer::types::ClusterStatusResponseEnvelope;
use serde::de::DeserializeOwned;
use serde_json::Value;
use support::{Data, status};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most bytes that were allocated while a body was decoded, the body itself included.
fn peak<T: DeserializeOwned>(body: &[u8]) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let decoded: T = serde_json::from_slice(body).expect("a status");
    let peak = ALLOCATOR.peak_usage();
    drop(decoded);
    peak - before + body.len()
}

#[test]
fn decoding_takes_less_than_three_times_the_body() {
    let body = status(50, 500);
    let times = |bytes: usize| bytes as f64 / body.len() as f64;
    let ours = times(peak::<Data<ClusterStatusResponse>>(&body));
    println!("a body of {} bytes; with it, the most that was allocated:", body.len());
    println!("connect-api {ours:.2} times the body");
    println!("progenitor {:.2} times", times(peak::<ClusterStatusResponseEnvelope>(&body)));
    println!("serde_json::Value {:.2} times", times(peak::<Value>(&body)));
    assert!(ours > 1.0, "the allocator counts");
    assert!(ours < 3.0, "{ours:.2} times the body");
}
