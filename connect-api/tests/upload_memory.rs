//! How much memory the upload of a long file takes. A process of its own, since only the highest
//! mark of a whole process can be read.

#![cfg(all(feature = "upload", target_os = "linux"))]

use connect_api::{Client, UploadSource};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const GIB: u64 = 1 << 30;

/// What all of it, host and tests included, may take beyond what it takes idle, in KiB.
const MOST: u64 = 32 << 10;

/// The highest resident memory of this process so far, in KiB.
fn highest() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A host that counts what it takes.
async fn host(listener: TcpListener) -> u64 {
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }

    assert!(!String::from_utf8(head).unwrap().to_lowercase().contains("authorization"));
    let mut taken = connection.take(GIB);
    let bytes = tokio::io::copy(&mut taken, &mut tokio::io::sink()).await.unwrap();
    let mut connection = taken.into_inner();
    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();

    bytes
}

#[tokio::test]
async fn a_gibibyte_is_uploaded_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");

    // Without a byte on the disk: what is never written reads as zeros.
    std::fs::File::create(&path).unwrap().set_len(GIB).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let host = tokio::spawn(host(listener));
    let client = Client::new("secret-token");
    let before = highest();
    let upload = client.upload(url, "application/octet-stream", UploadSource::file(path));

    upload.send().await.unwrap();
    let taken = highest() - before;
    println!("uploading 1 GiB took {taken} KiB beyond the {before} KiB of before");

    assert_eq!(host.await.unwrap(), GIB);
    assert!(taken < MOST, "{taken} KiB");
}
