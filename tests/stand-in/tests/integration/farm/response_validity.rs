//! Each operation is called in many states of a farm, and each response is validated.

use std::collections::{BTreeMap, BTreeSet};

use connect_stand_in::StandIn;
use connect_stand_in::farm::Farm;
use connect_stand_in::farm::operation::HANDLERS;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{HOUR, MINUTE, SECOND};

/// How often each operation responded with each status.
type StatusCounts = BTreeMap<String, BTreeMap<u16, usize>>;

/// A client that validates each response against the document.
struct ValidatingClient {
    stand_in: StandIn,
    client: Client,
    counts: StatusCounts,
}

impl ValidatingClient {
    /// Sends a request, validates the response, and returns its body.
    async fn call(&mut self, id: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let method: Method = method.parse().expect("a method");
        let url = format!("{}{path}", self.stand_in.base_url());
        let mut request = self.client.request(method, url).bearer_auth(self.stand_in.token());

        if let Some(data) = body {
            request = request.json(&json!({"data": data}));
        }

        let response = request.send().await.expect("a response");
        let status = response.status().as_u16();
        let text = response.text().await.expect("text");

        let body: Option<Value> = match text.as_str() {
            "" => None,
            text => Some(serde_json::from_str(text).expect("JSON")),
        };

        let operation = self.stand_in.contract().operation(id).expect("an operation");
        let errors = operation.check_response(status, body.as_ref());
        assert!(errors.is_empty(), "{id}: {status}: {errors:?}");
        assert_ne!(status, 500, "{id}: {body:?}");

        *self.counts.entry(id.to_owned()).or_default().entry(status).or_default() += 1;
        body.unwrap_or_default()
    }

    async fn get(&mut self, id: &str, path: &str) -> Value {
        self.call(id, "GET", path, None).await
    }

    async fn post(&mut self, id: &str, path: &str, data: Value) -> Value {
        self.call(id, "POST", path, Some(data)).await
    }

    /// Calls the operations that change nothing, and returns the ids of the clusters.
    async fn call_read_operations(&mut self) -> Vec<String> {
        for (id, path) in [
            ("get_uptime", "/"),
            ("brew_coffee", "/teapot"),
            ("get_settings", "/settings"),
            ("get_cluster_team_counts", "/clusters/team_count"),
            ("get_makerbot_printers", "/makerbot/printers"),
            ("get_print_job_filters", "/filters/print_jobs"),
            ("get_print_jobs", "/print_jobs?limit=7&page=2"),
            ("get_print_jobs", "/print_jobs?status=deleted&status=history&search=e"),
            (
                "get_print_job_reports",
                "/print_jobs/reports?start_date=2026-01-01&end_date=2027-01-01",
            ),
            ("get_print_job_reports", "/print_jobs/reports?start_date=x&end_date=2027-01-01"),
            ("get_clusters", "/clusters?limit=2&page=9"),
            ("get_cluster", "/clusters/nowhere"),
            ("get_cluster_status", "/clusters/nowhere/status"),
            ("get_user_clusters", "/user/unknown/clusters"),
        ] {
            self.get(id, path).await;
        }

        let clusters = self.get("get_clusters", "/clusters").await;
        let clusters = clusters["data"].as_array().expect("a list").clone();

        let mut ids = Vec::new();
        for cluster in &clusters {
            let id = cluster["cluster_id"].as_str().expect("an id").to_owned();
            let user = cluster["user_id"].as_str().expect("an id");
            self.get("get_user_clusters", &format!("/user/{user}/clusters")).await;
            self.get("get_cluster", &format!("/clusters/{id}")).await;

            let maintenance = format!("/clusters/{id}/maintenance");
            self.get("get_pending_maintenance", &format!("{maintenance}/pending")).await;
            self.get("get_completed_maintenance", &format!("{maintenance}/completed")).await;
            ids.push(id);
        }

        ids
    }

