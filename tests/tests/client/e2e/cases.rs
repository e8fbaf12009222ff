//! Test cases: each operation with all required and optional parameters.

use connect_api::models::{
    ClusterIdsRequest, ClusterNote, ClusterNoteUpdateRequest, ClusterSharingUpdateRequest,
    ConfirmRegistrationMakerBotRequest, MaterialProfileUploadRequest, OrganizationSettings,
    PrinterMaintenanceTaskRequest,
};
use serde_json::json;

use super::case::{Case, data, nothing, page, whole};
use super::print_jobs;

const CLUSTER: &str = "ABCDefGHIjKlMNOpQrSTUvYxWZ0-1234567890abcDE=";
const PRINTER: &str = "5712e0ac-e90a-0344-ee91-7e8050a44c9b";

/// Returns the cases of all operations.
pub fn all() -> Vec<Case> {
    [clusters(), cluster_details(), printers(), print_jobs::cases(), registration(), service()]
        .into_iter()
        .flatten()
        .collect()
}

fn clusters() -> Vec<Case> {
    vec![
        Case::new(
            "get_clusters",
            "GET",
            "/clusters",
            page(|client| {
                let request = client.get_clusters().limit(20).machine_variant("Ultimaker S5");
                let request = request.page(2).prefer_material_1("PLA & more").prefer_material_2("");
                let request = request.prefer_print_core_1("AA 0.4").prefer_print_core_2("BB+0.8");
                request.sort("-name").team_ids(["a", "b,c"]).send_for_response()
            }),
        )
        .query(&[
            ("limit", "20"),
            ("machine_variant", "Ultimaker S5"),
            ("page", "2"),
            ("prefer_material_1", "PLA & more"),
            ("prefer_material_2", ""),
            ("prefer_print_core_1", "AA 0.4"),
            ("prefer_print_core_2", "BB+0.8"),
            ("sort", "-name"),
            ("team_ids", "a"),
            ("team_ids", "b,c"),
        ]),
        Case::new(
            "check_cluster_access",
            "POST",
            "/clusters",
            data(|client| {
                let body = ClusterIdsRequest::new().cluster_ids([CLUSTER]);
                client.check_cluster_access(body).send_for_response()
            }),
        )
        .body(json!({"cluster_ids": [CLUSTER]})),
        Case::new(
            "get_cluster_team_counts",
            "GET",
            "/clusters/team_count",
            data(|client| client.get_cluster_team_counts().team_ids(["x"]).send_for_response()),
        )
        .query(&[("team_ids", "x")]),
        Case::new(
            "get_cluster",
            "GET",
            "/clusters/ABCDefGHIjKlMNOpQrSTUvYxWZ0-1234567890abcDE%3D",
            data(|client| client.get_cluster(CLUSTER).send_for_response()),
        ),
        Case::new(
            "delete_cluster",
            "DELETE",
            "/clusters/c1",
            nothing(|client| client.delete_cluster("c1").send_for_response()),
        ),
    ]
}

fn cluster_details() -> Vec<Case> {
    vec![
        Case::new(
            "get_cluster_status",
            "GET",
            "/clusters/c1/status",
            data(|client| client.get_cluster_status("c1").send_for_response()),
        ),
        Case::new(
            "get_user_clusters",
            "GET",
            "/user/u1/clusters",
            data(|client| {
                client.get_user_clusters("u1").organization_ids(["o1", "o2"]).send_for_response()
            }),
        )
        .query(&[("organization_ids", "o1"), ("organization_ids", "o2")]),
        Case::new(
            "update_cluster_note",
            "POST",
            "/clusters/c1/note",
            data(|client| {
                let note = ClusterNote::new("Hoi, ik ben \"Papegaai\".\n");
                let body = ClusterNoteUpdateRequest::new().note(note);
                client.update_cluster_note("c1", body).send_for_response()
            }),
        )
        .body(json!({"note": {"note": "Hoi, ik ben \"Papegaai\".\n"}})),
        Case::new(
            "update_cluster_sharing",
            "POST",
            "/clusters/c1/share",
            data(|client| {
                let body = ClusterSharingUpdateRequest::new().organization_shared(false);
                let body = body.team_ids(["t1", "t2"]);
                client.update_cluster_sharing("c1", body).send_for_response()
            }),
        )
        .body(json!({"organization_shared": false, "team_ids": ["t1", "t2"]})),
    ]
}

