//! All that a farm is at a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Farm;
use super::change::{Change, ChangeKind};
use super::clock::{Clock, Time, after};
use super::cluster::{Cluster, MakerBot};
use super::file::File;
use super::ids::Ids;
use super::job::{Job, Phase, User};
use super::printer::{MATERIALS, Printer};
use super::upload::Uploads;
use crate::farm::event_queue::{Event, EventQueue};

/// How long an answer may wait for what happened since the one before it.
const PATIENCE: Duration = Duration::from_millis(200);

/// A printer that waits to be registered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The pin that it shows.
    pub pin: String,
    /// The id of its connection.
    pub connection_id: String,
    /// What it becomes.
    pub cluster: Cluster,
}

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
    /// The moment that it is in.
    pub now: Time,
    /// What it follows.
    pub clock: Clock,
    /// How it was ordered.
    pub plan: Farm,
    /// When it began.
    pub began: Time,
    /// Where ids come from.
    pub ids: Ids,
    /// Chance, the same for the same seed.
    pub chance: fastrand::Rng,
    /// What will happen.
    pub events: EventQueue,
    /// Who has the token, and who else sends jobs.
    pub users: [User; 2],
    /// The program that the token was given to.
    pub client_id: String,
    /// The workspace.
    pub organization: String,
    /// Its settings.
    pub settings: Settings,
    /// Its teams.
    pub teams: Vec<String>,
    /// Its clusters, in the order in which they were registered.
    pub clusters: Vec<Cluster>,
    /// The files that can be printed.
    pub files: Vec<Arc<File>>,
    /// The printers that wait to be registered.
    pub offers: Vec<Offer>,
    /// The MakerBot printers that the account knows, and whether they are registered here.
    pub makerbots: Vec<(MakerBot, bool)>,
    /// Files on their way to the service, and those that arrived.
    pub uploads: Uploads,
    /// When the bearer token was given out.
    pub token_since: Time,
    /// What happened since the beginning.
    pub changes: Vec<Change>,
}

impl FarmState {
    /// Lets the time pass that the clock has gone on, and all happen that happens in it. A clock
    /// that runs faster than this machine can follow falls back, so that answers come.
    pub fn catch_up(&mut self) {
        if self.plan.speed == 0 {
            return self.catch_up_whole();
        }

        let (until, begun) = (self.clock.now(), Instant::now());
        while self.step(until) {
            if begun.elapsed() > PATIENCE {
                self.clock.fall_back(self.now);
                return;
            }
        }
    }

    /// Lets all the time pass that the clock has gone on, however long that takes.
    pub fn catch_up_whole(&mut self) {
        let until = self.clock.now();
        self.pass(until);
    }

    /// Lets the time pass that a request to this path takes.
    pub fn tick(&mut self, path: &str) {
        if path.ends_with(self.plan.tick_at) {
            self.clock.push(self.plan.time_of_a_request());
        }
        self.catch_up();
    }

    /// Lets the time pass up to a moment.
    pub fn pass(&mut self, until: Time) {
        while self.step(until) {}
    }

    /// Lets the next event happen, or the rest of the time pass if there is none by then.
    fn step(&mut self, until: Time) -> bool {
        let next = self.events.take(until);
        self.now = self.now.max(next.as_ref().map_or(until, |(at, _)| *at));
        let Some((_, event)) = next else { return false };
        self.happen(event);

        true
    }

    /// Enters an event that is to happen after a time.
    pub fn later(&mut self, time: Duration, event: Event) {
        self.events.enter(after(self.now, time), event);
    }

    /// Writes down a change.
    pub fn note(&mut self, cluster: usize, subject: &str, kind: ChangeKind) {
        let cluster_id = self.clusters[cluster].id.clone();
        self.changes.push(Change { at: self.now, cluster_id, subject: subject.to_owned(), kind });
    }

    /// Whether the bearer token is too old.
    pub fn token_has_expired(&mut self) -> bool {
        self.catch_up();
        let lifetime = self.plan.token_lifetime;
        lifetime.is_some_and(|lifetime| after(self.token_since, lifetime) <= self.now)
    }

    /// Gives out a new bearer token.
    pub fn give_out_token(&mut self) {
        self.catch_up();
        self.token_since = self.now;
    }

    /// The index of a cluster.
    pub fn cluster(&self, id: &str) -> Option<usize> {
        self.clusters.iter().position(|cluster| cluster.id == id)
    }

    /// A cluster of these printers that is not registered yet.
    pub fn new_cluster(&mut self, name: &str, printers: Vec<Printer>) -> Cluster {
        Cluster::new(&mut self.ids, name, &self.users[0], &self.organization, printers)
    }

    /// Whether a job is old enough to show in lists.
    pub fn is_listed(&self, job: &Job) -> bool {
        after(job.created, self.plan.listing_delay) <= self.now
    }

    /// Adds a file for any printer.
    pub fn add_file(&mut self, name: &str, print_time: Duration, material: usize) -> Arc<File> {
        let file = Arc::new(File {
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

    /// Puts a job at the end of a queue, and gives its UUID.
    pub fn submit(&mut self, cluster: usize, file: Arc<File>, from: Sender) -> String {
        let job = Job {
            uuid: self.ids.uuid(),
            file,
            owner: from.user,
            sent_from: from.sent_from,
            created: self.now,
            phase: Phase::WaitApproval,
            since: self.now,
            step: 0,
            overdue: false,
            printer: None,
            started: false,
            printed: Duration::ZERO,
            forced: false,
            held: from.held,
            end: Phase::Finished,
            note: None,
            ended: None,
        };
        let uuid = job.uuid.clone();
        self.clusters[cluster].jobs.push(job);

        if !from.to_approve {
            self.enter(cluster, &uuid, Phase::Queued);
        }
        uuid
    }
}

/// Who sends a job, and how.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Who.
    pub user: User,
    /// From where: the API's `sent_from`.
    pub sent_from: &'static str,
    /// Whether it waits until it is told to start.
    pub held: bool,
    /// Whether somebody must approve of it first.
    pub to_approve: bool,
}
