//! Routes that the document lacks, called with `Client::request`.

use connect_api::{Error, Method};
use connect_stand_in::farm::operation::undocumented::ROUTES;
use connect_stand_in::route::split_path;
use connect_stand_in::{Farm, Fault, StandIn};
use serde_json::Value;

use super::{HOUR, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn usage_counts_prints_and_print_time() {
    let farm = TestFarm::new(Farm::with_size(2, 1)).await;
    let cluster = farm.cluster().await;
    farm.print(&cluster).await;
    farm.print(&cluster).await;
    farm.stand_in.advance(24 * HOUR);

    let usage: Value = farm.client.request(Method::GET, "/usage").send().await.expect("usage");
    let usage_of = |printer: usize| {
        let printer = &usage[printer];
        (printer["print_job_count"].as_u64(), printer["time_elapsed"].as_u64())
    };

    assert_eq!((usage_of(0), usage_of(1)), ((Some(2), Some(7200)), (Some(0), Some(0))));
    assert_eq!(usage[0]["cluster_id"], *cluster);
}

#[tokio::test]
async fn share_all_shares_all_clusters() {
    let farm = TestFarm::new(Farm::new()).await;
    let shared = farm.client.request(Method::POST, "/clusters/share_all").send::<Value>().await;
    assert_eq!(shared.expect("a response")["cluster_ids"].as_array().map(Vec::len), Some(3));

    let clusters = farm.client.get_clusters().send().await.expect("a page");
    assert!(clusters.items.iter().all(|cluster| cluster.organization_shared == Some(true)));
}

#[tokio::test]
async fn undocumented_route_requires_bearer_token() {
    let farm = TestFarm::new(Farm::new()).await;
    let client = connect_api::Client::builder().base_url(farm.stand_in.base_url()).token("another");
    let client = client.build().expect("a client");
    let rejected = client.request(Method::POST, "/clusters/share_all").send::<Value>().await;
    assert!(matches!(rejected, Err(Error::Api(error)) if error.status.as_u16() == 403));

    let clusters = farm.client.get_clusters().send().await.expect("a page");
    assert!(clusters.items.iter().any(|cluster| cluster.organization_shared == Some(false)));
}

#[tokio::test]
async fn faults_are_injected_into_undocumented_route() {
    let farm = TestFarm::new(Farm::new()).await;
    let usage = || farm.client.request(Method::GET, "/usage").send::<Value>();
    let share = || farm.client.request(Method::POST, "/clusters/share_all").send::<Value>();
    farm.stand_in.inject_faults("GET /usage", [Fault::Disconnect, Fault::Status(503)]);

    share().await.expect("no fault");
    assert!(matches!(usage().await, Err(Error::Transport(_))));
    let error = usage().await.expect_err("an error");
    assert_eq!(status_and_code(error), api_error(503, "serviceUnavailable"));
    usage().await.expect("no fault");

    let faults = farm.stand_in.take_requests().into_iter().map(|request| request.fault);
    let expected = [None, Some(Fault::Disconnect), Some(Fault::Status(503)), None];
    assert_eq!(faults.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn recurring_fault_affects_undocumented_route_and_upload_service() {
    let farm = TestFarm::new(Farm::new()).await;
    farm.stand_in.inject_fault_every(1, [Fault::Status(503)]);

    let share = farm.client.request(Method::POST, "/clusters/share_all").send::<Value>();
    assert_eq!(share.await.expect_err("an error").status().map(|code| code.as_u16()), Some(503));

    let url = format!("{}/jobs/upload", farm.stand_in.upload_service_url());
    let request = reqwest::Client::new().put(url).bearer_auth(farm.stand_in.token());
    assert_eq!(request.send().await.expect("a response").status().as_u16(), 503);

    farm.stand_in.clear_faults();
    let clusters = farm.client.get_clusters().send().await.expect("a page");
    let has_unshared =
        clusters.items.iter().any(|cluster| cluster.organization_shared != Some(true));
    assert!(has_unshared, "the failed request had no effect");
}

#[tokio::test]
#[should_panic(expected = "neither the document nor the farm has an operation `PUT /usage`")]
async fn inject_faults_panics_for_unknown_route() {
    StandIn::start().await.inject_faults("PUT /usage", [Fault::Disconnect]);
}

/// If the document gains one of these routes, it must be implemented as documented.
#[tokio::test]
async fn document_lacks_the_undocumented_routes() {
    let stand_in = StandIn::start().await;
    for (method, route, _) in &ROUTES {
        let path = split_path(route).expect("a path");
        let mut paths = stand_in.contract().paths.iter();
        let documented_path = paths.find(|(template, _)| template.matches(&path).is_some());
        let is_documented =
            documented_path.is_some_and(|(_, methods)| methods.contains_key(method.as_str()));
        assert!(!is_documented, "{method} {route} is documented");
    }
}
