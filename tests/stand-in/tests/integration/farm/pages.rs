//! Lists: pages, filters and limits.

use std::collections::BTreeSet;

use connect_api::models::{PrintJobInstanceResponse, PrintJobOrigin, PrintJobState};
use connect_stand_in::farm::Farm;

use super::{HOUR, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn pages_contain_each_cluster_once() {
    let farm = TestFarm::new(Farm::with_size(1000, 1)).await;
    let mut ids = Vec::new();
    for number in 1..=51 {
        let page = farm.client.get_clusters().limit(20).page(number).send().await.expect("a page");
        assert_eq!((page.total_pages(), page.total_count()), (Some(50), Some(1000)));
        assert!(!page.limit_reached());

        let links = page.links.clone().expect("links");
        assert_eq!(links.next.is_some(), number < 50, "{number}");
        assert_eq!(links.prev.is_some(), number > 1, "{number}");
        assert_eq!(page.items.len(), if number <= 50 { 20 } else { 0 });

        ids.extend(page.into_iter().map(|cluster| cluster.cluster_id));
    }

    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1000);

    // A list without a limit has all clusters in the same order.
    assert_eq!(farm.clusters().await, ids);
}

#[tokio::test]
async fn page_links_keep_the_filters() {
    let farm = TestFarm::new(Farm::new()).await;
    let request = farm.client.get_print_jobs().limit(3).page(2).status([PrintJobState::History]);
    let page = request.send().await.expect("a page");
    let next = page.links.expect("links").next.expect("a third page");

    let response = reqwest::Client::new().get(next).bearer_auth(farm.stand_in.token()).send().await;
    let response: serde_json::Value = response.expect("a response").json().await.expect("JSON");
    let jobs = response["data"].as_array().expect("a list").iter();
    let actual: Vec<_> = jobs.map(|job| job["uuid"].as_str().expect("text")).collect();

    let request = farm.client.get_print_jobs().limit(3).page(3).status([PrintJobState::History]);
    let third_page = request.send().await.expect("a page").into_iter();
    let expected: Vec<_> = third_page.map(|job| job.uuid).collect();
    assert_eq!(actual, expected);
}

#[tokio::test]
async fn numbers_out_of_range_are_clamped() {
    let farm = TestFarm::new(Farm::with_size(3, 1)).await;
    let get_page = async |page: i64, limit: i64| {
        let page = farm.client.get_clusters().page(page).limit(limit).send().await;
        let page = page.expect("a page");
        (page.items.len(), page.total_pages())
    };

    assert_eq!(get_page(-1, 2).await, (2, Some(2)));
    assert_eq!(get_page(0, i64::MAX).await, (3, Some(1)));
    assert_eq!(get_page(3, 0).await, (1, Some(3)));
    assert_eq!(get_page(i64::MAX, i64::MAX).await, (0, Some(1)));

    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;

    for (quantity, copies) in [(0, 1), (-7, 2), (i64::MAX, 102)] {
        let request = farm.client.send_print_job_action(&cluster, &job, "duplicate");
        let action = request.quantity(quantity).send().await.expect("an action");
        assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");

        let jobs = farm.client.get_print_jobs().send().await.expect("a page");
        assert_eq!(jobs.total_count(), Some(1 + copies));
    }
}

#[tokio::test]
async fn cluster_limit_cuts_off_the_list() {
    let farm = TestFarm::new(Farm::with_size(9, 1).cluster_limit(5)).await;
    let page = farm.client.get_clusters().limit(2).page(3).send().await.expect("a page");
    assert_eq!((page.items.len(), page.total_pages(), page.limit_reached()), (1, Some(3), true));
}

