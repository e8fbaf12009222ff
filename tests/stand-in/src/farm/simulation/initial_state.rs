//! The initial state of a farm.

use std::collections::VecDeque;
use std::time::Duration;

use crate::farm::clock::Clock;
use crate::farm::config::{Farm, Layout};
use crate::farm::ids::Ids;
use crate::farm::state::cluster::{MaintenanceTask, MakerBot, PendingRegistration};
use crate::farm::state::event_queue::EventQueue;
use crate::farm::state::job::{Phase, Submission, User};
use crate::farm::state::printer::{MODELS, Printer};
use crate::farm::state::upload::Uploads;
use crate::farm::state::{FarmState, Settings};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long the sample farm has been working when it starts.
const WARM_UP_TIME: Duration = Duration::from_secs(6 * 3600);

/// The print files of each farm: name, print time in minutes, and index of the material. No printer
/// is loaded with the material of the last file.
const FILES: [(&str, u64, usize); 5] = [
    ("gear.ufp", 60, 0),
    ("bracket.ufp", 200, 0),
    ("vase.ufp", 45, 0),
    ("housing.ufp", 400, 0),
    ("logo.ufp", 25, 1),
];

/// The clusters of the sample farm: name, index of the printer model, and names of the printers.
const SAMPLE_CLUSTERS: [(&str, usize, &[&str]); 3] = [
    ("Workshop", 0, &["Atlas", "Borea", "Ceres", "Dione"]),
    ("Engineering", 1, &["Europa", "Fornax", "Ganymede"]),
    ("Reception", 2, &["Hyperion"]),
];

/// The files that each cluster of the sample farm receives first, as indices.
const SAMPLE_JOBS: [&[usize]; 3] = [&[0, 1, 2, 3, 1, 0, 4], &[2, 3, 0, 1], &[2]];

/// The interval of the cleaning task in seconds: that of the document's example.
const CLEANING_INTERVAL: u64 = 7_776_000;

impl FarmState {
    /// Creates the initial state. `upload_host` is the URL of the upload host.
    pub fn build(config: Farm, upload_host: String) -> Self {
        let layout = config.layout;
        let start = config.start;
        let mut farm = Self::empty(config, upload_host);

        for (name, minutes, material) in FILES {
            farm.add_file(name, Duration::from_secs(minutes * 60), material);
        }

        match layout {
            Layout::Sample => farm.add_sample_clusters(),
            Layout::Sized { clusters, printers } => farm.add_sized_clusters(clusters, printers),
        }

        farm.run_until(start);
        // Clients can only observe changes after the start.
        farm.changes.clear();

        if farm.config.random_seed.is_some() {
            for cluster in 0..farm.clusters.len() {
                farm.start_random_events(cluster);
            }
        }

        farm
    }

    fn empty(config: Farm, upload_host: String) -> Self {
        let mut ids = Ids::default();
        let users = ["ada-lovelace", "grace-hopper"]
            .map(|name| User { id: ids.secret(), name: name.to_owned() });

        Self {
            now: config.start - WARM_UP_TIME,
            clock: Clock::new(config.start, config.speed),
            started_at: config.start,
            rng: fastrand::Rng::with_seed(config.random_seed.unwrap_or_default()),
            events: EventQueue::default(),
            users,
            client_id: ids.secret(),
            organization_id: ids.secret(),
            settings: Settings::default(),
            team_ids: vec![ids.secret(), ids.secret()],
            clusters: Vec::new(),
            files: Vec::new(),
            pending_registrations: Vec::new(),
            makerbots: Vec::new(),
            uploads: Uploads { host: upload_host, files: Vec::new(), faults: VecDeque::new() },
            token_issued_at: config.start,
            changes: Vec::new(),
            ids,
            config,
        }
    }

    fn add_sized_clusters(&mut self, clusters: usize, printers: usize) {
        for cluster in 1..=clusters {
            let names: Vec<_> =
                (1..=printers).map(|printer| format!("Printer {cluster}-{printer}")).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            self.add_cluster(&format!("Cluster {cluster}"), 0, &names, 10);
        }
    }

    /// Adds a cluster whose printers were cleaned `cleaned_days_ago`. `model` is an index into
    /// [`MODELS`].
    fn add_cluster(&mut self, name: &str, model: usize, printers: &[&str], cleaned_days_ago: u32) {
        let printer_count: usize = self.clusters.iter().map(|cluster| cluster.printers.len()).sum();
        let printers = printers
            .iter()
            .zip(printer_count..)
            .map(|(name, number)| Printer::new(&mut self.ids, &MODELS[model], name, number))
            .collect();

        let mut cluster = self.new_cluster(name, printers);
        cluster.maintenance_tasks.push(MaintenanceTask {
            code: "sline_clean_printer",
            interval: CLEANING_INTERVAL,
            completed_at: self.now - DAY * cleaned_days_ago,
        });
        self.clusters.push(cluster);
    }

    fn add_sample_clusters(&mut self) {
        for (index, (name, model, printers)) in SAMPLE_CLUSTERS.into_iter().enumerate() {
            // The maintenance of the first cluster is due.
            self.add_cluster(name, model, printers, if index == 0 { 100 } else { 10 });
        }

        self.clusters[0].note = Some("The key to the filament hangs behind the door.".to_owned());
        self.clusters[0].team_ids = vec![self.team_ids[0].clone()];
        self.clusters[1].organization_shared = true;

        let printer = Printer::new(&mut self.ids, &MODELS[1], "Iapetus", 8);
        let cluster = self.new_cluster("Newcomer", vec![printer]);
        self.pending_registrations.push(PendingRegistration {
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

        self.simulate_sample_morning();
    }

    /// Simulates the hours before the sample farm starts, so that its jobs are in many phases.
    fn simulate_sample_morning(&mut self) {
        let start = self.config.start;
        for (cluster, files) in SAMPLE_JOBS.into_iter().enumerate() {
            for (number, file) in files.iter().enumerate() {
                self.submit_sample_job(cluster, *file, ["cloud", "network", "usb"][number % 3]);
            }
        }
        self.run_until(start - 2 * HOUR);

        for file in [3, 1, 2, 0, 0] {
            self.submit_sample_job(0, file, "cloud");
        }
        self.submit_sample_job(1, 1, "cloud");
        self.submit_sample_job(2, 1, "usb");
        self.run_until(start - HOUR / 2);

        // One print is paused, and one printer is offline.
        let printing = self.clusters[0].jobs.open().find(|job| job.phase == Phase::Printing);
        if let Some(uuid) = printing.map(|job| job.uuid.clone()) {
            self.enter_phase(0, &uuid, Phase::Pausing);
        }

        let cluster_id = self.clusters[1].id.clone();
        let printer = self.clusters[1].printers.last().map(|printer| printer.uuid.clone());
        self.set_printer_online(&cluster_id, &printer.unwrap_or_default(), false);
    }

    fn submit_sample_job(&mut self, cluster: usize, file: usize, sent_from: &'static str) {
        let user = self.users[file % 2].clone();
        let submission = Submission { user, sent_from, on_hold: false, needs_approval: false };
        self.submit_job(cluster, self.files[file].clone(), submission);
    }
}
