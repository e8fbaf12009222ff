//! Pagination.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use connect_api::{Error, StatusCode};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::api_server::{Server, api_error, json_response};

mod repeated;

fn id(number: usize) -> String {
    format!("cluster-{number:04}")
}

fn clusters(numbers: impl IntoIterator<Item = usize>) -> Vec<Value> {
    let cluster = |number| json!({"cluster_id": id(number), "host_guid": "g", "host_name": "h", "status": "active"});
    numbers.into_iter().map(cluster).collect()
}

/// A page of a list of 1,000 clusters, in pages of `limit`.
fn page_of_thousand(page: usize, limit: usize) -> Vec<Value> {
    clusters((page - 1) * limit..(page * limit).min(1000).max((page - 1) * limit))
}

/// A response with a page and the number of pages.
fn page(items: Vec<Value>, total_pages: Option<usize>) -> Response {
    let without_count =
        || json_response(200, &json!({"data": items, "meta": {"limit_reached": false}}));
    total_pages.map_or_else(without_count, |pages| counted(items.clone(), pages, 1000))
}

/// A response with a page, the number of pages and the number of items.
fn counted(items: Vec<Value>, total_pages: usize, total_count: usize) -> Response {
    let count = json!({"total_pages": total_pages, "total_count": total_count});
    json_response(200, &json!({"data": items, "meta": {"page": count}}))
}

/// A server that responds with a page by its number.
async fn serve(respond: impl Fn(usize) -> Response + Send + Sync + 'static) -> Server {
    let respond = Arc::new(respond);
    let page = |request: &Request| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let number = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        number.map_or(1, |number| number.parse().unwrap())
    };

    Server::start(move |request: Request| {
        let response = respond(page(&request));
        async move { response }
    })
    .await
}

/// A server of 1,000 clusters that responds to the first two requests for one page with an error.
async fn serve_with_two_failures(failing_page: usize, status: u16) -> Server {
    let failures = Mutex::new(2);

    serve(move |number| {
        let mut failures = failures.lock().unwrap();
        if number == failing_page && *failures > 0 {
            *failures -= 1;
            return api_error(status);
        }

        page(page_of_thousand(number, 20), Some(50))
    })
    .await
}

/// The page numbers of the requests.
fn requested_pages(server: &Server) -> Vec<String> {
    server.requests().iter().filter_map(|request| request.query("page")).collect()
}

/// Reads the whole list, and returns the ids.
async fn collect(server: &Server) -> Vec<String> {
    let mut items = server.retrying_client().get_clusters().limit(20).items();
    let mut ids = Vec::new();
    while let Some(cluster) = items.next().await {
        ids.push(cluster.unwrap().cluster_id);
    }

    assert!(items.next().await.is_none(), "the stream has ended");
    assert_eq!(items.next_page(), None);

    ids
}

/// Reads the whole list, and continues after errors. Returns the ids, and each error with the next page
/// at that time.
async fn collect_with_errors(server: &Server) -> (Vec<String>, Vec<(Error, Option<i64>)>) {
    let mut items = server.client().get_clusters().limit(20).items();
    let (mut ids, mut errors) = (Vec::new(), Vec::new());

    while let Some(item) = items.next().await {
        match item {
            Ok(cluster) => ids.push(cluster.cluster_id),
            Err(error) => errors.push((error, items.next_page())),
        }
    }

    (ids, errors)
}

/// The ids of all clusters.
fn all_ids() -> Vec<String> {
    (0..1000).map(id).collect()
}

#[tokio::test]
async fn items_of_fifty_pages_are_returned_once_and_in_order() {
    let server = serve(|number| page(page_of_thousand(number, 20), Some(50))).await;
    assert_eq!(collect(&server).await, all_ids());
    let pages: Vec<String> = (1..=50).map(|page| page.to_string()).collect();
    assert_eq!(requested_pages(&server), pages, "each page once, and no page after the last");
    assert!(
        server.requests().iter().all(|request| request.query("limit").as_deref() == Some("20"))
    );
}

#[tokio::test]
async fn failed_page_is_retried_by_the_call() {
    let server = serve_with_two_failures(17, 503).await;
    assert_eq!(collect(&server).await, all_ids());
    assert_eq!(server.count(), 52);
}

#[tokio::test]
async fn stream_continues_at_same_page_after_error() {
    let server = serve_with_two_failures(3, 500).await;
    let (ids, errors) = collect_with_errors(&server).await;

    for (error, next_page) in &errors {
        assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
        assert_eq!(*next_page, Some(3));
    }
    assert_eq!((errors.len(), ids), (2, all_ids()));
}

#[tokio::test]
async fn repeated_last_page_without_count_ends_list() {
    let server = serve(|number| page(page_of_thousand(number.min(50), 20), None)).await;
    assert_eq!(collect(&server).await, all_ids());
    assert_eq!(server.count(), 51);
}

