//! The operations of the API on the state of the farm.

mod actions;
mod clusters;
mod jobs;
mod maintenance;
mod registration;
mod uploads;
mod workspace;

use super::call::{Call, Refusal, Reply};
use crate::farm::state::FarmState;

/// Does what an operation says.
pub type Handler = fn(&mut FarmState, &Call<'_>) -> Result<Reply, Refusal>;

/// What each operation does. The API's description of itself is not here: it has no state.
pub static HANDLERS: [(&str, Handler); 32] = [
    ("get_uptime", workspace::get_uptime),
    ("brew_coffee", workspace::brew_coffee),
    ("get_settings", workspace::get_settings),
    ("update_settings", workspace::update_settings),
    ("delete_team", workspace::delete_team),
    ("get_clusters", clusters::get_clusters),
    ("check_cluster_access", clusters::check_cluster_access),
    ("get_cluster_team_counts", clusters::get_cluster_team_counts),
    ("get_cluster", clusters::get_cluster),
    ("delete_cluster", clusters::delete_cluster),
    ("update_cluster_note", clusters::update_cluster_note),
    ("update_cluster_sharing", clusters::update_cluster_sharing),
    ("get_cluster_status", clusters::get_cluster_status),
    ("get_user_clusters", clusters::get_user_clusters),
    ("send_printer_action", actions::send_printer_action),
    ("send_print_job_action", actions::send_print_job_action),
    ("get_action_status", actions::get_action_status),
    ("print", jobs::print),
    ("reprint", jobs::reprint),
    ("get_print_job", jobs::get_print_job),
    ("update_print_job", jobs::update_print_job),
    ("get_print_jobs", jobs::get_print_jobs),
    ("get_print_job_reports", jobs::get_print_job_reports),
    ("get_print_job_filters", jobs::get_print_job_filters),
    ("add_completed_maintenance", maintenance::add_completed_maintenance),
    ("get_completed_maintenance", maintenance::get_completed_maintenance),
    ("get_pending_maintenance", maintenance::get_pending_maintenance),
    ("confirm_registration", registration::confirm_registration),
    ("confirm_registration_with_pin", registration::confirm_registration_with_pin),
    ("get_makerbot_printers", registration::get_makerbot_printers),
    ("add_makerbot_printer", registration::add_makerbot_printer),
    ("create_material_upload", uploads::create_material_upload),
];

impl FarmState {
    /// The index of the cluster that the path names.
    fn cluster_of(&self, call: &Call<'_>) -> Result<usize, Refusal> {
        self.cluster(call.path("cluster_id")).ok_or_else(|| Refusal::not_found("cluster"))
    }
}
