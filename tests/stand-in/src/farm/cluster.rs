//! A cluster: printers that share a queue, and what belongs to them.

use std::collections::HashMap;
use std::time::Duration;

use super::action::Action;
use super::clock::{Time, after};
use super::ids::Ids;
use super::job::{Job, User};
use super::jobs::Jobs;
use super::printer::Printer;

/// What every cluster can do.
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

/// A task of maintenance that comes back.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its code.
    pub code: &'static str,
    /// How often it is due, in seconds.
    pub interval: u64,
    /// When it was done last.
    pub done: Time,
}

impl Task {
    /// When it has to be done next.
    pub fn due(&self) -> Time {
        after(self.done, Duration::from_secs(self.interval))
    }

    /// Whether it has to be done now.
    pub fn is_due(&self, now: Time) -> bool {
        self.due() <= now
    }
}

/// Maintenance that was done.
#[derive(Debug, Clone)]
pub struct Maintained {
    /// When.
    pub at: Time,
    /// The codes of the tasks.
    pub codes: Vec<String>,
    /// By whom.
    pub by: User,
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// The name of its host in the network.
    pub host_name: String,
    /// Its name for people.
    pub name: String,
    /// What a MakerBot printer is called by its maker.
    pub makerbot: Option<MakerBot>,
    /// Who registered it.
    pub user: User,
    /// The workspace that it belongs to.
    pub organization: String,
    /// Whether the whole workspace may use it.
    pub organization_shared: bool,
    /// The teams that may use it.
    pub teams: Vec<String>,
    /// What people noted.
    pub note: Option<String>,
    /// Its printers; the first is its host, through which the others are reached.
    pub printers: Vec<Printer>,
    /// Its jobs.
    pub jobs: Jobs,
    /// What was asked of its printers, by the ids of the actions.
    pub actions: HashMap<String, Action>,
    /// The maintenance that comes back.
    pub tasks: Vec<Task>,
    /// The maintenance that was done, in its order.
    pub maintained: Vec<Maintained>,
}

/// A MakerBot printer, which the service knows before it is registered here.
#[derive(Debug, Clone)]
pub struct MakerBot {
    /// 20 digits.
    pub guid: String,
    /// Its name.
    pub name: String,
    /// The API's code of its kind.
    pub printer_type: &'static str,
}

impl Cluster {
    /// A cluster of these printers, which nobody shares and nothing happens on.
    pub fn new(ids: &mut Ids, name: &str, user: &User, org: &str, printers: Vec<Printer>) -> Self {
        Self {
            id: ids.secret(),
            host_name: printers.first().map(|host| host.unique_name.clone()).unwrap_or_default(),
            name: name.to_owned(),
            makerbot: None,
            user: user.clone(),
            organization: org.to_owned(),
            organization_shared: false,
            teams: Vec::new(),
            note: None,
            printers,
            jobs: Jobs::default(),
            actions: HashMap::new(),
            tasks: Vec::new(),
            maintained: Vec::new(),
        }
    }

    /// Whether it is connected: it is as long as its host is.
    pub fn is_online(&self) -> bool {
        self.printers.first().is_none_or(|host| host.offline.is_none())
    }

    /// Whether jobs can wait for it.
    pub fn has_queue(&self) -> bool {
        self.printers.first().is_some_and(|host| host.model.queue)
    }

    /// What it can do.
    pub fn capabilities(&self) -> Vec<&'static str> {
        let mut can = CAPABILITIES.to_vec();
        if self.has_queue() {
            can.extend(["group", "queue", "schedule"]);
        }
        can
    }

    /// A printer of it.
    pub fn printer(&self, uuid: &str) -> Option<&Printer> {
        self.printers.iter().find(|printer| printer.uuid == uuid)
    }

    /// A printer of it.
    pub fn printer_mut(&mut self, uuid: &str) -> Option<&mut Printer> {
        self.printers.iter_mut().find(|printer| printer.uuid == uuid)
    }

    /// A job of it, also one that is over.
    pub fn job(&self, uuid: &str) -> Option<&Job> {
        self.jobs.get(uuid)
    }

    /// A job of it, also one that is over.
    pub fn job_mut(&mut self, uuid: &str) -> Option<&mut Job> {
        self.jobs.get_mut(uuid)
    }

    /// When a job's printer was seen last: now, unless it is not to be reached.
    pub fn seen(&self, job: &Job, now: Time) -> Time {
        let printer = job.printer.as_deref().and_then(|uuid| self.printer(uuid));
        printer.and_then(|printer| printer.offline).unwrap_or(now)
    }
}
