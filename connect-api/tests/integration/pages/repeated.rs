//! Pages that repeat items of earlier pages.

use std::sync::Mutex;

use connect_api::models::ClusterResponse;
use connect_api::{Error, Items};
use futures_util::StreamExt as _;

use super::{all_ids, clusters, collect_with_errors, counted, page, page_of_thousand, serve};
use crate::support::api_server::Server;

/// Reads a list until the error about a repeated page. Returns the ids before it, the number of
/// that page, and the stream.
async fn read_until_repeated_page(server: &Server) -> (Vec<String>, i64, Items<ClusterResponse>) {
    let mut items = server.client().get_clusters().limit(20).items();
    let mut ids = Vec::new();

    loop {
        match items.next().await.expect("an item or an error") {
            Ok(cluster) => ids.push(cluster.cluster_id),
            Err(Error::RepeatedPage(error)) => return (ids, error.page(), items),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn counted_list_that_repeats_first_page_is_error() {
    let server = serve(|_| page(page_of_thousand(1, 20), Some(50))).await;
    let (ids, page_number, mut items) = read_until_repeated_page(&server).await;
    assert_eq!(
        (ids, page_number, server.count()),
        (all_ids()[..20].to_vec(), 2, 3),
        "page 2 is requested twice"
    );

    let error = items.next().await.unwrap().unwrap_err();
    let text = "get_clusters: page 2 repeats items of earlier pages and has no new item";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.operation(), Some("get_clusters"));
    assert_eq!(
        (items.next_page(), server.count()),
        (Some(2), 4),
        "another request when the stream is awaited again"
    );
}

#[tokio::test]
async fn temporarily_repeated_page_loses_no_item() {
    // The page is wrong this many times, then correct.
    for failures in [1, 2, 3] {
        let remaining = Mutex::new(failures);
        let server = serve(move |number| {
            let mut remaining = remaining.lock().unwrap();
            let is_wrong = number == 17 && *remaining > 0;
            *remaining -= usize::from(is_wrong);
            page(page_of_thousand(number - usize::from(is_wrong), 20), Some(50))
        })
        .await;

        let (ids, errors) = collect_with_errors(&server).await;
        for (error, _) in &errors {
            assert!(matches!(error, Error::RepeatedPage(_)), "{error:?}");
        }
        assert_eq!((errors.len(), ids), (failures - 1, all_ids()), "{failures}");
        assert_eq!(server.count(), 50 + failures);
    }
}

/// Between two requests, as many clusters were added in front of the list as a page holds.
#[tokio::test]
async fn list_that_grows_by_a_page_is_a_repeated_page_error_and_another_stream_can_skip_the_page() {
    let server = serve(|number| match number {
        ..=16 => page(page_of_thousand(number, 20), Some(50)),
        _ => counted(page_of_thousand(number - 1, 20), 51, 1020),
    })
    .await;

    let (mut ids, page, _) = read_until_repeated_page(&server).await;
    assert_eq!((page, server.count()), (17, 18));

    let mut rest = server.client().get_clusters().limit(20).page(page + 1).items();
    while let Some(cluster) = rest.next().await {
        ids.push(cluster.unwrap().cluster_id);
    }
    assert_eq!(ids, all_ids());
}

#[tokio::test]
async fn repeated_last_page_is_error() {
    let server = serve(|number| page(page_of_thousand(number.min(49), 20), Some(50))).await;
    let (ids, page_number, _) = read_until_repeated_page(&server).await;
    assert_eq!((ids, page_number), (all_ids()[..980].to_vec(), 50));
    assert_eq!(server.count(), 51, "the page is requested once more, and no further page");
}

/// The last page is short, so its length does not show which page it is.
#[tokio::test]
async fn repeated_short_last_page_is_error() {
    let server = serve(|number| match number {
        1 => counted(clusters(0..10), 3, 21),
        2 => counted(clusters(10..20), 3, 21),
        _ => counted(clusters(19..20), 3, 21),
    })
    .await;
    let (ids, page_number, _) = read_until_repeated_page(&server).await;
    assert_eq!((ids, page_number), (all_ids()[..20].to_vec(), 3));
    assert_eq!(server.count(), 4, "the page is requested once more, and no further page");
}

/// An item was removed after the second page, but the API still counts three pages.
#[tokio::test]
async fn last_page_without_new_items_is_a_repeated_page_error_even_if_the_item_count_is_reached() {
    let server = serve(|number| match number {
        1 => counted(clusters(0..10), 3, 21),
        2 => counted(clusters(10..20), 3, 21),
        _ => counted(clusters(19..20), 3, 20),
    })
    .await;

    let (ids, page, _) = read_until_repeated_page(&server).await;
    assert_eq!((ids, page), (all_ids()[..20].to_vec(), 3));
}

#[tokio::test]
async fn ignored_page_number_is_error_for_any_item_order() {
    let requests = Mutex::new(0);
    let server = serve(move |_| {
        let mut requests = requests.lock().unwrap();
        *requests += 1;
        let mut clusters = clusters(0..20);
        clusters.rotate_left(*requests % 20);

        page(clusters, Some(5))
    })
    .await;

    let (mut ids, page_number, _) = read_until_repeated_page(&server).await;
    ids.sort();
    assert_eq!((ids, page_number, server.count()), (all_ids()[..20].to_vec(), 2, 3));
}

#[tokio::test]
async fn alternating_counted_pages_are_error() {
    // Also if the count increases with each page.
    for growth in [0, 1000] {
        let server = serve(move |number| {
            counted(page_of_thousand(number % 2 + 1, 20), 1_000_000, 1000 + growth * number)
        })
        .await;
        let (mut ids, page_number, _) = read_until_repeated_page(&server).await;
        ids.sort();

        assert_eq!(ids, all_ids()[..40]);
        assert!(page_number <= 5, "{page_number}");
    }
}

/// From the 26th page on, the server returns half of the requested items.
#[tokio::test]
async fn pages_that_become_shorter_are_a_repeated_page_error_and_lose_nothing() {
    let server = serve(|number| match number {
        ..=25 => page(page_of_thousand(number, 20), Some(50)),
        _ => page(page_of_thousand(number, 10), Some(100)),
    })
    .await;

    let (ids, page, _) = read_until_repeated_page(&server).await;
    assert_eq!((ids, page), (all_ids()[..500].to_vec(), 26));

    let rest = server.client().get_clusters().limit(10).page(51).items();
    let rest: Vec<_> = rest.map(|cluster| cluster.unwrap().cluster_id).collect().await;
    assert_eq!(rest, all_ids()[500..]);
}
