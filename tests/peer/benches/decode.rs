//! Decoding of a cluster's status with 50 printers and 500 jobs: with our models, with progenitor's
//! models of the same document, and as `serde_json::Value`.

mod support;

use std::hint::black_box;

use connect_api::models::ClusterStatusResponse;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use progenitor_peer::types::ClusterStatusResponseEnvelope;
use serde_json::Value;
use support::{Data, compare, report, status};

fn decode_ours(body: &[u8]) -> Data<ClusterStatusResponse> {
    serde_json::from_slice(body).expect("our model")
}

fn decode_progenitor(body: &[u8]) -> ClusterStatusResponseEnvelope {
    serde_json::from_slice(body).expect("progenitor's model")
}

fn decode_value(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

fn decode(criterion: &mut Criterion) {
    let body = status(50, 500);
    assert_eq!(decode_ours(&body).data.print_jobs.map(|jobs| jobs.len()), Some(500));

    println!("a status of {} bytes", body.len());
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("connect-api", |bencher| bencher.iter(|| decode_ours(black_box(&body))));
    group.bench_function("progenitor", |bencher| {
        bencher.iter(|| decode_progenitor(black_box(&body)))
    });
    group.bench_function("serde_json::Value", |bencher| {
        bencher.iter(|| decode_value(black_box(&body)))
    });
    group.finish();

    let first = || drop(black_box(decode_ours(&body)));
    report(
        "decode, compared with progenitor",
        compare(500, first, || drop(black_box(decode_progenitor(&body)))),
    );
    report(
        "decode, compared with serde_json::Value",
        compare(500, first, || drop(black_box(decode_value(&body)))),
    );
}

criterion_group!(benches, decode);
criterion_main!(benches);
