//! The farm's time, to its ends.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use connect_stand_in::farm::MAX_FARM_AGE;
use connect_stand_in::{Farm, StandIn};

use super::{HOUR, MINUTE, SECOND, Site};

#[tokio::test]
async fn a_stand_in_has_a_farm_unless_it_is_told_otherwise() {
    let stand_in = StandIn::start().await;
    let before = stand_in.now();
    stand_in.advance(HOUR);
    assert_eq!(stand_in.now(), before + HOUR);
    assert_eq!(stand_in.files().len(), 5);
}

#[tokio::test]
async fn a_request_takes_a_second_unless_it_is_told_otherwise() {
    for (farm, passed) in [
        (Farm::new(), 3 * SECOND),
        (Farm::new().tick(MINUTE), 3 * MINUTE),
        (Farm::new().tick(Duration::ZERO), Duration::ZERO),
    ] {
        let site = Site::new(farm).await;
        let before = site.farm.now();
        for _ in 0..3 {
            site.client.get_uptime().send().await.expect("an uptime");
        }

        assert_eq!(site.farm.now(), before + passed);
    }

    // A clock that runs needs no push.
    let site = Site::new(Farm::new().speed(1)).await;
    let since = Instant::now();
    let before = site.farm.now();
    site.client.get_uptime().send().await.expect("an uptime");

    let after = site.farm.now();
    assert!(after - before <= TimeDelta::from_std(since.elapsed()).expect("a time"));
}

#[tokio::test]
async fn an_action_is_waited_for_to_its_end_on_a_farm_as_it_comes() {
    for farm in [Farm::new(), Farm::with_size(2, 1)] {
        let site = Site::new(farm).await;
        let cluster = site.clusters().await.swap_remove(1);
        let printer = site.printer_ids(&cluster).await.swap_remove(0);
        let rename = site.client.rename_printer(&cluster, &printer, "Kallisto").wait();
        let rename = rename.poll_interval(Duration::from_millis(1));
        let ended = tokio::time::timeout(MINUTE, rename).await;

        ended.expect("an end").expect("a new name");
    }
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
        let site = Site::new(Farm::new().start_time(start)).await;
        site.farm.advance(MAX_FARM_AGE);

        for cluster in site.clusters().await {
            let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
            assert_eq!(status.generated_time, Some(start + MAX_FARM_AGE));
        }
    }
}

#[tokio::test]
async fn a_farm_does_not_begin_when_its_time_cannot_be_told() {
    for start in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let started = StandIn::builder().farm(Farm::new().start_time(start)).start().await;
        let error = started.expect_err("no such time").to_string();
        assert!(error.starts_with("a farm cannot begin at "), "{error}");
    }
}

#[tokio::test]
async fn a_clock_that_nobody_could_follow_leaves_time_to_answer() {
    let farm = Farm::with_size(3, 50).random_events(1).speed(u32::MAX);
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
