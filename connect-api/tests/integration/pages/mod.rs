//! Lists that come in pages.

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

/// A page of a list of 1,000, cut into pages of `limit`.
fn of_a_thousand(page: usize, limit: usize) -> Vec<Value> {
    clusters((page - 1) * limit..(page * limit).min(1000).max((page - 1) * limit))
}

fn page(items: Vec<Value>, total_pages: Option<usize>) -> Response {
    let without_count =
        || json_response(200, &json!({"data": items, "meta": {"limit_reached": false}}));
    total_pages.map_or_else(without_count, |pages| counted(items.clone(), pages, 1000))
}

fn counted(items: Vec<Value>, total_pages: usize, total_count: usize) -> Response {
    let count = json!({"total_pages": total_pages, "total_count": total_count});
    json_response(200, &json!({"data": items, "meta": {"page": count}}))
}

/// A server that answers a page by its number.
async fn serve(answer: impl Fn(usize) -> Response + Send + Sync + 'static) -> Server {
    let answer = Arc::new(answer);
    let page = |request: &Request| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let number = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        number.map_or(1, |number| number.parse().unwrap())
    };

    Server::start(move |request: Request| {
        let answer = answer(page(&request));
        async move { answer }
    })
    .await
}

/// The pages that a server was asked for.
fn asked_for(server: &Server) -> Vec<String> {
    server.requests().iter().filter_map(|request| request.query("page")).collect()
}

async fn collect(server: &Server) -> Vec<String> {
    let mut items = server.retrying_client().get_clusters().limit(20).items();
    let mut found = Vec::new();
    while let Some(cluster) = items.next().await {
        found.push(cluster.unwrap().cluster_id);
    }

    assert!(items.next().await.is_none(), "the end is the end");
    assert_eq!(items.next_page(), None);

    found
}

fn all() -> Vec<String> {
    (0..1000).map(id).collect()
}

#[tokio::test]
async fn a_thousand_clusters_on_fifty_pages_come_once_each_and_in_order() {
    let server = serve(|number| page(of_a_thousand(number, 20), Some(50))).await;
    assert_eq!(collect(&server).await, all());
    let pages: Vec<String> = (1..=50).map(|page| page.to_string()).collect();
    assert_eq!(asked_for(&server), pages, "each page once, and none beyond the last");
    assert!(
        server.requests().iter().all(|request| request.query("limit").as_deref() == Some("20"))
    );
}

#[tokio::test]
async fn a_page_that_fails_twice_is_tried_again_by_the_call() {
    let failures = Mutex::new(2);
    let server = serve(move |number| {
        let mut failures = failures.lock().unwrap();
        if number == 17 && *failures > 0 {
            *failures -= 1;
            return api_error(503);
        }
        page(of_a_thousand(number, 20), Some(50))
    })
    .await;

    assert_eq!(collect(&server).await, all());
    assert_eq!(server.count(), 52);
}

#[tokio::test]
async fn an_error_ends_nothing_and_the_page_is_tried_again_by_who_asks_again() {
    let failures = Mutex::new(2);
    let server = serve(move |number| {
        let mut failures = failures.lock().unwrap();
        if number == 3 && *failures > 0 {
            *failures -= 1;
            return api_error(500);
        }
        page(of_a_thousand(number, 20), Some(50))
    })
    .await;

    let mut items = server.client().get_clusters().limit(20).items();
    let (mut found, mut errors) = (Vec::new(), 0);
    while let Some(item) = items.next().await {
        match item {
            Ok(cluster) => found.push(cluster.cluster_id),
            Err(error) => {
                assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
                assert_eq!(items.next_page(), Some(3));
                errors += 1;
            }
        }
    }

    assert_eq!((errors, found), (2, all()));
}

#[tokio::test]
async fn a_server_that_repeats_its_last_page_without_counting_is_noticed() {
    let server = serve(|number| page(of_a_thousand(number.min(50), 20), None)).await;
    assert_eq!(collect(&server).await, all());
    assert_eq!(server.count(), 51);
}

