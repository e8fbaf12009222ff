//! Lists: their pages, their filters, their limits.

use std::collections::BTreeSet;

use connect_api::models::{PrintJobOrigin, PrintJobState};
use connect_stand_in::farm::Farm;

use super::{HOUR, Site, refusal, refused};

#[tokio::test]
async fn a_thousand_clusters_come_in_fifty_pages_each_once() {
    let site = Site::new(Farm::with_size(1000, 1)).await;
    let mut ids = Vec::new();
    for number in 1..=51 {
        let page = site.client.get_clusters().limit(20).page(number).send().await.expect("a page");
        assert_eq!((page.total_pages(), page.total_count()), (Some(50), Some(1000)));
        assert!(!page.limit_reached());

        let links = page.links.clone().expect("links");
        assert_eq!(links.next.is_some(), number < 50, "{number}");
        assert_eq!(links.prev.is_some(), number > 1, "{number}");
        assert_eq!(page.items.len(), if number <= 50 { 20 } else { 0 });

        ids.extend(page.into_iter().map(|cluster| cluster.cluster_id));
    }

    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1000);
    // A list without a limit is the whole of it, in the same order.
    assert_eq!(site.clusters().await, ids);
}

#[tokio::test]
async fn the_links_lead_to_the_neighbours_with_the_same_filter() {
    let site = Site::new(Farm::new()).await;
    let request = site.client.get_print_jobs().limit(3).page(2).status([PrintJobState::History]);
    let page = request.send().await.expect("a page");
    let next = page.links.expect("links").next.expect("a third page");
    let answer = reqwest::Client::new().get(next).bearer_auth(site.farm.token()).send().await;
    let answer: serde_json::Value = answer.expect("an answer").json().await.expect("JSON");
    let third = site.client.get_print_jobs().limit(3).page(3).status([PrintJobState::History]);
    let third: Vec<_> =
        third.send().await.expect("a page").into_iter().map(|job| job.uuid).collect();
    let jobs = answer["data"].as_array().expect("a list").iter();

    assert_eq!(jobs.map(|job| job["uuid"].as_str().expect("text")).collect::<Vec<_>>(), third);
}

#[tokio::test]
async fn odd_numbers_are_answered_as_the_nearest_that_mean_something() {
    let site = Site::new(Farm::with_size(3, 1)).await;
    let seen = async |page: i64, limit: i64| {
        let page = site.client.get_clusters().page(page).limit(limit).send().await;
        let page = page.expect("a page");
        (page.items.len(), page.total_pages())
    };

    assert_eq!(seen(-1, 2).await, (2, Some(2)));
    assert_eq!(seen(0, i64::MAX).await, (3, Some(1)));
    assert_eq!(seen(3, 0).await, (1, Some(3)));
    assert_eq!(seen(i64::MAX, i64::MAX).await, (0, Some(1)));

    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;

    for (quantity, copies) in [(0, 1), (-7, 2), (i64::MAX, 102)] {
        let request = site.client.send_print_job_action(&cluster, &job, "duplicate");
        let action = request.quantity(quantity).send().await.expect("an action");
        assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");

        let jobs = site.client.get_print_jobs().send().await.expect("a page");
        assert_eq!(jobs.total_count(), Some(1 + copies));
    }
}

#[tokio::test]
async fn a_small_subscription_sees_less() {
    let site = Site::new(Farm::with_size(9, 1).cluster_limit(5)).await;
    let page = site.client.get_clusters().limit(2).page(3).send().await.expect("a page");
    assert_eq!((page.items.len(), page.total_pages(), page.limit_reached()), (1, Some(3), true));
}

