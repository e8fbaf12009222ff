//! Tokens that expire.

use std::sync::atomic::{AtomicUsize, Ordering};

use connect_api::models::ErrorCode;
use connect_api::{AccessToken, BoxFuture, Client, Error, TokenError, TokenProvider};
use connect_stand_in::StandIn;

use super::{Call, client, retrying};

/// Provides the first token until the API refuses it, and the second token from then on.
struct TwoTokens(AtomicUsize, &'static str, &'static str);

impl TokenProvider for TwoTokens {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        if refused.is_some() {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        let token = if self.0.load(Ordering::SeqCst) == 0 { self.1 } else { self.2 };
        Box::pin(async move { Ok(AccessToken::from(token)) })
    }
}

#[tokio::test]
async fn expired_static_token_is_an_error_without_retries() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    stand_in.renew_token("another");

    for call in Call::ALL {
        stand_in.take_requests();
        let error = call.send(&client, retrying(4)).await.expect_err("expired");
        assert_eq!(error.code(), Some(&ErrorCode::TokenExpired));
        assert_eq!(stand_in.requests().len(), 1, "{call:?}");
    }
}

#[tokio::test]
async fn expired_token_of_a_provider_is_replaced_once_and_the_call_repeated_once() {
    for call in Call::ALL {
        for (accepted, requests) in [("first", 1), ("second", 2), ("third", 2)] {
            let stand_in =
                StandIn::builder().token("first").examples().start().await.expect("a stand-in");
            if accepted != "first" {
                stand_in.renew_token(accepted);
            }

            let provider = TwoTokens(AtomicUsize::new(0), "first", "second");
            let client = Client::builder().base_url(stand_in.base_url()).token_provider(provider);
            let client = client.build().expect("a client");
            let result = call.send(&client, retrying(4)).await;

            assert_eq!(stand_in.requests().len(), requests, "{call:?}, {accepted}");
            let last = stand_in.requests().pop().expect("a request");
            let expected = if requests == 1 { "Bearer first" } else { "Bearer second" };
            assert_eq!(last.headers["authorization"], expected);

            match (accepted, result) {
                ("first" | "second", Ok(_)) => {}
                ("third", Err(Error::Api(error))) => {
                    assert_eq!((error.status.as_u16(), error.attempts()), (403, requests));
                }
                (_, result) => panic!("{call:?}, {accepted}: {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn invalid_token_of_a_provider_is_an_error_and_not_sent() {
    let stand_in = StandIn::builder().token("good").examples().start().await.expect("a stand-in");
    for (invalid, message) in [
        ("", "is empty"),
        (" good ", "white space"),
        ("good\n", "white space"),
        ("Bearer good", "Bearer"),
        ("go\nod", "header"),
    ] {
        for (first, requests) in [(invalid, 0), ("expired", 1)] {
            stand_in.take_requests();
            let provider = TwoTokens(AtomicUsize::new(0), first, invalid);
            let client = Client::builder().base_url(stand_in.base_url()).token_provider(provider);
            let client = client.build().expect("a client");
            let error = Call::ALL[0].send(&client, retrying(4)).await.expect_err("no token");

            assert!(matches!(&error, Error::Token(token) if !token.is_transient()), "{error:?}");
            let text = error.to_string();
            assert!(text.contains("token provider") && text.contains(message), "{text}");
            assert_eq!(stand_in.requests().len(), requests, "{invalid:?}");
        }
    }
}
