//! Tokens that expire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect_api::{AccessToken, BoxFuture, Client, TokenError, TokenProvider};
use connect_stand_in::StandIn;
use connect_stand_in::farm::Farm;

use super::{MINUTE, SECOND, Site, refusal, refused};

#[tokio::test]
async fn a_token_expires_by_the_farms_clock() {
    let site =
        Site::new(Farm::with_size(1, 1).token_lifetime(10 * MINUTE).tick(Duration::ZERO)).await;
    site.farm.advance(10 * MINUTE - SECOND);
    let cluster = site.cluster().await;
    site.farm.advance(SECOND);

    let late = site.client.get_cluster(&cluster).send().await.expect_err("a refusal");
    assert_eq!(refusal(late), refused(403, "tokenExpired"));

    // What wants no token does not mind.
    site.client.get_uptime().send().await.expect("an uptime");
    site.farm.renew_token("stand-in-token");
    site.client.get_cluster(&cluster).send().await.expect("a cluster");
}

#[tokio::test]
async fn the_token_is_the_one_that_is_accepted_now() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    site.farm.renew_token("the second");
    let refused_now = site.client.get_clusters().send().await.expect_err("a refusal");

    assert_eq!(refusal(refused_now), refused(403, "tokenExpired"));
    let client = Client::builder().base_url(site.farm.base_url()).token(site.farm.token());
    client.build().expect("a client").get_clusters().send().await.expect("a page");
}

/// Has the farm give out a new token whenever one has expired.
struct Renewing {
    farm: Arc<StandIn>,
    given: Arc<AtomicUsize>,
}

impl TokenProvider for Renewing {
    fn token<'a>(
        &'a self,
        refused: Option<&'a AccessToken>,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        if refused.is_some() {
            let number = self.given.fetch_add(1, Ordering::SeqCst) + 1;
            self.farm.renew_token(format!("token {number}"));
        }

        let number = self.given.load(Ordering::SeqCst);
        Box::pin(async move { Ok(AccessToken::from(format!("token {number}"))) })
    }
}

#[tokio::test]
async fn a_program_outlives_its_tokens() {
    let plan = Farm::with_size(1, 1).token_lifetime(10 * MINUTE).tick(MINUTE);
    let farm = StandIn::builder().token("token 0").farm(plan).start().await.expect("a stand-in");
    let (farm, given) = (Arc::new(farm), Arc::new(AtomicUsize::new(0)));
    let provider = Renewing { farm: farm.clone(), given: given.clone() };
    let client = Client::builder().base_url(farm.base_url()).token_provider(provider);
    let client = client.build().expect("a client");

    for _ in 0..100 {
        client.get_clusters().send().await.expect("a page");
    }

    // Each token serves nine requests, and a tenth that finds it expired.
    assert_eq!((given.load(Ordering::SeqCst), farm.requests().len()), (11, 111));
}