    /// Calls the operations that change a cluster, its jobs and its printers.
    async fn call_cluster_operations(&mut self, cluster: &str, files: &[String]) {
        let base = format!("/clusters/{cluster}");
        for file in files {
            self.post("print", &format!("{base}/print/{file}"), json!({"start_now": true})).await;
        }

        self.call("print", "POST", &format!("{base}/print/unknown"), None).await;
        let status = self.get("get_cluster_status", &format!("{base}/status")).await;

        let uuids = |name: &str| {
            let list = status["data"][name].as_array().expect("a list").iter();
            list.map(|item| item["uuid"].as_str().expect("a UUID").to_owned()).collect::<Vec<_>>()
        };

        let jobs = [uuids("print_jobs"), uuids("recently_completed")].concat();
        let job_actions =
            ["pause", "resume", "duplicate", "force", "abort", "move", "remove", "levitate"];
        for (job, action) in jobs.iter().take(2 * job_actions.len()).zip(job_actions.iter().cycle())
        {
            let path = format!("{base}/print_jobs/{job}");
            self.get("get_print_job", &path).await;
            self.post("update_print_job", &path, json!({"note": "ü"})).await;

            let path = format!("{path}/action/{action}");
            self.post("send_print_job_action", &path, json!({"list": "queued"})).await;
            self.post("reprint", &format!("{base}/reprint/{cluster}/{job}"), json!({})).await;
        }

        let printer_actions =
            ["rename", "update_firmware", "get_webcam_snapshot", "import_material", "dance"];
        let mut actions = Vec::new();
        for printer in uuids("printers") {
            for action in printer_actions {
                let path = format!("{base}/printers/{printer}/action/{action}");
                let body = json!({"name": "Neu", "schedule_update": true});
                let action = self.post("send_printer_action", &path, body).await;
                actions.extend(action["data"]["action_id"].as_str().map(str::to_owned));
            }
        }

        for _ in 0..3 {
            for action in &actions {
                self.get("get_action_status", &format!("{base}/action_status/{action}")).await;
            }
            self.stand_in.advance(2 * SECOND);
        }

        self.post("update_cluster_note", &format!("{base}/note"), json!({"note": {"note": "x"}}))
            .await;
        self.post("update_cluster_sharing", &format!("{base}/share"), json!({"team_ids": []}))
            .await;

        let path = format!("{base}/maintenance");
        let body = Some(json!({"task_codes": ["sline_clean_printer"]}));
        self.call("add_completed_maintenance", "PUT", &path, body).await;
    }

    /// Calls the operations that add and remove clusters and teams.
    async fn call_workspace_operations(&mut self, clusters: &[String]) {
        let ids = json!({"cluster_ids": clusters});
        self.post("check_cluster_access", "/clusters", ids).await;

        let connection = self.stand_in.add_unregistered_printer("Kallisto", "Q7W8E9");
        for (id, path) in [
            ("confirm_registration_with_pin", "/confirm-registration-pin/A1B2C3"),
            ("confirm_registration_with_pin", "/confirm-registration-pin/A1B2C3"),
            ("confirm_registration", &*format!("/confirm-registration/{connection}")),
        ] {
            self.call(id, "POST", path, None).await;
        }

        let makerbots = self.get("get_makerbot_printers", "/makerbot/printers").await;
        for _ in 0..2 {
            let body = json!({"printer_id": makerbots["data"][0]["host_guid"]});
            self.call("add_makerbot_printer", "PUT", "/makerbot/printers", Some(body)).await;
        }

        let body = json!({
            "material_profile_name": "a.umm", "file_size": 1, "content_type": "application/zip",
            "origin": "cura",
        });
        self.call("create_material_upload", "PUT", "/materials/upload", Some(body)).await;

        let teams = self.get("get_cluster_team_counts", "/clusters/team_count").await;
        for team in teams["data"]["counts"].as_object().expect("counts").keys() {
            self.call("delete_team", "DELETE", &format!("/teams/{team}"), None).await;
        }

        self.call("delete_cluster", "DELETE", &format!("/clusters/{}", clusters[0]), None).await;
        self.post("update_settings", "/settings", json!({"require_print_approval": true})).await;
    }
}

