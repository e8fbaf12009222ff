//! Every example of the document decodes through the crate's models, and comes back equal.

use connect_api::Page;
use connect_api::models as m;
use connect_tests::json::canonical;
use connect_tests::stand_in::contract::Contract;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A body of one member, and of no other.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data<T> {
    data: T,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Errors {
    errors: Vec<m::ErrorObject>,
}

type Trip = fn(&Value) -> Result<Value, String>;

/// There and back.
fn trip<T: DeserializeOwned + Serialize>(example: &Value) -> Result<Value, String> {
    // From text, as it arrives: reading from a `Value` is more lenient with borrowed strings.
    let model: T = serde_json::from_str(&example.to_string()).map_err(|error| error.to_string())?;
    serde_json::to_value(model).map_err(|error| error.to_string())
}

fn data<T: DeserializeOwned + Serialize>(example: &Value) -> Result<Value, String> {
    trip::<Data<T>>(example)
}

/// What the success of an operation is read with.
fn answer(operation: &str) -> Option<Trip> {
    Some(match operation {
        "get_uptime" => data::<m::ApiUptimeResponse>,
        "get_clusters" => trip::<Page<m::ClusterResponse>>,
        "check_cluster_access" => data::<m::ClusterIdsResponse>,
        "get_cluster_team_counts" => data::<m::ClusterTeamCountResponse>,
        "get_cluster" | "update_cluster_note" | "update_cluster_sharing" => {
            data::<m::ClusterResponse>
        }
        "get_action_status" | "send_print_job_action" | "send_printer_action" => {
            data::<m::ActionStatusResponse>
        }
        "get_completed_maintenance" => {
            trip::<Page<m::PrinterMaintenanceCompletedLogEntriesResponse>>
        }
        "get_pending_maintenance" => data::<Vec<m::PrinterMaintenanceTaskResponse>>,
        "print" | "reprint" => data::<m::PrintRequestResponse>,
        "get_print_job" | "update_print_job" => data::<m::PrintJobDetailsResponse>,
        "get_cluster_status" => data::<m::ClusterStatusResponse>,
        "confirm_registration" | "confirm_registration_with_pin" | "add_makerbot_printer" => {
            data::<m::RegistrationResponse>
        }
        "get_print_job_filters" => data::<Vec<m::FilterResponse>>,
        "get_makerbot_printers" => data::<Vec<m::MakerBotPrinterResponse>>,
        "create_material_upload" => data::<m::MaterialProfileResponse>,
        "get_print_jobs" => trip::<Page<m::PrintJobInstanceResponse>>,
        "get_print_job_reports" => trip::<Page<m::PrintJobInstanceReportResponse>>,
        "get_settings" | "update_settings" => data::<m::OrganizationSettings>,
        "get_user_clusters" => data::<Vec<m::ClusterResponse>>,
        _ => return None,
    })
}

/// What the body of a request is made with.
fn request(operation: &str) -> Option<Trip> {
    Some(match operation {
        "check_cluster_access" => data::<m::ClusterIdsRequest>,
        "add_completed_maintenance" => data::<m::PrinterMaintenanceTaskRequest>,
        "update_cluster_note" => data::<m::ClusterNoteUpdateRequest>,
        "print" | "reprint" => data::<m::PrintBodyRequest>,
        "update_print_job" => data::<m::PrintJobInstanceUpdateRequest>,
        "send_print_job_action" => data::<m::PrintJobActionBodyRequest>,
        "send_printer_action" => data::<m::PrinterActionBodyRequest>,
        "update_cluster_sharing" => data::<m::ClusterSharingUpdateRequest>,
        "add_makerbot_printer" => data::<m::ConfirmRegistrationMakerBotRequest>,
        "create_material_upload" => data::<m::MaterialProfileUploadRequest>,
        "update_settings" => data::<m::OrganizationSettings>,
        _ => return None,
    })
}

/// What an example lost or gained on the way, if anything.
fn difference(place: &str, example: &Value, trip: Option<Trip>) -> Option<String> {
    let Some(trip) = trip else { return Some(format!("{place}: no model is named for it")) };
    match trip(example) {
        Ok(back) if canonical(back.clone()) == canonical(example.clone()) => None,
        Ok(back) => Some(format!("{place}:\n  {example}\ncame back as\n  {back}")),
        Err(error) => Some(format!("{place}: {error}")),
    }
}

#[test]
fn every_example_decodes_and_comes_back_equal() {
    let document = include_str!("../../spec/connect-v1.openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let contract = Contract::read(&document).expect("a contract");
    let (mut requests, mut responses, mut findings) = (0, 0, Vec::new());
    for operation in contract.operations() {
        let id = operation.id.as_str();
        if let Some(example) = operation.body.as_ref().and_then(|it| it.content.example.as_ref()) {
            requests += 1;
            findings.extend(difference(&format!("{id} request"), example, request(id)));
        }
        for (status, content) in &operation.answers {
            let Some(example) = content.as_ref().and_then(|it| it.example.as_ref()) else {
                continue;
            };
            responses += 1;
            let errors: Trip = trip::<Errors>;
            let trip = if *status < 300 { answer(id) } else { Some(errors) };
            findings.extend(difference(&format!("{id} {status}"), example, trip));
        }
    }
    println!("{requests} examples of requests, {responses} of responses");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!((requests, responses), (12, 180));
}

#[test]
fn a_model_that_loses_something_is_found_out() {
    let example = serde_json::json!({"data": {"enable_print_prep": true, "more": 1}});
    let difference = difference("here", &example, Some(data::<m::OrganizationSettings>));
    assert!(difference.is_some_and(|it| it.contains("\"more\"")));
}
