//! The farm's clock and its limits.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use connect_stand_in::farm::MAX_FARM_AGE;
use connect_stand_in::{Farm, StandIn};

use super::{HOUR, MINUTE, SECOND, TestFarm};

#[tokio::test]
async fn default_stand_in_has_the_sample_farm() {
    let stand_in = StandIn::start().await;
    let before = stand_in.now();
    stand_in.advance(HOUR);
    assert_eq!(stand_in.now(), before + HOUR);
    assert_eq!(stand_in.files().len(), 5);
}

#[tokio::test]
async fn request_advances_clock_by_tick_or_one_second() {
    for (farm, expected) in [
        (Farm::new(), 3 * SECOND),
        (Farm::new().tick(MINUTE), 3 * MINUTE),
        (Farm::new().tick(Duration::ZERO), Duration::ZERO),
    ] {
        let farm = TestFarm::new(farm).await;
        let before = farm.stand_in.now();
        for _ in 0..3 {
            farm.client.get_uptime().send().await.expect("an uptime");
        }

        assert_eq!(farm.stand_in.now(), before + expected);
    }

    // Requests do not advance a clock that runs by itself.
    let farm = TestFarm::new(Farm::new().speed(1)).await;
    let started = Instant::now();
    let before = farm.stand_in.now();
    farm.client.get_uptime().send().await.expect("an uptime");

    let after = farm.stand_in.now();
    assert!(after - before <= TimeDelta::from_std(started.elapsed()).expect("a time"));
}

#[tokio::test]
async fn client_can_wait_for_action_with_default_farm() {
    for farm in [Farm::new(), Farm::with_size(2, 1)] {
        let farm = TestFarm::new(farm).await;
        let cluster = farm.clusters().await.swap_remove(1);
        let printer = farm.printer_uuids(&cluster).await.swap_remove(0);
        let rename = farm.client.rename_printer(&cluster, &printer, "Kallisto").wait();
        let rename = rename.poll_interval(Duration::from_millis(1));
        let result = tokio::time::timeout(MINUTE, rename).await;

        result.expect("no timeout").expect("a new name");
    }
}

#[tokio::test]
#[should_panic(expected = "the maximum age of a farm is a hundred years")]
async fn advance_panics_beyond_maximum_age() {
    StandIn::start().await.advance(Duration::MAX);
}

#[tokio::test]
async fn farm_responds_at_its_maximum_age() {
    let last = DateTime::parse_from_rfc3339("9899-12-31T23:59:59Z").expect("a time");
    for start in [DateTime::UNIX_EPOCH, last.with_timezone(&Utc)] {
        let farm = TestFarm::new(Farm::new().start_time(start)).await;
        farm.stand_in.advance(MAX_FARM_AGE);

        for cluster in farm.clusters().await {
            let status = farm.client.get_cluster_status(&cluster).send().await.expect("a status");
            assert_eq!(status.generated_time, Some(start + MAX_FARM_AGE));
        }
    }
}

#[tokio::test]
async fn start_time_out_of_range_is_an_error() {
    for start in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let result = StandIn::builder().farm(Farm::new().start_time(start)).start().await;
        let error = result.expect_err("an error").to_string();
        assert!(error.starts_with("the farm cannot start at "), "{error}");
    }
}

#[tokio::test]
async fn clock_that_is_too_fast_for_simulation_does_not_block_requests() {
    let farm = Farm::with_size(3, 50).random_events(1).speed(u32::MAX);
    let requests = async {
        let farm = TestFarm::new(farm).await;
        let first = farm.stand_in.now();
        for cluster in farm.clusters().await {
            farm.client.get_cluster_status(&cluster).send().await.expect("a status");
        }

        assert!(farm.stand_in.now() > first + HOUR);
    };

    tokio::time::timeout(Duration::from_secs(120), requests).await.expect("responses");
}
