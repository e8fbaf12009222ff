//! Tokens that expire.

use connect_tests::stand_in::farm::Farm;

use super::{MINUTE, SECOND, Site, refusal, refused};

#[tokio::test]
async fn a_token_expires_by_the_farms_clock() {
    let site = Site::new(Farm::sized(1, 1).token_lifetime(10 * MINUTE)).await;
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
