//! Clusters: printers that share a job queue.

use std::collections::HashMap;
use std::time::Duration;

use super::action::Action;
use super::job::{Job, User};
use super::job_list::JobList;
use super::printer::Printer;
use crate::farm::clock::{Time, time_after};
use crate::farm::ids::Ids;

/// The capabilities of each cluster.
const CAPABILITIES: [&str; 15] = [
    "connect_with_cluster_id",
    "connect_with_pin_code",
    "import_material",
    "print_job_action",
    "print_job_action_duplicate",
    "print_job_action_reprint",
    "print_job_action_response",
    "print_job_recent_history",
    "printer_action",
    "printer_action_response",
    "printer_faults",
    "rename",
    "status",
    "update_firmware",
    "webcam_snapshot",
];

/// The additional capabilities of a cluster with a queue.
const QUEUE_CAPABILITIES: [&str; 3] = ["group", "queue", "schedule"];

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The id.
    pub id: String,
    /// The network name of its host.
    pub host_name: String,
    /// The display name.
    pub name: String,
    /// The MakerBot printer that the cluster consists of, if any.
    pub makerbot: Option<MakerBot>,
    /// Who registered it.
    pub user: User,
    /// The id of its workspace.
    pub organization_id: String,
    /// Whether the whole workspace may use it.
    pub organization_shared: bool,
    /// The ids of the teams that may use it.
    pub team_ids: Vec<String>,
    /// The note that users wrote.
    pub note: Option<String>,
    /// Its printers. The first one is the host, which connects the others.
    pub printers: Vec<Printer>,
    /// Its jobs.
    pub jobs: JobList,
    /// The actions on its printers and jobs, by id.
    pub actions: HashMap<String, Action>,
    /// The recurring maintenance tasks.
    pub maintenance_tasks: Vec<MaintenanceTask>,
    /// The completed maintenance, in order.
    pub completed_maintenance: Vec<CompletedMaintenance>,
}

/// A recurring maintenance task.
#[derive(Debug, Clone)]
pub struct MaintenanceTask {
    /// Its code.
    pub code: &'static str,
    /// The time between two completions, in seconds.
    pub interval: u64,
    /// When it was last completed.
    pub completed_at: Time,
}

/// Maintenance that was completed.
#[derive(Debug, Clone)]
pub struct CompletedMaintenance {
    /// When.
    pub completed_at: Time,
    /// The codes of the tasks.
    pub task_codes: Vec<String>,
    /// By whom.
    pub user: User,
}

/// A MakerBot printer. The service can list it before it is registered.
#[derive(Debug, Clone)]
pub struct MakerBot {
    /// Its id, 20 hexadecimal digits.
    pub guid: String,
    /// Its name.
    pub name: String,
    /// The API's `printer_type`.
    pub printer_type: &'static str,
}

/// A printer that waits to be registered.
#[derive(Debug, Clone)]
pub struct PendingRegistration {
    /// The pin that the printer shows.
    pub pin: String,
    /// The id of its connection.
    pub connection_id: String,
    /// The cluster that it becomes.
    pub cluster: Cluster,
}

impl MaintenanceTask {
    /// When it is due.
    pub fn due_date(&self) -> Time {
        time_after(self.completed_at, Duration::from_secs(self.interval))
    }

    /// Whether it is due now.
    pub fn is_due(&self, now: Time) -> bool {
        self.due_date() <= now
    }
}

impl Cluster {
    /// A cluster of these printers, without jobs, and not shared.
    pub fn new(
        ids: &mut Ids,
        name: &str,
        user: &User,
        organization_id: &str,
        printers: Vec<Printer>,
    ) -> Self {
        Self {
            id: ids.secret(),
            host_name: printers.first().map(|host| host.unique_name.clone()).unwrap_or_default(),
            name: name.to_owned(),
            makerbot: None,
            user: user.clone(),
            organization_id: organization_id.to_owned(),
            organization_shared: false,
            team_ids: Vec::new(),
            note: None,
            printers,
            jobs: JobList::default(),
            actions: HashMap::new(),
            maintenance_tasks: Vec::new(),
            completed_maintenance: Vec::new(),
        }
    }

    /// Whether it is online. That depends on its host.
    pub fn is_online(&self) -> bool {
        self.printers.first().is_none_or(|host| host.offline_since.is_none())
    }

    /// Whether it has a job queue.
    pub fn has_queue(&self) -> bool {
        self.printers.first().is_some_and(|host| host.model.has_queue)
    }

    /// The API's `capabilities`.
    pub fn capabilities(&self) -> Vec<&'static str> {
        let mut capabilities = CAPABILITIES.to_vec();
        if self.has_queue() {
            capabilities.extend(QUEUE_CAPABILITIES);
        }
        capabilities
    }

    /// The printer with this UUID.
    pub fn printer(&self, uuid: &str) -> Option<&Printer> {
        self.printers.iter().find(|printer| printer.uuid == uuid)
    }

    /// The printer with this UUID.
    pub fn printer_mut(&mut self, uuid: &str) -> Option<&mut Printer> {
        self.printers.iter_mut().find(|printer| printer.uuid == uuid)
    }

    /// The printer that a job is assigned to.
    pub fn printer_of(&self, job: &Job) -> Option<&Printer> {
        self.printer(job.printer_uuid.as_deref()?)
    }

    /// The job with this UUID, completed or not.
    pub fn job(&self, uuid: &str) -> Option<&Job> {
        self.jobs.get(uuid)
    }

    /// The job with this UUID, completed or not.
    pub fn job_mut(&mut self, uuid: &str) -> Option<&mut Job> {
        self.jobs.get_mut(uuid)
    }

    /// When the service last heard of a job: now, unless its printer is offline.
    pub fn last_seen(&self, job: &Job, now: Time) -> Time {
        self.printer_of(job).and_then(|printer| printer.offline_since).unwrap_or(now)
    }
}
