//! Expiry and renewal of tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::{AccessToken, BoxFuture, Client, TokenError, TokenProvider};
use connect_stand_in::StandIn;
use connect_stand_in::farm::Farm;

use super::{MINUTE, SECOND, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn token_expires_by_the_clock_of_the_farm() {
    let farm =
        TestFarm::new(Farm::with_size(1, 1).token_lifetime(10 * MINUTE).tick(Duration::ZERO)).await;
    farm.stand_in.advance(10 * MINUTE - SECOND);
    let cluster = farm.cluster().await;
    farm.stand_in.advance(SECOND);

    let expired = farm.client.get_cluster(&cluster).send().await.expect_err("an error");
    assert_eq!(status_and_code(expired), api_error(403, "tokenExpired"));

    // An operation that requires no token still succeeds.
    farm.client.get_uptime().send().await.expect("an uptime");

    farm.stand_in.renew_token("stand-in-token");
    farm.client.get_cluster(&cluster).send().await.expect("a cluster");
}

#[tokio::test]
async fn token_returns_the_renewed_token() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    farm.stand_in.renew_token("the second");
    let rejected = farm.client.get_clusters().send().await.expect_err("an error");
    assert_eq!(status_and_code(rejected), api_error(403, "tokenExpired"));

    let client = Client::builder().base_url(farm.stand_in.base_url()).token(farm.stand_in.token());
    client.build().expect("a client").get_clusters().send().await.expect("a page");
}

/// A provider that renews the token of the stand-in when it is rejected.
struct RenewingProvider {
    stand_in: Arc<StandIn>,
    renewals: Arc<AtomicUsize>,
}

impl TokenProvider for RenewingProvider {
    fn token<'a>(
        &'a self,
        rejected: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        if rejected.is_some() {
            let number = self.renewals.fetch_add(1, Ordering::SeqCst) + 1;
            self.stand_in.renew_token(format!("token {number}"));
        }

        let number = self.renewals.load(Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::from(format!("token {number}"))) })
    }
}

#[tokio::test]
async fn client_renews_expired_tokens() {
    let farm = Farm::with_size(1, 1).token_lifetime(10 * MINUTE).tick(MINUTE);
    let stand_in = StandIn::builder().token("token 0").farm(farm).start().await;
    let stand_in = Arc::new(stand_in.expect("a stand-in"));
    let renewals = Arc::new(AtomicUsize::new(0));

    let provider = RenewingProvider { stand_in: stand_in.clone(), renewals: renewals.clone() };
    let client = Client::builder().base_url(stand_in.base_url()).token_provider(provider);
    let client = client.build().expect("a client");

    for _ in 0..100 {
        client.get_clusters().send().await.expect("a page");
    }

    // Each token is valid for nine requests. The tenth is rejected and retried with the next token.
    assert_eq!((renewals.load(Ordering::SeqCst), stand_in.requests().len()), (11, 111));
}
