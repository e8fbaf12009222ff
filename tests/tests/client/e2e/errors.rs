//! Each documented error of each operation arrives as what it is.

use connect_api::Error;
use serde_json::json;

use super::case::client;
use super::cases;

#[tokio::test]
async fn every_documented_error_of_every_operation_arrives() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);
    let mut arrived = 0;

    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        let errors = operation.responses.iter().filter(|(status, _)| !(200..300).contains(*status));

        for (status, content) in errors {
            let place = format!("{} {status}", case.id);
            let example = content.as_ref().and_then(|content| content.example.as_ref());
            let example = example.unwrap_or_else(|| panic!("{place}: no example"));
            stand_in.set_next_response(case.id, *status);

            let Err(error) = (case.send)(&client).await else { panic!("{place}: a success") };
            assert_eq!(error.operation(), Some(case.id));
            assert_eq!(error.status().map(|it| it.as_u16()), Some(*status), "{place}");

            let code = example["errors"][0]["code"].as_str().expect("a code");
            assert_eq!(error.code().map(AsRef::as_ref), Some(code), "{place}");

            let text = error.to_string();
            assert!(!text.contains(['\n', '\r']), "{text}");

            for part in [case.id, case.method, code, &status.to_string()] {
                assert!(text.contains(part), "{text}: {part}");
            }

            let Error::Api(error) = error else { panic!("{place}: {text}") };
            assert_eq!(json!({ "errors": error.errors }), *example, "{place}");
            assert!(error.excerpt.is_none() && !error.errors.is_empty(), "{place}");

            let id = error.request_id().expect("a request id");
            assert!(text.contains(id) && error.headers["x-request-id"] == id, "{text}");

            arrived += 1;
        }
    }

    // The 185 documented responses but the one success of each of the 33 operations.
    assert_eq!(arrived, 152);
    assert_eq!(stand_in.requests().len(), 152);
}

#[tokio::test]
async fn what_the_stand_in_refuses_of_itself_arrives_with_every_error() {
    let stand_in = connect_tests::examples().await;
    let client = client(&stand_in);
    let call = client.get_print_jobs().sent_from(["mars".into()]).status(["lost".into()]);
    let Err(Error::Api(error)) = call.send().await else { panic!("an error was expected") };

    assert_eq!((error.status.as_u16(), error.errors.len()), (400, 2), "{error}");
    let text = error.to_string();
    assert!(text.contains("mars") && text.contains("lost"), "{text}");
}

#[tokio::test]
async fn a_wrong_token_and_none_are_told_apart() {
    let stand_in = connect_tests::examples().await;
    let builder = || connect_api::Client::builder().base_url(stand_in.base_url());
    let refused = builder().token("another").build().expect("a client").get_settings().send().await;

    assert_eq!(refused.expect_err("wrong").status().map(|it| it.as_u16()), Some(403));
    let without = builder().build().expect("a client");
    let refused = without.get_settings().send().await;
    assert_eq!(refused.expect_err("none").status().map(|it| it.as_u16()), Some(401));

    without.get_uptime().send().await.expect("an operation that wants no token");
    assert!(!stand_in.requests()[2].headers.contains_key("authorization"));
}
