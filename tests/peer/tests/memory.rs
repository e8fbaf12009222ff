//! Peak memory of decoding and of a complete call, measured by the allocator.
//!
//! The tests are alone in their process and run one at a time, because the allocator counts all
//! allocations of the process.

#[path = "../benches/support.rs"]
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use connect_api::Client;
use connect_api::models::ClusterStatusResponse;
use peak_alloc::PeakAlloc;
use progenitor_peer::types::ClusterStatusResponseEnvelope;
use serde::de::DeserializeOwned;
use serde_json::Value;
use support::{Data, status};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Locked by the test that measures.
static MEASUREMENT: Mutex<()> = Mutex::new(());

/// Lengths just below and above powers of two, where a vector grows.
const JOBS: [usize; 10] = [1, 3, 50, 129, 257, 300, 500, 513, 1025, 3000];

/// Peak number of bytes allocated while a function runs.
fn peak_bytes<T>(run: impl FnOnce() -> T) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = run();
    let peak = ALLOCATOR.peak_usage();
    drop(result);

    peak - before
}

/// Peak memory of decoding, the body included, as a multiple of the body's length.
fn decoding_peak<T: DeserializeOwned>(body: &[u8]) -> f64 {
    let peak = peak_bytes(|| serde_json::from_slice::<T>(body).expect("a status"));
    (peak + body.len()) as f64 / body.len() as f64
}

#[test]
fn decoding_needs_less_than_three_times_the_body() {
    let _guard = MEASUREMENT.lock().unwrap_or_else(PoisonError::into_inner);
    println!("peak memory in lengths of the body: ours, progenitor's, a `Value`");

    for jobs in JOBS {
        let body = status(50.min(jobs), jobs);
        let ours = decoding_peak::<Data<ClusterStatusResponse>>(&body);
        let theirs = decoding_peak::<ClusterStatusResponseEnvelope>(&body);
        let value = decoding_peak::<Value>(&body);
        println!("{jobs} jobs, {} bytes: {ours:.2}, {theirs:.2}, {value:.2}", body.len());

        assert!(ours > 1.0, "the allocator does not count");
        assert!(ours < 3.0, "{ours:.2} times the body");
    }
}

/// Starts a server that sends this body for every request and allocates almost nothing.
fn serve(body: Arc<Vec<u8>>, chunked: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));

    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(&stream);
            let mut line = String::new();

            while matches!(reader.read_line(&mut line), Ok(3..)) {
                line.clear();
            }

            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n").expect("a client");
            if chunked {
                stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n").expect("a client");

                for chunk in body.chunks(10_000) {
                    write!(stream, "{:x}\r\n", chunk.len()).expect("a client");
                    stream.write_all(chunk).expect("a client");
                    stream.write_all(b"\r\n").expect("a client");
                }

                stream.write_all(b"0\r\n\r\n").expect("a client");
            } else {
                write!(stream, "Content-Length: {}\r\n\r\n", body.len()).expect("a client");
                stream.write_all(&body).expect("a client");
            }
        }
    });

    url
}

#[test]
fn call_needs_less_than_three_times_the_body() {
    let _guard = MEASUREMENT.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");

    // For shorter bodies, the read buffer of the connection (up to 400 KiB) dominates.
    for jobs in [500, 513, 1025, 3000] {
        let body = Arc::new(status(50, jobs));
        for chunked in [false, true] {
            let client = Client::builder().base_url(serve(body.clone(), chunked)).token("any");
            let client = client.build().expect("a client");
            let send = || runtime.block_on(client.get_cluster_status("c").send());

            // The first call allocates what later calls reuse.
            send().expect("a status");
            let peak = peak_bytes(|| send().expect("a status")) as f64;
            let times = peak / body.len() as f64;
            println!("{jobs} jobs, {} bytes, chunked {chunked}: {times:.2}", body.len());

            assert!(times > 1.0, "the allocator does not count");
            assert!(times < 3.0, "{times:.2} times the body");
        }
    }
}
