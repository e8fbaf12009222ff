//! Test cases of print jobs.

use connect_api::models::{PrintJobInstanceUpdateRequest, PrintJobOrigin, PrintJobState};
use serde_json::json;

use super::case::{Case, data, page};

pub fn cases() -> Vec<Case> {
    [single_jobs(), lists()].into_iter().flatten().collect()
}

fn single_jobs() -> Vec<Case> {
    vec![
        Case::new(
            "get_print_job",
            "GET",
            "/clusters/c1/print_jobs/j1",
            data(|client| client.get_print_job("c1", "j1").send_for_response()),
        ),
        Case::new(
            "update_print_job",
            "POST",
            "/clusters/c1/print_jobs/j1",
            data(|client| {
                let body = PrintJobInstanceUpdateRequest::new().note("Für später");
                client.update_print_job("c1", "j1", body).send_for_response()
            }),
        )
        .body(json!({"note": "Für später"})),
        Case::new(
            "send_print_job_action",
            "POST",
            "/clusters/c1/print_jobs/j1/action/move",
            data(|client| {
                let request = client.send_print_job_action("c1", "j1", "move").list("queued");
                let request = request.message("first").quantity(3).to_position(0);
                request.send_for_response()
            }),
        )
        .body(json!({"list": "queued", "message": "first", "quantity": 3, "to_position": 0})),
        Case::new(
            "print",
            "POST",
            "/clusters/c1/print/j1",
            data(|client| client.print("c1", "j1").start_now(true).send_for_response()),
        )
        .body(json!({"start_now": true})),
        Case::new(
            "reprint",
            "POST",
            "/clusters/c1/reprint/c2/i1",
            data(|client| client.reprint("c1", "c2", "i1").start_now(false).send_for_response()),
        )
        .body(json!({"start_now": false})),
    ]
}

fn lists() -> Vec<Case> {
    vec![
        Case::new(
            "get_print_job_filters",
            "GET",
            "/filters/print_jobs",
            data(|client| client.get_print_job_filters().send_for_response()),
        ),
        Case::new(
            "get_print_jobs",
            "GET",
            "/print_jobs",
            page(|client| {
                let request = client.get_print_jobs().cluster_ids(["c1", "c2"]).limit(10).page(3);
                let request = request.private_only(false).search("50% & ä");
                let request = request.sent_from([PrintJobOrigin::Cloud, PrintJobOrigin::Usb]);
                request.status([PrintJobState::InProgress]).send_for_response()
            }),
        )
        .query(&[
            ("cluster_ids", "c1"),
            ("cluster_ids", "c2"),
            ("limit", "10"),
            ("page", "3"),
            ("private_only", "false"),
            ("search", "50% & ä"),
            ("sent_from", "cloud"),
            ("sent_from", "usb"),
            ("status", "in_progress"),
        ]),
        Case::new(
            "get_print_job_reports",
            "GET",
            "/print_jobs/reports",
            page(|client| {
                let request = client.get_print_job_reports("2020-01-01", "2020-02-01T00:00:00+01");
                request.cluster_ids(["c1"]).limit(10).page(1).send_for_response()
            }),
        )
        .query(&[
            ("cluster_ids", "c1"),
            ("end_date", "2020-02-01T00:00:00+01"),
            ("limit", "10"),
            ("page", "1"),
            ("start_date", "2020-01-01"),
        ]),
    ]
}
