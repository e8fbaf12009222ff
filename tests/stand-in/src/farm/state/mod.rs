//! The state of a farm at a point in time.
//!
//! The data and its simple queries are here. [`simulation`](super::simulation) changes the state
//! over time, [`operation`](super::operation) on request.

pub mod action;
pub mod cluster;
pub mod event_queue;
pub mod job;
pub mod job_list;
pub mod print_file;
pub mod printer;
pub mod upload;

use std::sync::Arc;
use std::time::Duration;

use self::cluster::{Cluster, MakerBot, PendingRegistration};
use self::event_queue::{Event, EventQueue};
use self::job::{Job, User};
use self::print_file::PrintFile;
use self::printer::{MATERIALS, Printer};
use self::upload::Uploads;
use super::change::{Change, ChangeKind};
use super::clock::{Clock, Time, time_after};
use super::config::Farm;
use super::ids::Ids;

/// The settings of the workspace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// The API's `enable_print_prep`.
    pub print_prep: bool,
    /// The API's `require_print_approval`.
    pub print_approval: bool,
}

/// The state of a farm.
#[derive(Debug)]
pub struct FarmState {
    /// The time up to which events were simulated.
    pub now: Time,
    /// The clock that `now` follows.
    pub clock: Clock,
    /// The configuration.
    pub config: Farm,
    /// When the farm started.
    pub started_at: Time,
    /// The generator of ids.
    pub ids: Ids,
    /// The generator of random numbers, seeded by the configuration.
    pub rng: fastrand::Rng,
    /// The pending events.
    pub events: EventQueue,
    /// The owner of the token, and a second user who sends jobs.
    pub users: [User; 2],
    /// The id of the program that the token was issued to.
    pub client_id: String,
    /// The id of the workspace.
    pub organization_id: String,
    /// The settings of the workspace.
    pub settings: Settings,
    /// The ids of the workspace's teams.
    pub team_ids: Vec<String>,
    /// The clusters, in the order of registration.
    pub clusters: Vec<Cluster>,
    /// The files that can be printed.
    pub files: Vec<Arc<PrintFile>>,
    /// The printers that wait to be registered.
    pub pending_registrations: Vec<PendingRegistration>,
    /// The MakerBot printers of the account, and whether they are registered here.
    pub makerbots: Vec<(MakerBot, bool)>,
    /// The uploads, complete or not.
    pub uploads: Uploads,
    /// When the current bearer token was issued.
    pub token_issued_at: Time,
    /// The changes since the start.
    pub changes: Vec<Change>,
}

impl FarmState {
    /// Schedules an event after a delay.
    pub fn schedule(&mut self, delay: Duration, event: Event) {
        self.events.push(time_after(self.now, delay), event);
    }

    /// Records a change.
    pub fn record_change(&mut self, cluster: usize, subject: &str, kind: ChangeKind) {
        let cluster_id = self.clusters[cluster].id.clone();
        self.changes.push(Change { at: self.now, cluster_id, subject: subject.to_owned(), kind });
    }

    /// The index of a cluster.
    pub fn cluster_index(&self, id: &str) -> Option<usize> {
        self.clusters.iter().position(|cluster| cluster.id == id)
    }

    /// Creates a cluster of these printers, without registering it.
    pub fn new_cluster(&mut self, name: &str, printers: Vec<Printer>) -> Cluster {
        Cluster::new(&mut self.ids, name, &self.users[0], &self.organization_id, printers)
    }

    /// Whether a job is old enough to appear in lists.
    pub fn is_listed(&self, job: &Job) -> bool {
        time_after(job.created_at, self.config.listing_delay) <= self.now
    }

    /// Adds a print file for all printer models. `material` is an index into [`MATERIALS`].
    pub fn add_file(
        &mut self,
        name: &str,
        print_time: Duration,
        material: usize,
    ) -> Arc<PrintFile> {
        let file = Arc::new(PrintFile {
            job_id: self.ids.secret(),
            name: name.to_owned(),
            print_time,
            variants: Vec::new(),
            material: &MATERIALS[material],
            content_type: "application/x-ufp".to_owned(),
            size: 2_500_000,
        });
        self.files.push(file.clone());

        file
    }
}
