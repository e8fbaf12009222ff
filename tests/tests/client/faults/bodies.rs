//! Bodies that are longer than anybody expected.

use connect_api::{CallOptions, Error};
use connect_stand_in::{BodyLength, Fault};

use super::{Call, client};

const MIB: u64 = 1 << 20;

/// What the kernel takes from the server although the client reads no more of it.
const IN_BUFFERS: u64 = 24 * MIB;

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_not_even_fetched() {
    let stand_in = connect_tests::examples().await;
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
                let error = call.send(&client, options).await.expect_err("too long");
                let sent = stand_in.traffic().bytes_sent() - before;

                assert!(sent < limit + IN_BUFFERS, "{sent} of 64 MiB were sent, {length:?}");
                let Error::Transport(refused) = &error else { panic!("{error:?}") };
                assert!(refused.is_response_too_large(), "{error:?}");

                let says = format!("the response body is larger than {limit} bytes");
                assert!(error.to_string().contains(&says), "{error}");
                assert_eq!(stand_in.requests().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn the_limit_is_the_longest_body_that_is_taken() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);
    let length = stand_in.contract().operation("print").expect("it is documented");
    let length = length.responses[&200].as_ref().and_then(|content| content.example.as_ref());
    let length = length.expect("an example").to_string().len();
    let with = |limit| Call::Print.send(&client, CallOptions::new().max_response_size(limit));

    with(length).await.expect("an answer");
    let Err(Error::Transport(error)) = with(length - 1).await else { panic!("too long") };
    assert!(error.is_response_too_large());
}

#[tokio::test]
async fn a_low_limit_hides_no_error() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);

    for call in Call::ALL {
        stand_in.inject_faults(call.operation(), [Fault::Status(404)]);
        let options = CallOptions::new().max_response_size(1);
        let error = call.send(&client, options).await.expect_err("not found");
        assert!(error.status().is_some() && error.code().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn nothing_where_the_whole_answer_was_expected_is_an_outcome_of_its_own() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);

    for nothing in ["", "null", " \n", "\"\""] {
        stand_in.inject_faults("get_spec", [Fault::Body("application/json", nothing)]);
        let error = client.get_spec().send().await.expect_err("nothing");
        assert!(matches!(error, Error::NoData(_)), "{nothing:?}: {error:?}");
    }
}
