//! The farm's time, to its ends.

use std::time::Duration;

use chrono::{DateTime, Utc};
use connect_stand_in::farm::LIFE;
use connect_stand_in::{Farm, StandIn};

use super::{HOUR, Site};

#[tokio::test]
async fn a_stand_in_has_a_farm_unless_it_is_told_otherwise() {
    let stand_in = StandIn::start().await;
    let before = stand_in.now();
    stand_in.advance(HOUR);
    assert_eq!(stand_in.now(), before + HOUR);
    assert_eq!(stand_in.files().len(), 5);
}

#[tokio::test]
#[should_panic(expected = "a farm lives for a hundred years")]
async fn a_clock_is_not_pushed_for_ever() {
    StandIn::start().await.advance(Duration::MAX);
}

#[tokio::test]
async fn a_farm_answers_on_its_last_day() {
    let last = DateTime::parse_from_rfc3339("9899-12-31T23:59:59Z").expect("a time");
    for start in [DateTime::UNIX_EPOCH, last.with_timezone(&Utc)] {
        let site = Site::new(Farm::new().starts_at(start)).await;
        site.farm.advance(LIFE);
        for cluster in site.clusters().await {
            let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
            assert_eq!(status.generated_time, Some(start + LIFE));
        }
    }
}

#[tokio::test]
async fn a_farm_does_not_begin_when_its_time_cannot_be_told() {
    for start in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let started = StandIn::builder().farm(Farm::new().starts_at(start)).start().await;
        let error = started.expect_err("no such time").to_string();
        assert!(error.starts_with("a farm cannot begin at "), "{error}");
    }
}

#[tokio::test]
async fn a_clock_that_nobody_could_follow_leaves_time_to_answer() {
    let farm = Farm::sized(3, 50).lively(1).speed(u32::MAX);
    let asked = async {
        let site = Site::new(farm).await;
        let first = site.farm.now();
        for cluster in site.clusters().await {
            site.client.get_cluster_status(&cluster).send().await.expect("a status");
        }
        assert!(site.farm.now() > first + HOUR);
    };
    tokio::time::timeout(Duration::from_secs(120), asked).await.expect("answers");
}
