//! Decoding of a cluster's status of 50 printers and 500 jobs: our models, progenitor's models of
//! the same document, and no model at all.

mod support;

use std::hint::black_box;

use connect_api::models::ClusterStatusResponse;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use progenitor_peer::types::ClusterStatusResponseEnvelope;
use serde_json::Value;
use support::{Data, in_turns, report, status};

fn ours(body: &[u8]) -> Data<ClusterStatusResponse> {
    serde_json::from_slice(body).expect("our model")
}

fn progenitors(body: &[u8]) -> ClusterStatusResponseEnvelope {
    serde_json::from_slice(body).expect("progenitor's model")
}

fn value(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

fn decode(criterion: &mut Criterion) {
    let body = status(50, 500);
    assert_eq!(ours(&body).data.print_jobs.map(|jobs| jobs.len()), Some(500));

    println!("a status of {} bytes", body.len());
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("connect-api", |bencher| bencher.iter(|| ours(black_box(&body))));
    group.bench_function("progenitor", |bencher| bencher.iter(|| progenitors(black_box(&body))));
    group.bench_function("serde_json::Value", |bencher| bencher.iter(|| value(black_box(&body))));
    group.finish();

    let one = || drop(black_box(ours(&body)));
    report("decode, to progenitor", in_turns(500, one, || drop(black_box(progenitors(&body)))));
    report("decode, to serde_json::Value", in_turns(500, one, || drop(black_box(value(&body)))));
}

criterion_group!(benches, decode);
criterion_main!(benches);
