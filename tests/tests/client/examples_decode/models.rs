//! The model of each request and response, by operation.

use connect_api::Page;
use connect_api::models as m;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An envelope with only `data`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data<T> {
    data: T,
}

/// The envelope of errors.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    pub errors: Vec<m::ErrorObject>,
}

/// A function that decodes a value into a model and encodes the model again.
pub type RoundTrip = fn(&Value) -> Result<Value, String>;

/// Decodes a value into a model and encodes the model again.
pub fn round_trip<T: DeserializeOwned + Serialize>(example: &Value) -> Result<Value, String> {
    // From text, as in a response, because decoding from a `Value` accepts borrowed strings.
    let model: T = serde_json::from_str(&example.to_string()).map_err(|error| error.to_string())?;
    serde_json::to_value(model).map_err(|error| error.to_string())
}

/// Decodes and encodes a model in an envelope, as [`round_trip`].
pub fn data<T: DeserializeOwned + Serialize>(example: &Value) -> Result<Value, String> {
    round_trip::<Data<T>>(example)
}

/// The model of the successful response of an operation.
pub fn response_model(operation: &str) -> Option<RoundTrip> {
    Some(match operation {
        "get_uptime" => data::<m::ApiUptimeResponse>,
        "get_clusters" => round_trip::<Page<m::ClusterResponse>>,
        "check_cluster_access" => data::<m::ClusterIdsResponse>,
        "get_cluster_team_counts" => data::<m::ClusterTeamCountResponse>,
        "get_cluster" | "update_cluster_note" | "update_cluster_sharing" => {
            data::<m::ClusterResponse>
        }
        "get_action_status" | "send_print_job_action" | "send_printer_action" => {
            data::<m::ActionStatusResponse>
        }
        "get_completed_maintenance" => {
            round_trip::<Page<m::PrinterMaintenanceCompletedLogEntriesResponse>>
        }
        "get_pending_maintenance" => round_trip::<Page<m::PrinterMaintenanceTaskResponse>>,
        "print" | "reprint" => data::<m::PrintRequestResponse>,
        "get_print_job" | "update_print_job" => data::<m::PrintJobDetailsResponse>,
        "get_cluster_status" => data::<m::ClusterStatusResponse>,
        "confirm_registration" | "confirm_registration_with_pin" | "add_makerbot_printer" => {
            data::<m::RegistrationResponse>
        }
        "get_print_job_filters" => round_trip::<Page<m::FilterResponse>>,
        "get_makerbot_printers" => round_trip::<Page<m::MakerBotPrinterResponse>>,
        "create_material_upload" => data::<m::MaterialProfileResponse>,
        "get_print_jobs" => round_trip::<Page<m::PrintJobInstanceResponse>>,
        "get_print_job_reports" => round_trip::<Page<m::PrintJobInstanceReportResponse>>,
        "get_settings" | "update_settings" => data::<m::OrganizationSettings>,
        "get_user_clusters" => round_trip::<Page<m::ClusterResponse>>,
        _ => return None,
    })
}

/// The model of the request body of an operation.
pub fn request_model(operation: &str) -> Option<RoundTrip> {
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