#[tokio::test]
async fn a_server_that_ignores_the_page_is_asked_twice_and_no_more() {
    let server = serve(|_| page(of_a_thousand(1, 20), None)).await;
    assert_eq!(collect(&server).await, all()[..20]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_item_that_is_twice_on_a_page_comes_once() {
    let server = serve(|number| match number {
        1 => counted(clusters([0, 0, 1]), 2, 4),
        _ => counted(clusters([2, 1, 2]), 2, 4),
    })
    .await;

    assert_eq!(collect(&server).await, all()[..3]);
    let pages = server.client().get_clusters().pages();
    let lengths: Vec<_> = pages.map(|page| page.unwrap().items.len()).collect().await;
    assert_eq!(lengths, [3, 3], "pages are as they came");
}

#[tokio::test]
async fn pages_that_take_turns_do_not_go_on_forever() {
    let server = serve(|number| page(of_a_thousand(number % 2 + 1, 20), None)).await;
    let mut found = collect(&server).await;
    found.sort();
    assert_eq!(found, all()[..40]);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn an_empty_page_is_the_end() {
    for total in [None, Some(99)] {
        let server = serve(move |number| page(of_a_thousand(number, 20), total)).await;
        assert_eq!(collect(&server).await, all());
        assert_eq!(server.count(), 51);
    }

    let server = serve(|_| page(Vec::new(), Some(0))).await;
    assert_eq!(collect(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_that_shrinks_meanwhile_ends_where_it_ends_now() {
    let server = serve(|number| match number {
        ..=9 => page(of_a_thousand(number, 20), Some(50)),
        _ => page(of_a_thousand(number, 20), Some(10)),
    })
    .await;

    assert_eq!(collect(&server).await, all()[..200]);
    assert_eq!(server.count(), 10);
}

/// A cluster is added in front of the list after the first page: each later page begins with an
/// item that the page before has shown.
#[tokio::test]
async fn an_item_that_moves_to_the_next_page_comes_once() {
    let server = serve(|number| match number {
        1 => page(of_a_thousand(1, 20), Some(50)),
        _ => page(clusters((number - 1) * 20 - 1..(number * 20 - 1).min(1000)), Some(51)),
    })
    .await;

    assert_eq!(collect(&server).await, all());
}

#[tokio::test]
async fn a_stream_goes_on_from_where_another_stopped() {
    let server = serve(|number| page(of_a_thousand(number, 20), Some(50))).await;
    let client = server.client();
    let mut items = client.get_clusters().limit(20).items();

    assert_eq!(items.next_page(), Some(1));

    for _ in 0..50 {
        items.next().await.unwrap().unwrap();
    }

    assert_eq!(items.next_page(), Some(3), "ten items of it are left");
    let rest = client.get_clusters().limit(20).page(3).items();
    let rest: Vec<_> = rest.map(|cluster| cluster.unwrap().cluster_id).collect().await;
    assert_eq!(rest, all()[40..]);

    let mut pages = client.get_clusters().limit(20).page(49).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 20);
    assert_eq!(pages.next_page(), Some(50));
    assert_eq!(pages.total_count(), Some(1000));
    assert_eq!(pages.count().await, 1, "the last one");
}

#[tokio::test]
async fn a_stream_that_is_dropped_ends_all_traffic() {
    let server = serve(|number| page(of_a_thousand(number, 20), Some(50))).await;
    let mut items = server.client().get_clusters().limit(20).items();
    assert_eq!(server.count(), 0, "nothing is asked for before it is wanted");

    for _ in 0..110 {
        items.next().await.unwrap().unwrap();
    }

    drop(items);
    assert_eq!(server.count(), 6);

    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_limit_of_the_subscription_shows() {
    let server = serve(|_| {
        let meta = json!({"limit_reached": true, "page": {"total_pages": 1, "total_count": 2}});
        json_response(200, &json!({"data": clusters(0..2), "meta": meta}))
    })
    .await;
    let mut items = server.client().get_clusters().items();
    assert!(!items.limit_reached(), "not known yet");

    while items.next().await.is_some() {}
    assert!(items.limit_reached());
    assert_eq!(items.total_count(), Some(2));
}

/// Their items have nothing that tells them apart, so two of the same in a page are two.
#[tokio::test]
async fn entries_without_an_id_are_told_apart_by_all_of_them() {
    let entry = |hour: usize| {
        let at = format!("2026-01-01T{hour:02}:00:00Z");
        json!({"completed_at": at, "task_codes": [], "user_id": "u", "username": "n"})
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
async fn a_refusal_is_the_api_s_error() {
    let server = serve(|_| api_error(403)).await;
    let mut jobs = server.client().get_print_jobs().items();
    let error = jobs.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error:?}");
    assert_eq!(error.operation(), Some("get_print_jobs"));
}
