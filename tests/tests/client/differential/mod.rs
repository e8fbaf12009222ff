//! Comparison with progenitor's own client of the same normalised document.
//!
//! Given the same values, both clients send the same method, path, query and body. Headers are not
//! compared.

mod operations;
mod pair;

use std::collections::BTreeSet;

use connect_api::Error;
use percent_encoding::percent_decode_str;

use operations::call_all;
use pair::{Exchange, Pair};

/// Texts with a meaning in URLs, templates, forms, JSON or terminals.
const HOSTILE: [&str; 12] = [
    " ",
    "a/b/../c",
    "%",
    "%2F..%2f%zz",
    "a&b=c&limit=1",
    "a+b",
    "?q#f",
    "{cluster_id}",
    "\"'`<>|^",
    "~;:@!$*,()[]=",
    "ü€ 打印 😀 \u{202e}",
    "\u{0}\t\r\n\u{7f}",
];

#[tokio::test]
async fn plain_values_give_identical_requests() {
    let exchanges = compare_all(&Pair::start().await, "0b1dd0a6-3a3d-4b8c").await;
    for Exchange { operation, ours, theirs } in &exchanges {
        assert_eq!(ours.path, theirs.path, "{operation}");
    }
}

#[tokio::test]
async fn hostile_values_give_equivalent_requests() {
    let pair = Pair::start().await;
    for text in HOSTILE {
        for Exchange { operation, ours, theirs } in &compare_all(&pair, text).await {
            // Our client encodes all characters that are not unreserved (`;` as `%3B`), progenitor
            // encodes fewer; so this compares decoded segments.
            assert_eq!(segments(&ours.path), segments(&theirs.path), "{operation} with {text:?}");
        }
    }
}

/// With these ids progenitor's client calls other routes; ours must not.
#[tokio::test]
async fn ids_that_change_the_route_of_progenitor_do_not_change_ours() {
    let pair = Pair::start().await;
    let (ours, theirs) = status_paths(&pair, "a\\..\\b").await;
    assert_eq!(ours, ["/connect/v1/clusters/a%5C..%5Cb/status"]);
    assert_eq!(theirs, ["/connect/v1/clusters/b/status"]);

    let other_routes = [
        (".", "/connect/v1/clusters/status"),
        ("..", "/connect/v1/status"),
        ("", "/connect/v1/clusters//status"),
    ];

    for (id, route) in other_routes {
        let result = pair.ours.get_cluster_status(id).send().await;
        assert!(matches!(result, Err(Error::Configuration(_))), "{id:?}: {result:?}");
        assert_eq!(status_paths(&pair, id).await, (vec![], vec![route.to_owned()]), "{id:?}");
    }
}

/// Calls all operations with this text in every string, and asserts that methods, queries and bodies
/// are equal.
async fn compare_all(pair: &Pair, text: &str) -> Vec<Exchange> {
    let exchanges = call_all(pair, text).await;
    let called: BTreeSet<_> = exchanges.iter().map(|exchange| exchange.operation).collect();
    let documented: BTreeSet<_> =
        pair.contract().operations().map(|operation| operation.id.as_str()).collect();

    assert_eq!(called, documented, "add the operation to `operations.rs`");
    assert_eq!(called.len(), 33);

    for Exchange { operation, ours, theirs } in &exchanges {
        assert_eq!(ours.method, theirs.method, "{operation}");
        assert_eq!(ours.query, theirs.query, "{operation} with {text:?}");

        let ours_with_defaults = pair.add_defaults(operation, &ours.body);
        assert_eq!(ours_with_defaults, theirs.body, "{operation} with {text:?}");

        pair.assert_route(operation, ours);
    }

    exchanges
}

/// The paths that both clients request for the status of a cluster, ours first.
async fn status_paths(pair: &Pair, id: &str) -> (Vec<String>, Vec<String>) {
    let ours = pair.paths(async { drop(pair.ours.get_cluster_status(id).send().await) }).await;
    let theirs = pair.paths(async { drop(pair.theirs.get_cluster_status(id).await) }).await;
    (ours, theirs)
}

fn segments(path: &str) -> Vec<Vec<u8>> {
    path.split('/').map(|segment| percent_decode_str(segment).collect()).collect()
}
