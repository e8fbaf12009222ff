//! Hostile values of path parameters do not change the route.

use connect_api::{Client, Error};
use connect_stand_in::StandIn;
use connect_stand_in::route::percent_decode;

use super::case::client;

const IDS: [&str; 22] = [
    "a/b",
    "/",
    "a%2Fb",
    "%2e%2e",
    "../x",
    "..\\x",
    "..;",
    "a\\b",
    "?",
    "x?y=z",
    "#",
    "x#y",
    " ",
    " a b ",
    "a+b",
    "%",
    "%zz",
    "ünï→😀",
    "a:b@c",
    "{cluster_id}",
    "x\r\nHost: evil",
    "\0\t\u{7f}",
];

/// Returns the decoded path segments of the last request.
fn segments(stand_in: &StandIn) -> Vec<String> {
    let requests = stand_in.requests();
    let request = requests.last().expect("a request");
    assert_eq!(request.query, None, "{}", request.path);

    let path = request.path.strip_prefix("/connect/v1/").expect("below the base URL");
    path.split('/').map(|segment| percent_decode(segment).expect("percent-encoded text")).collect()
}

#[tokio::test]
async fn id_is_sent_as_one_path_segment() {
    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);

    for (index, id) in IDS.iter().enumerate() {
        client.get_cluster_status(*id).send().await.unwrap_or_else(|e| panic!("{id:?}: {e}"));
        assert_eq!(segments(&stand_in), ["clusters", id, "status"]);

        client.delete_team(*id).send().await.unwrap_or_else(|e| panic!("{id:?}: {e}"));
        assert_eq!(segments(&stand_in), ["teams", id]);

        let call = client.send_printer_action(*id, *id, *id).send();
        call.await.unwrap_or_else(|e| panic!("{id:?}: {e}"));
        assert_eq!(segments(&stand_in), ["clusters", id, "printers", id, "action", id]);
        assert_eq!(stand_in.requests().len(), 3 * (index + 1));
    }
}

#[tokio::test]
async fn empty_and_dot_ids_are_rejected_without_a_request() {
    async fn errors(client: &Client, id: &str) -> [Error; 4] {
        [
            client.delete_cluster(id).send().await.expect_err("an error"),
            client.get_cluster_status(id).send().await.expect_err("an error"),
            client.print("c1", id).send().await.expect_err("an error"),
            client.reprint("c1", id, "i1").send().await.expect_err("an error"),
        ]
    }

    let stand_in = connect_tests::start_stand_in().await;
    let client = client(&stand_in);
    for id in ["", ".", ".."] {
        let errors = errors(&client, id).await;
        let names = ["cluster_id", "cluster_id", "job_id", "original_cluster_id"];

        for (error, name) in errors.iter().zip(names) {
            assert!(matches!(error, Error::Configuration(_)), "{error:?}");
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }

    assert_eq!(stand_in.requests().len(), 0);
}
