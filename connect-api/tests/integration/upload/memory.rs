//! The memory that the upload of a large file takes. The test has a process of its own, because
//! only the peak of a whole process can be read.

use connect_api::{Client, UploadSource};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::isolated;

const GIB: u64 = 1 << 30;

/// The limit for the whole process, including the upload host, above its peak before the upload, in
/// KiB.
const MAX_GROWTH: u64 = 32 << 10;

/// The peak resident memory of this process so far, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Receives one upload of a gibibyte and returns the number of bytes that arrived.
async fn receive_upload(listener: TcpListener) -> u64 {
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }

    assert!(!String::from_utf8(head).unwrap().to_lowercase().contains("authorization"));

    let mut body = connection.take(GIB);
    let bytes = tokio::io::copy(&mut body, &mut tokio::io::sink()).await.unwrap();

    let mut connection = body.into_inner();
    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();

    bytes
}

#[tokio::test]
async fn upload_of_one_gibibyte_takes_bounded_memory() {
    if isolated::case().is_none() {
        let test = "upload::memory::upload_of_one_gibibyte_takes_bounded_memory";
        isolated::run(test, "", |_| ());
        return;
    }

    // A sparse file: it takes no space on the disk, and reads as zeros.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse");
    std::fs::File::create(&path).unwrap().set_len(GIB).unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let host = tokio::spawn(receive_upload(listener));

    let client = Client::new("secret-token");
    let before = peak_memory();
    client.upload(url, "application/octet-stream", UploadSource::file(path)).send().await.unwrap();
    let growth = peak_memory() - before;

    assert_eq!(host.await.unwrap(), GIB);
    assert!(growth < MAX_GROWTH, "the upload took {growth} KiB in addition to {before} KiB");
}
