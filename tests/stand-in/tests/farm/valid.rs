//! Every operation in many states of a farm, on the wire: each answer is as the document says.

use std::collections::{BTreeMap, BTreeSet};

use connect_stand_in::StandIn;
use connect_stand_in::farm::Farm;
use connect_stand_in::farm::operation::HANDLERS;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{HOUR, MINUTE, SECOND};

/// What was answered: how often each operation gave each status.
type Tally = BTreeMap<String, BTreeMap<u16, usize>>;

/// Requests on the wire, each answer held against the document.
struct Wire {
    farm: StandIn,
    client: Client,
    tally: Tally,
}

impl Wire {
    async fn call(&mut self, id: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let method: Method = method.parse().expect("a method");
        let url = format!("{}{path}", self.farm.base_url());
        let mut request = self.client.request(method, url).bearer_auth(self.farm.token());

        if let Some(data) = body {
            request = request.json(&json!({"data": data}));
        }

        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");

        let body: Option<Value> = match text.as_str() {
            "" => None,
            text => Some(serde_json::from_str(text).expect("JSON")),
        };
        let operation = self.farm.contract().operation(id).expect("an operation");
        let findings = operation.check_response(status, body.as_ref());

        assert!(findings.is_empty(), "{id}: {status}: {findings:?}");
        assert_ne!(status, 500, "{id}: {body:?}");

        *self.tally.entry(id.to_owned()).or_default().entry(status).or_default() += 1;
        body.unwrap_or_default()
    }

    async fn get(&mut self, id: &str, path: &str) -> Value {
        self.call(id, "GET", path, None).await
    }

    async fn post(&mut self, id: &str, path: &str, data: Value) -> Value {
        self.call(id, "POST", path, Some(data)).await
    }