#[tokio::test]
async fn clusters_are_filtered_sorted_and_preferred() {
    let site = Site::new(Farm::new()).await;
    let names = async |request: connect_api::requests::GetClusters| {
        let page = request.send().await.expect("a page").into_iter();
        page.map(|cluster| cluster.friendly_name.expect("a name")).collect::<Vec<_>>()
    };

    let request = || site.client.get_clusters();
    assert_eq!(names(request()).await, ["Workshop", "Engineering", "Reception"]);
    assert_eq!(names(request().machine_variant("Ultimaker S7")).await, ["Engineering"]);

    let sorted = ["Engineering", "Reception", "Workshop"];
    assert_eq!(names(request().sort("friendly_name")).await, sorted);
    assert_eq!(names(request().sort("-friendly_name")).await[0], "Workshop");
    assert_eq!(names(request().prefer_print_core_2("AA 0.8")).await[0], "Engineering");

    let teams = site.client.get_cluster_team_counts().send().await.expect("counts");
    let counts = teams.counts.expect("counts");
    let shared = counts.iter().find(|(_, count)| **count == 1).expect("a team").0;

    assert_eq!(names(request().team_ids([shared])).await, ["Workshop"]);
}

#[tokio::test]
async fn jobs_are_filtered_by_all_that_the_query_names() {
    let site = Site::new(Farm::new()).await;
    let clusters = site.clusters().await;
    let all = site.client.get_print_jobs().send().await.expect("a page").items;

    assert!(all.len() > 15 && all.is_sorted_by_key(|job| std::cmp::Reverse(job.created_at)));
    let request = || site.client.get_print_jobs();

    let hold = |name: &str, found: Vec<String>, expected: Vec<String>| {
        assert!(!found.is_empty() && found.len() < all.len(), "{name}");
        assert_eq!(found, expected, "{name}");
    };
    type Jobs = Vec<connect_api::models::PrintJobInstanceResponse>;

    let ids = |jobs: Jobs| jobs.into_iter().map(|job| job.uuid).collect::<Vec<_>>();
    let only = |wanted: &dyn Fn(&connect_api::models::PrintJobInstanceResponse) -> bool| {
        ids(all.iter().filter(|job| wanted(job)).cloned().collect())
    };
    let found = async |request: connect_api::requests::GetPrintJobs| {
        ids(request.send().await.expect("a page").items)
    };
    let cluster = clusters[1].clone();
    let expected = only(&|job| job.cluster_id == cluster);

    hold("cluster_ids", found(request().cluster_ids([&*cluster])).await, expected);
    let states = [PrintJobState::Waiting, PrintJobState::InProgress];
    let expected = only(&|job| states.contains(&job.state));
    hold("status", found(request().status(states.clone())).await, expected);

    let expected = only(&|job| job.sent_from == PrintJobOrigin::Usb);
    hold("sent_from", found(request().sent_from([PrintJobOrigin::Usb])).await, expected);
    let expected = only(&|job| job.owner.as_deref() == Some("ada-lovelace"));
    hold("private_only", found(request().private_only(true)).await, expected);

    let expected = only(&|job| job.name == "vase.ufp");
    hold("search by file", found(request().search("VASE")).await, expected);
    let expected = only(&|job| job.printer_name.as_deref() == Some("Atlas"));
    hold("search by printer", found(request().search("atlas")).await, expected);
}

#[tokio::test]
async fn reports_are_of_their_time() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let first = site.print(&cluster).await;
    site.farm.advance(48 * HOUR);

    let second = site.print(&cluster).await;
    let report = async |from: &str, to: &str| {
        let page = site.client.get_print_job_reports(from, to).send().await;
        page.map(|page| page.into_iter().map(|job| job.uuid).collect::<Vec<_>>())
    };

    let day = |hours: u32| (site.farm.now() - HOUR * hours).format("%Y-%m-%d").to_string();
    let (before, between, after) = (day(72), day(24), day(0));
    assert_eq!(report(&before, &between).await.expect("a report"), [&*first]);

    let end = format!("{after}T23:59:59+01");
    assert_eq!(report(&between, &end).await.expect("a report"), [&*second]);
    assert_eq!(report(&before, &end).await.expect("a report"), [second, first]);

    let error = report("yesterday", &after).await.expect_err("a refusal");
    assert_eq!(refusal(error), refused(400, "requiredField"));
}