fn printers() -> Vec<Case> {
    vec![
        Case::new(
            "get_action_status",
            "GET",
            "/clusters/c1/action_status/a1",
            data(|client| client.get_action_status("c1", "a1").send_for_response()),
        ),
        Case::new(
            "send_printer_action",
            "POST",
            "/clusters/c1/printers/p1/action/update_firmware",
            data(|client| {
                let request = client.send_printer_action("c1", "p1", "update_firmware");
                let request = request.channel("testing".into()).enabled(true).name("Pooper");
                let request = request.material_profile_id(CLUSTER).pin_code("A1B2C3");
                request.schedule_update(false).send_for_response()
            }),
        )
        .body(json!({
            "channel": "testing",
            "enabled": true,
            "material_profile_id": CLUSTER,
            "name": "Pooper",
            "pin_code": "A1B2C3",
            "schedule_update": false,
        })),
        Case::new(
            "get_makerbot_printers",
            "GET",
            "/makerbot/printers",
            data(|client| client.get_makerbot_printers().send_for_response()),
        ),
        Case::new(
            "add_completed_maintenance",
            "PUT",
            "/clusters/c1/maintenance",
            nothing(|client| {
                let body = PrinterMaintenanceTaskRequest::new();
                let body = body.task_codes(["um3_clean_printer".into()]);
                client.add_completed_maintenance("c1", body).send_for_response()
            }),
        )
        .body(json!({"task_codes": ["um3_clean_printer"]})),
        Case::new(
            "get_completed_maintenance",
            "GET",
            "/clusters/c1/maintenance/completed",
            page(|client| {
                client.get_completed_maintenance("c1").limit(5).page(1).send_for_response()
            }),
        )
        .query(&[("limit", "5"), ("page", "1")]),
        Case::new(
            "get_pending_maintenance",
            "GET",
            "/clusters/c1/maintenance/pending",
            data(|client| client.get_pending_maintenance("c1").send_for_response()),
        ),
    ]
}

fn registration() -> Vec<Case> {
    vec![
        Case::new(
            "add_makerbot_printer",
            "PUT",
            "/makerbot/printers",
            data(|client| {
                let body = ConfirmRegistrationMakerBotRequest::new(PRINTER);
                client.add_makerbot_printer(body).send_for_response()
            }),
        )
        .body(json!({"printer_id": PRINTER})),
        Case::new(
            "confirm_registration",
            "POST",
            "/confirm-registration/k1",
            data(|client| client.confirm_registration("k1").send_for_response()),
        ),
        Case::new(
            "confirm_registration_with_pin",
            "POST",
            "/confirm-registration-pin/A1B2C3",
            data(|client| {
                let request = client.confirm_registration_with_pin("A1B2C3");
                request.printer_brand("ultimaker").send_for_response()
            }),
        )
        .query(&[("printer_brand", "ultimaker")]),
        Case::new(
            "delete_team",
            "DELETE",
            "/teams/t1",
            nothing(|client| client.delete_team("t1").send_for_response()),
        ),
        Case::new(
            "get_settings",
            "GET",
            "/settings",
            data(|client| client.get_settings().send_for_response()),
        ),
        Case::new(
            "update_settings",
            "POST",
            "/settings",
            data(|client| {
                let body = OrganizationSettings::new().enable_print_prep(true);
                client.update_settings(body.require_print_approval(false)).send_for_response()
            }),
        )
        .body(json!({"enable_print_prep": true, "require_print_approval": false})),
        Case::new(
            "create_material_upload",
            "PUT",
            "/materials/upload",
            data(|client| {
                let body = MaterialProfileUploadRequest::new(
                    "application/zip",
                    10_000,
                    "ultibot.umm",
                    "https://www.ultimaker.com",
                );
                client.create_material_upload(body).send_for_response()
            }),
        )
        .body(json!({
            "content_type": "application/zip",
            "file_size": 10_000,
            "material_profile_name": "ultibot.umm",
            "origin": "https://www.ultimaker.com",
        })),
    ]
}

fn service() -> Vec<Case> {
    vec![
        Case::new("get_uptime", "GET", "/", data(|client| client.get_uptime().send_for_response())),
        Case::new(
            "get_spec",
            "GET",
            "/spec",
            whole(|client| client.get_spec().version("2.0").send_for_response()),
        )
        .query(&[("version", "2.0")]),
        Case::new(
            "brew_coffee",
            "GET",
            "/teapot",
            nothing(|client| client.brew_coffee().send_for_response()),
        ),
    ]
}
