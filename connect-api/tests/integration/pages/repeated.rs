//! Pages that repeat items of earlier pages.

use std::sync::Mutex;

use connect_api::models::ClusterResponse;
use connect_api::{Error, Items};
use futures_util::StreamExt as _;

use super::{all, clusters, counted, of_a_thousand, page, serve};
use crate::support::api_server::Server;

/// Reads a list of clusters until it refuses to go on, and gives what was found, the page that is at
/// fault, and the stream.
async fn until_repeated(server: &Server) -> (Vec<String>, i64, Items<ClusterResponse>) {
    let mut items = server.client().get_clusters().limit(20).items();
    let mut found = Vec::new();

    loop {
        match items.next().await.expect("no end") {
            Ok(cluster) => found.push(cluster.cluster_id),
            Err(Error::RepeatedPage(error)) => return (found, error.page(), items),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_list_that_is_announced_and_does_not_go_on_is_an_error() {
    let server = serve(|_| page(of_a_thousand(1, 20), Some(50))).await;
    let (found, at, mut items) = until_repeated(&server).await;
    assert_eq!((found, at, server.count()), (all()[..20].to_vec(), 2, 3), "page 2 twice");

    let error = items.next().await.unwrap().unwrap_err();
    let text = "get_clusters: page 2 repeats items of earlier pages and has no new item";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.operation(), Some("get_clusters"));
    assert_eq!((items.next_page(), server.count()), (Some(2), 4), "once for who asks again");
}

#[tokio::test]
async fn a_page_that_repeats_another_loses_nothing() {
    // By mistake, so often: the same page is right when it is asked for again.
    for mistakes in [1, 2, 3] {
        let left = Mutex::new(mistakes);
        let server = serve(move |number| {
            let mut left = left.lock().unwrap();
            let is_wrong = number == 17 && *left > 0;
            *left -= usize::from(is_wrong);
            page(of_a_thousand(number - usize::from(is_wrong), 20), Some(50))
        })
        .await;

        let mut items = server.client().get_clusters().limit(20).items();
        let (mut found, mut errors) = (Vec::new(), 0);
        while let Some(item) = items.next().await {
            match item {
                Ok(cluster) => found.push(cluster.cluster_id),
                Err(error) => {
                    assert!(matches!(error, Error::RepeatedPage(_)), "{error:?}");
                    errors += 1;
                }
            }
        }

        assert_eq!((errors, found), (mistakes - 1, all()), "{mistakes}");
        assert_eq!(server.count(), 50 + mistakes);
    }
}

/// Between two requests, as many clusters were added in front of the list as a page holds.
#[tokio::test]
async fn list_that_grows_by_a_page_is_a_repeated_page_error_and_another_stream_can_skip_the_page() {
    let server = serve(|number| match number {
        ..=16 => page(of_a_thousand(number, 20), Some(50)),
        _ => counted(of_a_thousand(number - 1, 20), 51, 1020),
    })
    .await;

    let (mut found, page, _) = until_repeated(&server).await;
    assert_eq!((page, server.count()), (17, 18));

    let mut rest = server.client().get_clusters().limit(20).page(page + 1).items();
    while let Some(cluster) = rest.next().await {
        found.push(cluster.unwrap().cluster_id);
    }
    assert_eq!(found, all());
}

#[tokio::test]
async fn a_last_page_that_repeats_hides_others() {
    let server = serve(|number| page(of_a_thousand(number.min(49), 20), Some(50))).await;
    let (found, at, _) = until_repeated(&server).await;
    assert_eq!((found, at), (all()[..980].to_vec(), 50));
    assert_eq!(server.count(), 51, "once more, and no further");
}

/// The last page is short, so that its length says nothing about where it is.
#[tokio::test]
async fn a_short_last_page_that_repeats_hides_another() {
    let server = serve(|number| match number {
        1 => counted(clusters(0..10), 3, 21),
        2 => counted(clusters(10..20), 3, 21),
        _ => counted(clusters(19..20), 3, 21),
    })
    .await;
    let (found, at, _) = until_repeated(&server).await;
    assert_eq!((found, at), (all()[..20].to_vec(), 3));
    assert_eq!(server.count(), 4, "once more, and no further");
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

    let (found, page, _) = until_repeated(&server).await;
    assert_eq!((found, page), (all()[..20].to_vec(), 3));
}

#[tokio::test]
async fn a_server_that_ignores_the_page_is_noticed_whatever_order_it_gives() {
    let turns = Mutex::new(0);
    let server = serve(move |_| {
        let mut turns = turns.lock().unwrap();
        *turns += 1;
        let mut clusters = clusters(0..20);
        clusters.rotate_left(*turns % 20);

        page(clusters, Some(5))
    })
    .await;

    let (mut found, at, _) = until_repeated(&server).await;
    found.sort();
    assert_eq!((found, at, server.count()), (all()[..20].to_vec(), 2, 3));
}

#[tokio::test]
async fn counted_pages_that_take_turns_do_not_go_on_forever() {
    // Also if the server says that the list grows all the time.
    for growth in [0, 1000] {
        let server = serve(move |number| {
            counted(of_a_thousand(number % 2 + 1, 20), 1_000_000, 1000 + growth * number)
        })
        .await;
        let (mut found, at, _) = until_repeated(&server).await;
        found.sort();

        assert_eq!(found, all()[..40]);
        assert!(at <= 5, "{at}");
    }
}

/// From the 26th page on, the server returns half of the requested items.
#[tokio::test]
async fn pages_that_become_shorter_are_a_repeated_page_error_and_lose_nothing() {
    let server = serve(|number| match number {
        ..=25 => page(of_a_thousand(number, 20), Some(50)),
        _ => page(of_a_thousand(number, 10), Some(100)),
    })
    .await;

    let (found, page, _) = until_repeated(&server).await;
    assert_eq!((found, page), (all()[..500].to_vec(), 26));

    let rest = server.client().get_clusters().limit(10).page(51).items();
    let rest: Vec<_> = rest.map(|cluster| cluster.unwrap().cluster_id).collect().await;
    assert_eq!(rest, all()[500..]);
}
