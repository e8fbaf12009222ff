//! Routes that the document lacks, as who calls them with `Client::request` finds them.

use connect_api::{Error, Method};
use connect_stand_in::farm::undocumented::ROUTES;
use connect_stand_in::route::split_path;
use connect_stand_in::{Farm, Fault, StandIn};
use serde_json::Value;

use super::{HOUR, Site, refusal, refused};

#[tokio::test]
async fn the_usage_counts_what_was_printed() {
    let site = Site::new(Farm::with_size(2, 1)).await;
    let cluster = site.cluster().await;
    site.print(&cluster).await;
    site.print(&cluster).await;
    site.farm.advance(24 * HOUR);

    let usage: Value = site.client.request(Method::GET, "/usage").send().await.expect("usage");
    let of = |printer: usize| {
        let printer = &usage[printer];
        (printer["print_job_count"].as_u64(), printer["time_elapsed"].as_u64())
    };

    assert_eq!((of(0), of(1)), ((Some(2), Some(7200)), (Some(0), Some(0))));
    assert_eq!(usage[0]["cluster_id"], *cluster);
}

#[tokio::test]
async fn all_clusters_are_shared_at_once() {
    let site = Site::new(Farm::new()).await;
    let shared = site.client.request(Method::POST, "/clusters/share_all").send::<Value>().await;
    assert_eq!(shared.expect("an answer")["cluster_ids"].as_array().map(Vec::len), Some(3));

    let clusters = site.client.get_clusters().send().await.expect("a page");
    assert!(clusters.items.iter().all(|cluster| cluster.organization_shared == Some(true)));
}

#[tokio::test]
async fn they_want_the_bearer_as_all_others_do() {
    let site = Site::new(Farm::new()).await;
    let client = connect_api::Client::builder().base_url(site.farm.base_url()).token("another");
    let client = client.build().expect("a client");
    let refused = client.request(Method::POST, "/clusters/share_all").send::<Value>().await;

    assert!(matches!(refused, Err(Error::Api(error)) if error.status.as_u16() == 403));
    let clusters = site.client.get_clusters().send().await.expect("a page");
    assert!(clusters.items.iter().any(|cluster| cluster.organization_shared == Some(false)));
}

#[tokio::test]
async fn they_go_wrong_to_order_as_all_others_do() {
    let site = Site::new(Farm::new()).await;
    let usage = || site.client.request(Method::GET, "/usage").send::<Value>();
    let share = || site.client.request(Method::POST, "/clusters/share_all").send::<Value>();
    site.farm.inject_faults("GET /usage", [Fault::Disconnect, Fault::Status(503)]);
    share().await.expect("no fault of its own");

    assert!(matches!(usage().await, Err(Error::Transport(_))));
    assert_eq!(refusal(usage().await.expect_err("a refusal")), refused(503, "serviceUnavailable"));

    usage().await.expect("usage");
    let faults = site.farm.take_requests().into_iter().map(|request| request.fault);
    let ordered = [None, Some(Fault::Disconnect), Some(Fault::Status(503)), None];

    assert_eq!(faults.collect::<Vec<_>>(), ordered);
}

#[tokio::test]
async fn one_in_so_many_goes_wrong_there_too() {
    let site = Site::new(Farm::new()).await;
    site.farm.inject_fault_every(1, [Fault::Status(503)]);
    let share = site.client.request(Method::POST, "/clusters/share_all").send::<Value>();

    assert_eq!(share.await.expect_err("a refusal").status().map(|code| code.as_u16()), Some(503));
    let file = format!("{}/jobs/upload", site.farm.upload_service_url());
    let request = reqwest::Client::new().put(file).bearer_auth(site.farm.token());
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 503);

    site.farm.clear_faults();
    let clusters = site.client.get_clusters().send().await.expect("a page");
    let shared = |shared: Option<bool>| shared == Some(true);
    let untouched = clusters.items.iter().any(|cluster| !shared(cluster.organization_shared));

    assert!(untouched, "what was refused was not done");
}

#[tokio::test]
#[should_panic(expected = "the farm no such route")]
async fn a_fault_of_a_route_that_is_not_there_cannot_be_ordered() {
    StandIn::start().await.inject_faults("PUT /usage", [Fault::Disconnect]);
}

/// A route that has come into the document is to be served as that says.
#[tokio::test]
async fn the_document_still_lacks_them() {
    let stand_in = StandIn::start().await;
    for (method, route, _) in &ROUTES {
        let path = split_path(route).expect("a path");
        let mut methods = stand_in.contract().paths.iter();
        let found = methods.find(|(template, _)| template.matches(&path).is_some());
        let has = found.is_some_and(|(_, methods)| methods.contains_key(method.as_str()));
        assert!(!has, "{method} {route} is documented");
    }
}
