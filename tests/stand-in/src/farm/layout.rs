//! What farms begin with.

use std::collections::VecDeque;
use std::time::Duration;

use super::Farm;
use super::clock::Clock;
use super::cluster::{MakerBot, Task};
use super::ids::Ids;
use super::job::{Phase, User};
use super::printer::{MODELS, Printer};
use super::upload::Uploads;
use crate::farm::event_queue::EventQueue;
use crate::farm::state::{FarmState, Offer, Sender, Settings};

/// What stands on a farm.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// The small farm in the middle of a day.
    Sample,
    /// So many clusters of so many printers.
    Sized {
        /// The clusters.
        clusters: usize,
        /// The printers of each.
        printers: usize,
    },
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long the small farm has been working when it is first seen.
const MORNING: Duration = Duration::from_secs(6 * 3600);

/// The files that every farm has: name, minutes, and the index of the material. No printer is
/// loaded with the material of the last one.
const FILES: [(&str, u64, usize); 5] = [
    ("gear.ufp", 60, 0),
    ("bracket.ufp", 200, 0),
    ("vase.ufp", 45, 0),
    ("housing.ufp", 400, 0),
    ("logo.ufp", 25, 1),
];

/// The clusters of the small farm: name, index of the kind of its printers, their names.
const CLUSTERS: [(&str, usize, &[&str]); 3] = [
    ("Workshop", 0, &["Atlas", "Borea", "Ceres", "Dione"]),
    ("Engineering", 1, &["Europa", "Fornax", "Ganymede"]),
    ("Reception", 2, &["Hyperion"]),
];

/// How often a printer is to be cleaned, in seconds: the interval of the document's example.
const CLEANING: u64 = 7_776_000;

impl FarmState {
    /// Builds a farm. `host` is the URL of the host that takes files.
    pub fn build(plan: Farm, host: String) -> Self {
        let mut ids = Ids::default();
        let users = ["ada-lovelace", "grace-hopper"]
            .map(|name| User { id: ids.secret(), name: name.to_owned() });

        let mut world = Self {
            now: plan.start - MORNING,
            clock: Clock::new(plan.start, plan.speed),
            began: plan.start,
            chance: fastrand::Rng::with_seed(plan.lively.unwrap_or_default()),
            events: EventQueue::default(),
            users,
            client_id: ids.secret(),
            organization: ids.secret(),
            settings: Settings::default(),
            teams: vec![ids.secret(), ids.secret()],
            clusters: Vec::new(),
            files: Vec::new(),
            offers: Vec::new(),
            makerbots: Vec::new(),
            uploads: Uploads { host, files: Vec::new(), faults: VecDeque::new() },
            token_since: plan.start,
            changes: Vec::new(),
            ids,
            plan,
        };

        for (name, minutes, material) in FILES {
            world.add_file(name, Duration::from_secs(minutes * 60), material);
        }

        match world.plan.layout {
            Layout::Sample => world.sample(),
            Layout::Sized { clusters, printers } => world.sized(clusters, printers),
        }

        world.pass(world.plan.start);
        // What happened before anybody looked has not changed since.
        world.changes.clear();

        if world.plan.lively.is_some() {
            (0..world.clusters.len()).for_each(|at| world.enliven(at));
        }
        world
    }

    fn sized(&mut self, clusters: usize, printers: usize) {
        for number in 1..=clusters {
            let names: Vec<_> = (1..=printers).map(|at| format!("Printer {number}-{at}")).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            self.found(&format!("Cluster {number}"), 0, &names, 10);
        }
    }

    /// Sets up a cluster whose printers were cleaned so many days ago.
    fn found(&mut self, name: &str, kind: usize, printers: &[&str], cleaned: u32) -> usize {
        let model = &MODELS[kind];
        let before: usize = self.clusters.iter().map(|cluster| cluster.printers.len()).sum();
        let printers = printers.iter().enumerate();
        let printers = printers
            .map(|(at, name)| Printer::new(&mut self.ids, model, name, before + at))
            .collect();
        let mut cluster = self.new_cluster(name, printers);
        let done = self.now - DAY * cleaned;

        cluster.tasks.push(Task { code: "sline_clean_printer", interval: CLEANING, done });
        self.clusters.push(cluster);

        self.clusters.len() - 1
    }

    fn sample(&mut self) {
        for (at, (name, kind, printers)) in CLUSTERS.into_iter().enumerate() {
            self.found(name, kind, printers, if at == 0 { 100 } else { 10 });
        }

        self.clusters[0].note = Some("The key to the filament hangs behind the door.".to_owned());
        self.clusters[0].teams = vec![self.teams[0].clone()];
        self.clusters[1].organization_shared = true;

        let printer = Printer::new(&mut self.ids, &MODELS[1], "Iapetus", 8);
        let cluster = self.new_cluster("Newcomer", vec![printer]);

        self.offers.push(Offer {
            pin: "A1B2C3".to_owned(),
            connection_id: self.ids.secret(),
            cluster,
        });

        let makerbot = MakerBot {
            guid: self.ids.hex(20).to_uppercase(),
            name: "Method X".to_owned(),
            printer_type: "lava_f",
        };
        self.makerbots.push((makerbot, false));
        self.morning();
    }

    /// The working day of the small farm up to now.
    fn morning(&mut self) {
        let start = self.plan.start;
        for (at, files) in [(0, &[0, 1, 2, 3, 1, 0, 4][..]), (1, &[2, 3, 0, 1]), (2, &[2])] {
            for (number, file) in files.iter().enumerate() {
                self.send(at, *file, ["cloud", "network", "usb"][number % 3]);
            }
        }

        self.pass(start - 2 * HOUR);

        for file in [3, 1, 2, 0, 0] {
            self.send(0, file, "cloud");
        }

        self.send(1, 1, "cloud");
        self.send(2, 1, "usb");
        self.pass(start - HOUR / 2);

        // One print stands still, and one printer is lost.
        let printing = self.clusters[0].jobs.open().find(|job| job.phase == Phase::Printing);
        if let Some(uuid) = printing.map(|job| job.uuid.clone()) {
            self.enter(0, &uuid, Phase::Pausing);
        }

        let lost = self.clusters[1].printers.last().map(|printer| printer.uuid.clone());
        let cluster = self.clusters[1].id.clone();
        self.attach(&cluster, &lost.unwrap_or_default(), false);
    }

    fn send(&mut self, at: usize, file: usize, sent_from: &'static str) {
        let user = self.users[file % 2].clone();
        let sender = Sender { user, sent_from, held: false, to_approve: false };
        self.submit(at, self.files[file].clone(), sender);
    }
}