#[tokio::test]
async fn responses_of_all_operations_are_valid_in_many_states() {
    let stand_in = StandIn::builder().farm(Farm::new().random_events(7)).start().await;
    let stand_in = stand_in.expect("a stand-in");
    let files: Vec<_> = stand_in.files().into_iter().map(|file| file.job_id).collect();
    let mut client =
        ValidatingClient { stand_in, client: Client::new(), counts: StatusCounts::new() };

    for step in 0..12 {
        let clusters = client.call_read_operations().await;
        for cluster in &clusters {
            client.call_cluster_operations(cluster, &files[step % 5..=step % 5]).await;
        }

        let last = clusters.last().expect("a cluster");
        let status = client.get("get_cluster_status", &format!("/clusters/{last}/status")).await;
        let host = status["data"]["printers"][0]["uuid"].as_str().unwrap_or_default().to_owned();

        match step {
            2 => client.stand_in.set_printer_online(last, &host, false),
            4 => client.stand_in.set_printer_online(last, &host, true),
            5 => client.stand_in.break_printer(last, &host, "AIR_MANAGER_FILTER_MISSING"),
            7 => client.call_workspace_operations(&clusters).await,
            9 => drop(client.stand_in.approve_jobs(last)),
            _ => {}
        }

        client.stand_in.advance(if step % 2 == 0 { 3 * HOUR } else { 20 * MINUTE });
    }

    // Each operation was called with success, apart from `brew_coffee`.
    for (id, _) in HANDLERS {
        let counts = client.counts.get(id).unwrap_or_else(|| panic!("{id} was not called"));
        let has_success = counts.keys().any(|status| (200..300).contains(status));
        assert!(has_success || id == "brew_coffee", "{id}: {counts:?}");
    }

    let statuses: BTreeSet<u16> =
        client.counts.values().flat_map(BTreeMap::keys).copied().collect();
    assert_eq!(statuses, BTreeSet::from([200, 201, 204, 400, 404, 409, 418]));

    let response_count: usize = client.counts.values().flat_map(BTreeMap::values).sum();
    println!("{response_count} valid responses: {:#?}", client.counts);
    assert!(response_count > 1500, "{response_count}");
}

#[tokio::test]
async fn farm_implements_each_operation_but_get_spec() {
    let stand_in = StandIn::builder().farm(Farm::with_size(0, 0)).start().await;
    let stand_in = stand_in.expect("a stand-in");
    let documented: BTreeSet<&str> =
        stand_in.contract().operations().map(|operation| operation.id.as_str()).collect();
    let mut implemented: BTreeSet<&str> = HANDLERS.iter().map(|(id, _)| *id).collect();

    assert!(implemented.insert("get_spec"), "`get_spec` needs no state");
    assert_eq!(implemented, documented);
}

#[tokio::test]
async fn response_that_violates_the_document_is_an_internal_error() {
    let mut contract: Value = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    contract["components"]["schemas"]["OrganizationSettings"]["required"] = json!(["colour"]);
    let builder = StandIn::builder().contract(contract).farm(Farm::with_size(0, 0));
    let stand_in = builder.start().await.expect("a stand-in");
    let url = format!("{}/settings", stand_in.base_url());
    let response = Client::new().get(url).bearer_auth(stand_in.token()).send().await;
    let response = response.expect("a response");

    assert_eq!(response.status().as_u16(), 500);
    let body: Value = response.json().await.expect("JSON");
    let detail = body["errors"][0]["detail"].as_str().expect("a detail");
    assert!(detail.contains("get_settings") && detail.contains("colour"), "{detail}");
}