    /// All that can be read without changing anything.
    async fn read(&mut self) -> Vec<String> {
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
            ("get_user_clusters", "/user/nobody/clusters"),
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

    /// All that can be done to a cluster and what it has.
    async fn change(&mut self, cluster: &str, files: &[String]) {
        let base = format!("/clusters/{cluster}");
        for file in files {
            self.post("print", &format!("{base}/print/{file}"), json!({"start_now": true})).await;
        }

        self.call("print", "POST", &format!("{base}/print/nothing"), None).await;
        let status = self.get("get_cluster_status", &format!("{base}/status")).await;

        let list = |name: &str| {
            let list = status["data"][name].as_array().expect("a list").iter();
            list.map(|item| item["uuid"].as_str().expect("a UUID").to_owned()).collect::<Vec<_>>()
        };
        let jobs = [list("print_jobs"), list("recently_completed")].concat();
        let verbs =
            ["pause", "resume", "duplicate", "force", "abort", "move", "remove", "levitate"];

        for (job, verb) in jobs.iter().take(2 * verbs.len()).zip(verbs.iter().cycle()) {
            let path = format!("{base}/print_jobs/{job}");
            self.get("get_print_job", &path).await;
            self.post("update_print_job", &path, json!({"note": "ü"})).await;

            let path = format!("{path}/action/{verb}");
            self.post("send_print_job_action", &path, json!({"list": "queued"})).await;
            self.post("reprint", &format!("{base}/reprint/{cluster}/{job}"), json!({})).await;
        }

        let verbs =
            ["rename", "update_firmware", "get_webcam_snapshot", "import_material", "dance"];
        let mut actions = Vec::new();
        for printer in list("printers") {
            for verb in verbs {
                let path = format!("{base}/printers/{printer}/action/{verb}");
                let body = json!({"name": "Neu", "schedule_update": true});
                let action = self.post("send_printer_action", &path, body).await;
                actions.extend(action["data"]["action_id"].as_str().map(str::to_owned));
            }
        }

        for _ in 0..3 {
            for action in &actions {
                self.get("get_action_status", &format!("{base}/action_status/{action}")).await;
            }
            self.farm.advance(2 * SECOND);
        }

        self.post("update_cluster_note", &format!("{base}/note"), json!({"note": {"note": "x"}}))
            .await;
        self.post("update_cluster_sharing", &format!("{base}/share"), json!({"team_ids": []}))
            .await;
        let path = format!("{base}/maintenance");
        let body = Some(json!({"task_codes": ["sline_clean_printer"]}));
        self.call("add_completed_maintenance", "PUT", &path, body).await;
    }

    /// All that is done once, since it makes the farm another one.
    async fn rearrange(&mut self, clusters: &[String]) {
        let ids = json!({"cluster_ids": clusters});
        self.post("check_cluster_access", "/clusters", ids).await;
        let connection = self.farm.add_unregistered_printer("Kallisto", "Q7W8E9");

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
async fn every_answer_in_many_states_is_as_the_document_says() {
    let farm =
        StandIn::builder().farm(Farm::new().random_events(7)).start().await.expect("a stand-in");
    let files: Vec<_> = farm.files().into_iter().map(|file| file.job_id).collect();
    let mut wire = Wire { farm, client: Client::new(), tally: Tally::new() };

    for step in 0..12 {
        let clusters = wire.read().await;
        for cluster in &clusters {
            wire.change(cluster, &files[step % 5..=step % 5]).await;
        }

        let last = clusters.last().expect("a cluster");
        let status = wire.get("get_cluster_status", &format!("/clusters/{last}/status")).await;
        let host = status["data"]["printers"][0]["uuid"].as_str().unwrap_or_default().to_owned();

        match step {
            2 => wire.farm.set_printer_online(last, &host, false),
            4 => wire.farm.set_printer_online(last, &host, true),
            5 => wire.farm.break_printer(last, &host, "AIR_MANAGER_FILTER_MISSING"),
            7 => wire.rearrange(&clusters).await,
            9 => drop(wire.farm.approve_jobs(last)),
            _ => {}
        }

        wire.farm.advance(if step % 2 == 0 { 3 * HOUR } else { 20 * MINUTE });
    }

    // Of each operation that the farm has, a success was seen, and of most an error too.
    for (id, _) in HANDLERS {
        let seen = wire.tally.get(id).unwrap_or_else(|| panic!("{id} was not called"));
        let success = seen.keys().any(|status| (200..300).contains(status));
        assert!(success || id == "brew_coffee", "{id}: {seen:?}");
    }

    let statuses: BTreeSet<u16> = wire.tally.values().flat_map(BTreeMap::keys).copied().collect();
    assert_eq!(statuses, BTreeSet::from([200, 201, 204, 400, 404, 409, 418]));

    let answers: usize = wire.tally.values().flat_map(BTreeMap::values).sum();
    println!("{answers} answers held against the document: {:#?}", wire.tally);
    assert!(answers > 1500, "{answers}");
}

#[tokio::test]
async fn the_farm_knows_every_operation_that_has_to_do_with_state() {
    let farm = StandIn::builder().farm(Farm::with_size(0, 0)).start().await.expect("a stand-in");
    let documented: BTreeSet<&str> =
        farm.contract().operations().map(|operation| operation.id.as_str()).collect();
    let mut known: BTreeSet<&str> = HANDLERS.iter().map(|(id, _)| *id).collect();

    assert!(known.insert("get_spec"), "the API's description has no state");
    assert_eq!(known, documented);
}

#[tokio::test]
async fn an_answer_that_breaks_the_document_is_not_sent() {
    let mut contract: Value = serde_json::from_str(connect_stand_in::CONTRACT).expect("JSON");
    contract["components"]["schemas"]["OrganizationSettings"]["required"] = json!(["colour"]);
    let builder = StandIn::builder().contract(contract).farm(Farm::with_size(0, 0));
    let farm = builder.start().await.expect("a stand-in");
    let url = format!("{}/settings", farm.base_url());
    let answer = Client::new().get(url).bearer_auth(farm.token()).send().await.expect("an answer");

    assert_eq!(answer.status().as_u16(), 500);
    let answer: Value = answer.json().await.expect("JSON");
    let detail = answer["errors"][0]["detail"].as_str().expect("a detail");
    assert!(detail.contains("get_settings") && detail.contains("colour"), "{detail}");
}
