//! Our public API against progenitor's own client of the same normalised document: given the same
//! values, both send the same request. Headers are not compared.

mod operations;
mod pair;

use std::collections::BTreeSet;

use connect_api::Error;
use percent_encoding::percent_decode_str;

use operations::call_all;
use pair::{Exchange, Pair};

/// Texts that mean something to a URL, a template, a form, JSON, or a terminal.
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
async fn plain_values_give_the_same_bytes_on_the_wire() {
    let exchanges = exchanges(&Pair::start().await, "0b1dd0a6-3a3d-4b8c").await;
    for Exchange { operation, ours, theirs } in &exchanges {
        assert_eq!(ours.path, theirs.path, "{operation}");
    }
}

#[tokio::test]
async fn hostile_values_give_the_same_request() {
    let pair = Pair::start().await;
    for text in HOSTILE {
        for Exchange { operation, ours, theirs } in &exchanges(&pair, text).await {
            // We encode all but unreserved characters, progenitor those that it must: `;` arrives
            // as `%3B` from us. So the segments are compared as what they say.
            assert_eq!(segments(&ours.path), segments(&theirs.path), "{operation} with {text:?}");
        }
    }
}

/// Where progenitor's request is wrong, ours must not equal it: these ids lead it to other routes.
#[tokio::test]
async fn an_id_changes_the_route_of_progenitor_alone() {
    let pair = Pair::start().await;
    let (ours, theirs) = both(&pair, "a\\..\\b").await;
    assert_eq!(ours, ["/connect/v1/clusters/a%5C..%5Cb/status"]);
    assert_eq!(theirs, ["/connect/v1/clusters/b/status"]);

    let elsewhere = [
        (".", "/connect/v1/clusters/status"),
        ("..", "/connect/v1/status"),
        ("", "/connect/v1/clusters//status"),
    ];

    for (id, route) in elsewhere {
        let refused = pair.ours.get_cluster_status(id).send().await;
        assert!(matches!(refused, Err(Error::Configuration(_))), "{id:?}: {refused:?}");
        assert_eq!(both(&pair, id).await, (vec![], vec![route.to_owned()]), "{id:?}");
    }
}

/// All operations with this text wherever a text can be; methods, queries and bodies are equal.
async fn exchanges(pair: &Pair, text: &str) -> Vec<Exchange> {
    let exchanges = call_all(pair, text).await;
    let called: BTreeSet<_> = exchanges.iter().map(|exchange| exchange.operation).collect();
    let documented: BTreeSet<_> =
        pair.contract().operations().map(|operation| operation.id.as_str()).collect();

    assert_eq!(called, documented, "every operation is compared");
    assert_eq!(called.len(), 33);

    for Exchange { operation, ours, theirs } in &exchanges {
        assert_eq!(ours.method, theirs.method, "{operation}");
        assert_eq!(ours.query, theirs.query, "{operation} with {text:?}");

        let said = pair.with_defaults(operation, &ours.body);
        assert_eq!(said, theirs.body, "{operation} with {text:?}");

        pair.assert_reaches(operation, ours);
    }

    exchanges
}

/// The paths that a call with this id leads to, ours and progenitor's.
async fn both(pair: &Pair, id: &str) -> (Vec<String>, Vec<String>) {
    let ours = pair.paths(async { drop(pair.ours.get_cluster_status(id).send().await) }).await;
    let theirs = pair.paths(async { drop(pair.theirs.get_cluster_status(id).await) }).await;
    (ours, theirs)
}

fn segments(path: &str) -> Vec<Vec<u8>> {
    path.split('/').map(|segment| percent_decode_str(segment).collect()).collect()
}