#[tokio::test]
async fn clusters_are_filtered_sorted_and_ranked_by_preference() {
    let farm = TestFarm::new(Farm::new()).await;
    let names = async |request: connect_api::requests::GetClusters| {
        let page = request.send().await.expect("a page").into_iter();
        page.map(|cluster| cluster.friendly_name.expect("a name")).collect::<Vec<_>>()
    };

    let request = || farm.client.get_clusters();
    assert_eq!(names(request()).await, ["Workshop", "Engineering", "Reception"]);
    assert_eq!(names(request().machine_variant("Ultimaker S7")).await, ["Engineering"]);

    let sorted = ["Engineering", "Reception", "Workshop"];
    assert_eq!(names(request().sort("friendly_name")).await, sorted);
    assert_eq!(names(request().sort("-friendly_name")).await[0], "Workshop");
    assert_eq!(names(request().prefer_print_core_2("AA 0.8")).await[0], "Engineering");

    let teams = farm.client.get_cluster_team_counts().send().await.expect("counts");
    let counts = teams.counts.expect("counts");
    let shared = counts.iter().find(|(_, count)| **count == 1).expect("a team").0;
    assert_eq!(names(request().team_ids([shared])).await, ["Workshop"]);
}

#[tokio::test]
async fn jobs_are_filtered_by_each_query_parameter() {
    let farm = TestFarm::new(Farm::new()).await;
    let clusters = farm.clusters().await;
    let all = farm.client.get_print_jobs().send().await.expect("a page").items;
    assert!(all.len() > 15 && all.is_sorted_by_key(|job| std::cmp::Reverse(job.created_at)));

    let request = || farm.client.get_print_jobs();
    let compare = |name: &str, actual: Vec<String>, expected: Vec<String>| {
        assert!(!actual.is_empty() && actual.len() < all.len(), "{name}");
        assert_eq!(actual, expected, "{name}");
    };
    let uuids = |jobs: Vec<PrintJobInstanceResponse>| {
        jobs.into_iter().map(|job| job.uuid).collect::<Vec<_>>()
    };
    let jobs_where = |predicate: &dyn Fn(&PrintJobInstanceResponse) -> bool| {
        uuids(all.iter().filter(|job| predicate(job)).cloned().collect())
    };
    let list = async |request: connect_api::requests::GetPrintJobs| {
        uuids(request.send().await.expect("a page").items)
    };

    let cluster = clusters[1].clone();
    let expected = jobs_where(&|job| job.cluster_id == cluster);
    compare("cluster_ids", list(request().cluster_ids([&*cluster])).await, expected);

    let states = [PrintJobState::Waiting, PrintJobState::InProgress];
    let expected = jobs_where(&|job| states.contains(&job.state));
    compare("status", list(request().status(states.clone())).await, expected);

    let expected = jobs_where(&|job| job.sent_from == PrintJobOrigin::Usb);
    compare("sent_from", list(request().sent_from([PrintJobOrigin::Usb])).await, expected);

    let expected = jobs_where(&|job| job.owner.as_deref() == Some("ada-lovelace"));
    compare("private_only", list(request().private_only(true)).await, expected);

    let expected = jobs_where(&|job| job.name == "vase.ufp");
    compare("search by file", list(request().search("VASE")).await, expected);

    let expected = jobs_where(&|job| job.printer_name.as_deref() == Some("Atlas"));
    compare("search by printer", list(request().search("atlas")).await, expected);
}

#[tokio::test]
async fn reports_contain_jobs_in_the_date_range() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let first = farm.print(&cluster).await;
    farm.stand_in.advance(48 * HOUR);
    let second = farm.print(&cluster).await;

    let report = async |from: &str, to: &str| {
        let page = farm.client.get_print_job_reports(from, to).send().await;
        page.map(|page| page.into_iter().map(|job| job.uuid).collect::<Vec<_>>())
    };
    let day = |hours: u32| (farm.stand_in.now() - HOUR * hours).format("%Y-%m-%d").to_string();
    let (before, between, after) = (day(72), day(24), day(0));
    assert_eq!(report(&before, &between).await.expect("a report"), [&*first]);

    let end = format!("{after}T23:59:59+01");
    assert_eq!(report(&between, &end).await.expect("a report"), [&*second]);
    assert_eq!(report(&before, &end).await.expect("a report"), [second, first]);

    let error = report("yesterday", &after).await.expect_err("an error");
    assert_eq!(status_and_code(error), api_error(400, "requiredField"));
}
