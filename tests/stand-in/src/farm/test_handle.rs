//! The hands of a test on the farm: what no request can do, and what no answer tells.

use std::sync::MutexGuard;
use std::time::Duration;

use super::change::Change;
#[cfg(doc)]
use super::clock::MAX_FARM_AGE;
use super::clock::Time;
use super::file::File;
use super::job::Phase;
use super::printer::{MODELS, Printer};
use super::upload::{Upload, UploadFault};
#[cfg(doc)]
use crate::Builder;
use crate::StandIn;
use crate::farm::state::{FarmState, Offer};
use crate::fault;
use crate::server::lock;

/// All but the first panic if the stand-in was started with [`Builder::examples`].
impl StandIn {
    #[track_caller]
    fn world(&self) -> MutexGuard<'_, FarmState> {
        let Some(farm) = &self.shared.farm else {
            panic!("the stand-in has no farm: it was started with `Builder::examples`");
        };
        let mut world = lock(farm);
        world.catch_up();

        world
    }

    /// The URL of the neighbour of the API that takes print files, in the place of
    /// `https://api.ultimaker.com/cura/v1`.
    pub fn upload_service_url(&self) -> String {
        format!("http://{}/cura/v1", self.shared.address)
    }

    /// Pushes the farm's clock forward, and lets all happen that happens in that time.
    ///
    /// # Panics
    ///
    /// If the farm would be older than [`MAX_FARM_AGE`] then.
    #[track_caller]
    pub fn advance(&self, time: Duration) {
        let mut world = self.world();
        let (now, left) = (world.now, world.clock.left());
        assert!(
            time <= left,
            "a farm lives for a hundred years: at {now} it cannot be advanced by {time:?}, \
             {left:?} at most"
        );

        world.clock.push(time);
        world.catch_up_whole();
    }

    /// What the farm's clock shows.
    #[track_caller]
    pub fn now(&self) -> Time {
        self.world().now
    }

    /// All that has changed since the start, in its order.
    #[track_caller]
    pub fn changes(&self) -> Vec<Change> {
        self.world().changes.clone()
    }

    /// The files that can be printed.
    #[track_caller]
    pub fn files(&self) -> Vec<File> {
        self.world().files.iter().map(|file| File::clone(file)).collect()
    }

    /// Adds a file that any printer can print as it is loaded, and gives its id.
    #[track_caller]
    pub fn add_file(&self, name: &str, print_time: Duration) -> String {
        self.world().add_file(name, print_time, 0).job_id.clone()
    }

    /// Connects a printer, or pulls its cable out. With the first printer of a cluster, which is
    /// its host, the whole cluster goes and comes.
    ///
    /// # Panics
    ///
    /// If there is no such printer.
    #[track_caller]
    pub fn set_printer_online(&self, cluster_id: &str, printer_uuid: &str, online: bool) {
        let mut world = self.world();
        assert_printer(&world, cluster_id, printer_uuid);
        world.attach(cluster_id, printer_uuid, online);
    }

    /// Breaks a printer: it shows this error, what it printed has failed, and it does nothing until
    /// it is repaired.
    ///
    /// # Panics
    ///
    /// If there is no such printer.
    #[track_caller]
    pub fn break_printer(&self, cluster_id: &str, printer_uuid: &str, code: &str) {
        let mut world = self.world();
        assert_printer(&world, cluster_id, printer_uuid);
        world.break_down(cluster_id, printer_uuid, code);
    }

    /// Mends a broken printer.
    ///
    /// # Panics
    ///
    /// If there is no such printer.
    #[track_caller]
    pub fn repair_printer(&self, cluster_id: &str, printer_uuid: &str) {
        let mut world = self.world();
        assert_printer(&world, cluster_id, printer_uuid);
        world.repair(cluster_id, printer_uuid);
    }

    /// Approves of all jobs of a cluster that wait for it, as somebody with the right does in the
    /// Digital Factory. The number of them.
    ///
    /// # Panics
    ///
    /// If there is no such cluster.
    #[track_caller]
    pub fn approve_jobs(&self, cluster_id: &str) -> usize {
        let mut world = self.world();
        let Some(at) = world.cluster(cluster_id) else {
            panic!("the farm has no cluster `{cluster_id}`");
        };
        let jobs = world.clusters[at].jobs.open();
        let waiting = jobs.filter(|job| job.phase == Phase::WaitApproval);
        let waiting: Vec<_> = waiting.map(|job| job.uuid.clone()).collect();

        waiting.iter().for_each(|uuid| world.enter(at, uuid, Phase::Queued));
        waiting.len()
    }

    /// Sets up a new printer that shows this pin and waits to be registered, and gives the id of
    /// its connection.
    #[track_caller]
    pub fn add_unregistered_printer(&self, name: &str, pin: &str) -> String {
        let mut world = self.world();
        let number = world.clusters.len() + world.offers.len();
        let printer = Printer::new(&mut world.ids, &MODELS[0], name, number);
        let cluster = world.new_cluster(name, vec![printer]);
        let connection_id = world.ids.secret();
        let pin = pin.to_owned();

        world.offers.push(Offer { pin, connection_id: connection_id.clone(), cluster });
        connection_id
    }

    /// The files that were announced, with every attempt to send them.
    #[track_caller]
    pub fn uploads(&self) -> Vec<Upload> {
        self.world().uploads.files.clone()
    }

    /// Orders faults for the next attempts to send files, one for each.
    ///
    /// # Panics
    ///
    /// If HTTP has no such status.
    #[track_caller]
    pub fn inject_upload_faults(&self, faults: impl IntoIterator<Item = UploadFault>) {
        let faults: Vec<_> = faults.into_iter().collect();
        for fault in &faults {
            let can_be_sent = match fault {
                UploadFault::Status(status) | UploadFault::EarlyResponse { status, .. } => {
                    fault::is_status(*status)
                }
                _ => true,
            };

            assert!(can_be_sent, "HTTP has no answer for {fault:?}");
        }

        self.world().uploads.faults.extend(faults);
    }

    /// Announces a file of any size, also of none, as another service of the platform would, and
    /// gives the URL that it is to be sent to.
    #[track_caller]
    pub fn create_upload(&self, name: &str, content_type: &str, file_size: u64) -> String {
        let mut world = self.world();
        let FarmState { ids, uploads, .. } = &mut *world;
        let id = ids.secret();
        uploads.announce(ids, &id, name, content_type, file_size)
    }
}

#[track_caller]
fn assert_printer(world: &FarmState, cluster: &str, printer: &str) {
    let at = world.cluster(cluster);
    let known = at.is_some_and(|at| world.clusters[at].printer(printer).is_some());
    assert!(known, "the farm has no printer `{printer}` in a cluster `{cluster}`");
}