#[tokio::test]
async fn server_that_ignores_page_number_gets_two_requests() {
    let server = serve(|_| page(page_of_thousand(1, 20), None)).await;
    assert_eq!(collect(&server).await, all_ids()[..20]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn duplicate_item_is_returned_once() {
    let server = serve(|number| match number {
        1 => counted(clusters([0, 0, 1]), 2, 4),
        _ => counted(clusters([2, 1, 2]), 2, 4),
    })
    .await;

    assert_eq!(collect(&server).await, all_ids()[..3]);
    let pages = server.client().get_clusters().pages();
    let lengths: Vec<_> = pages.map(|page| page.unwrap().items.len()).collect().await;
    assert_eq!(lengths, [3, 3], "pages are not deduplicated");
}

#[tokio::test]
async fn alternating_pages_end_list() {
    let server = serve(|number| page(page_of_thousand(number % 2 + 1, 20), None)).await;
    let mut ids = collect(&server).await;
    ids.sort();
    assert_eq!(ids, all_ids()[..40]);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn empty_page_ends_list() {
    for total in [None, Some(99)] {
        let server = serve(move |number| page(page_of_thousand(number, 20), total)).await;
        assert_eq!(collect(&server).await, all_ids());
        assert_eq!(server.count(), 51);
    }

    let server = serve(|_| page(Vec::new(), Some(0))).await;
    assert_eq!(collect(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn shrinking_list_ends_at_its_new_end() {
    let server = serve(|number| match number {
        ..=9 => page(page_of_thousand(number, 20), Some(50)),
        _ => page(page_of_thousand(number, 20), Some(10)),
    })
    .await;

    assert_eq!(collect(&server).await, all_ids()[..200]);
    assert_eq!(server.count(), 10);
}

/// After the first page, a cluster is inserted at the front of the list. Each later page begins
/// with the last item of the previous page.
#[tokio::test]
async fn item_that_moves_to_next_page_is_returned_once() {
    let server = serve(|number| match number {
        1 => page(page_of_thousand(1, 20), Some(50)),
        _ => page(clusters((number - 1) * 20 - 1..(number * 20 - 1).min(1000)), Some(51)),
    })
    .await;

    assert_eq!(collect(&server).await, all_ids());
}

#[tokio::test]
async fn stream_resumes_from_page_number() {
    let server = serve(|number| page(page_of_thousand(number, 20), Some(50))).await;
    let client = server.client();
    let mut items = client.get_clusters().limit(20).items();

    assert_eq!(items.next_page(), Some(1));

    for _ in 0..50 {
        items.next().await.unwrap().unwrap();
    }

    assert_eq!(items.next_page(), Some(3), "ten items of page 3 are left");
    let rest = client.get_clusters().limit(20).page(3).items();
    let rest: Vec<_> = rest.map(|cluster| cluster.unwrap().cluster_id).collect().await;
    assert_eq!(rest, all_ids()[40..]);

    let mut pages = client.get_clusters().limit(20).page(49).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 20);
    assert_eq!(pages.next_page(), Some(50));
    assert_eq!(pages.total_count(), Some(1000));
    assert_eq!(pages.count().await, 1, "the last page");
}

#[tokio::test]
async fn dropped_stream_sends_no_requests() {
    let server = serve(|number| page(page_of_thousand(number, 20), Some(50))).await;
    let mut items = server.client().get_clusters().limit(20).items();
    assert_eq!(server.count(), 0, "no request before the stream is awaited");

    for _ in 0..110 {
        items.next().await.unwrap().unwrap();
    }

    drop(items);
    assert_eq!(server.count(), 6);

    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn subscription_limit_is_reported() {
    let server = serve(|_| {
        let meta = json!({"limit_reached": true, "page": {"total_pages": 1, "total_count": 2}});
        json_response(200, &json!({"data": clusters(0..2), "meta": meta}))
    })
    .await;
    let mut items = server.client().get_clusters().items();
    assert!(!items.limit_reached(), "unknown before the first page");

    while items.next().await.is_some() {}
    assert!(items.limit_reached());
    assert_eq!(items.total_count(), Some(2));
}

/// These items have no id, so equal items on one page are different items.
#[tokio::test]
async fn items_without_id_are_compared_by_all_members() {
    let entry = |hour: usize| {
        let time = format!("2026-01-01T{hour:02}:00:00Z");
        json!({"completed_at": time, "task_codes": [], "user_id": "u", "username": "n"})
    };

    let server = serve(move |number| match number {
        1 => page(vec![entry(1), entry(1), entry(2)], None),
        2 => page(vec![entry(2), entry(3)], None),
        _ => page(vec![entry(2), entry(3)], None),
    })
    .await;
    let entries = server.client().get_completed_maintenance("c").items();
    let hours: Vec<_> =
        entries.map(|entry| format!("{:?}", entry.unwrap().completed_at)).collect().await;

    assert_eq!(hours.len(), 4, "{hours:?}");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn rejected_page_is_api_error() {
    let server = serve(|_| api_error(403)).await;
    let mut jobs = server.client().get_print_jobs().items();
    let error = jobs.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error:?}");
    assert_eq!(error.operation(), Some("get_print_jobs"));
}
