//! Documented errors of all operations.

use connect_api::Error;
use serde_json::json;

use super::case::client;
use super::cases;

#[tokio::test]
async fn documented_errors_of_all_operations_are_decoded() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    let mut count = 0;

    for case in cases::all() {
        let operation = stand_in.contract().operation(case.id).expect("an operation");
        let errors = operation.responses.iter().filter(|(status, _)| !(200..300).contains(*status));

        for (status, content) in errors {
            let name = format!("{} {status}", case.id);
            let example = content.as_ref().and_then(|content| content.example.as_ref());
            let example = example.unwrap_or_else(|| panic!("{name}: no example"));
            stand_in.set_next_response(case.id, *status);

            let Err(error) = (case.send)(&client).await else { panic!("{name}: a success") };
            assert_eq!(error.operation(), Some(case.id));
            assert_eq!(error.status().map(|status| status.as_u16()), Some(*status), "{name}");

            let code = example["errors"][0]["code"].as_str().expect("a code");
            assert_eq!(error.code().map(AsRef::as_ref), Some(code), "{name}");

            let text = error.to_string();
            assert!(!text.contains(['\n', '\r']), "{text}");

            for part in [case.id, case.method, code, &status.to_string()] {
                assert!(text.contains(part), "{text}: {part}");
            }

            let Error::Api(error) = error else { panic!("{name}: {text}") };
            assert_eq!(json!({ "errors": error.errors }), *example, "{name}");
            assert!(error.excerpt.is_none() && !error.errors.is_empty(), "{name}");

            let id = error.request_id().expect("a request id");
            assert!(text.contains(id) && error.headers["x-request-id"] == id, "{text}");

            count += 1;
        }
    }

    // 185 documented responses, without one success for each of the 33 operations.
    assert_eq!(count, 152);
    assert_eq!(stand_in.requests().len(), 152);
}

#[tokio::test]
async fn response_with_several_errors_keeps_all_of_them() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    let call = client.get_print_jobs().sent_from(["mars".into()]).status(["lost".into()]);
    let Err(Error::Api(error)) = call.send().await else { panic!("expected an API error") };

    assert_eq!((error.status.as_u16(), error.errors.len()), (400, 2), "{error}");
    let text = error.to_string();
    assert!(text.contains("mars") && text.contains("lost"), "{text}");
}

#[tokio::test]
async fn wrong_token_is_403_and_missing_token_is_401() {
    let stand_in = connect_tests::start_stand_in().await;
    let builder = || connect_api::Client::builder().base_url(stand_in.base_url());
    let result = builder().token("another").build().expect("a client").get_settings().send().await;

    assert_eq!(
        result.expect_err("a wrong token").status().map(|status| status.as_u16()),
        Some(403)
    );
    let without_token = builder().build().expect("a client");
    let result = without_token.get_settings().send().await;
    assert_eq!(result.expect_err("no token").status().map(|status| status.as_u16()), Some(401));

    without_token.get_uptime().send().await.expect("an operation without authentication");
    assert!(!stand_in.requests()[2].headers.contains_key("authorization"));
}
