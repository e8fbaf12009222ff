//! The maximum size of responses, and empty responses.

use connect_api::{CallOptions, Error};
use connect_stand_in::{BodyLength, Fault};

use super::{Call, client};

const MIB: u64 = 1 << 20;

/// The maximum number of bytes in socket buffers, which the server sends although the client does not
/// read them.
const SOCKET_BUFFERS: u64 = 24 * MIB;

#[tokio::test]
async fn body_above_the_maximum_is_an_error_and_not_read_to_the_end() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for call in Call::ALL {
        for length in [BodyLength::ContentLength, BodyLength::Chunked] {
            for (limit, options) in [
                (2 << 10, CallOptions::new().max_response_size(2 << 10)),
                (16 << 20, CallOptions::new()),
            ] {
                stand_in.take_requests();
                stand_in.inject_faults(call.operation(), [Fault::OversizedBody(64 * MIB, length)]);
                let before = stand_in.traffic().bytes_sent();
                let error = call.send(&client, options).await.expect_err("too large");
                let sent = stand_in.traffic().bytes_sent() - before;

                assert!(sent < limit + SOCKET_BUFFERS, "{sent} of 64 MiB were sent, {length:?}");
                let Error::Transport(transport) = &error else { panic!("{error:?}") };
                assert!(transport.is_response_too_large(), "{error:?}");

                let message = format!("the response body is larger than {limit} bytes");
                assert!(error.to_string().contains(&message), "{error}");
                assert_eq!(stand_in.requests().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn body_of_the_maximum_size_is_accepted() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    let length = stand_in.contract().operation("print").expect("a documented operation");
    let length = length.responses[&200].as_ref().and_then(|content| content.example.as_ref());
    let length = length.expect("an example").to_string().len();
    let with = |limit| Call::Print.send(&client, CallOptions::new().max_response_size(limit));

    with(length).await.expect("a response");
    let Err(Error::Transport(error)) = with(length - 1).await else {
        panic!("expected a transport error")
    };
    assert!(error.is_response_too_large());
}

#[tokio::test]
async fn error_body_is_read_although_it_exceeds_the_maximum() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for call in Call::ALL {
        stand_in.inject_faults(call.operation(), [Fault::Status(404)]);
        let options = CallOptions::new().max_response_size(1);
        let error = call.send(&client, options).await.expect_err("not found");
        assert!(error.status().is_some() && error.code().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn empty_response_is_a_no_data_error() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for body in ["", "null", " \n", "\"\""] {
        stand_in.inject_faults("get_spec", [Fault::Body("application/json", body)]);
        let error = client.get_spec().send().await.expect_err("no data");
        assert!(matches!(error, Error::NoData(_)), "{body:?}: {error:?}");
    }
}
