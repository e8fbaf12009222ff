//! Control of the farm by a test: what no request can change, and what no response contains.

use std::sync::MutexGuard;
use std::time::Duration;

use super::stand_in::StandIn;
use crate::farm::change::Change;
use crate::farm::clock::Time;
use crate::farm::state::FarmState;
use crate::farm::state::cluster::PendingRegistration;
use crate::farm::state::job::Phase;
use crate::farm::state::print_file::PrintFile;
use crate::farm::state::printer::{MODELS, Printer};
use crate::farm::state::upload::{Upload, UploadFault};
use crate::fault::is_response_status;
use crate::sync::lock;

/// Control of the farm.
///
/// All of these methods but [`upload_service_url`](Self::upload_service_url) panic if the stand-in
/// was started with [`Builder::examples`](crate::Builder::examples).
impl StandIn {
    /// Locks the farm at the current time.
    #[track_caller]
    fn farm(&self) -> MutexGuard<'_, FarmState> {
        let Some(farm) = &self.shared.farm else {
            panic!("the stand-in has no farm: it was started with `Builder::examples`");
        };
        let mut farm = lock(farm);
        farm.catch_up();

        farm
    }

    /// The base URL of the upload service for print files.
    ///
    /// It corresponds to `https://api.ultimaker.com/cura/v1`.
    pub fn upload_service_url(&self) -> String {
        format!("http://{}/cura/v1", self.shared.address)
    }

    /// Advances the farm's clock, and simulates all events in that time.
    ///
    /// # Panics
    ///
    /// If the farm would become older than [`MAX_FARM_AGE`](crate::farm::MAX_FARM_AGE).
    #[track_caller]
    pub fn advance(&self, time: Duration) {
        let mut farm = self.farm();
        let (now, max) = (farm.now, farm.clock.remaining());
        assert!(
            time <= max,
            "the maximum age of a farm is a hundred years: at {now} it can be advanced by {max:?} \
             at most, not by {time:?}"
        );

        farm.clock.advance(time);
        farm.catch_up_completely();
    }

    /// The time of the farm's clock.
    #[track_caller]
    pub fn now(&self) -> Time {
        self.farm().now
    }

    /// All changes since the start, in order.
    #[track_caller]
    pub fn changes(&self) -> Vec<Change> {
        self.farm().changes.clone()
    }

    /// The files that can be printed.
    #[track_caller]
    pub fn files(&self) -> Vec<PrintFile> {
        self.farm().files.iter().map(|file| PrintFile::clone(file)).collect()
    }

    /// Adds a file that each printer can print with its loaded material, and returns the file's id.
    #[track_caller]
    pub fn add_file(&self, name: &str, print_time: Duration) -> String {
        self.farm().add_file(name, print_time, 0).job_id.clone()
    }

    /// Connects or disconnects a printer.
    ///
    /// The first printer of a cluster is its host: without it the whole cluster is offline.
    ///
    /// # Panics
    ///
    /// If the printer does not exist.
    #[track_caller]
    pub fn set_printer_online(&self, cluster_id: &str, printer_uuid: &str, online: bool) {
        let mut farm = self.farm();
        require_printer(&farm, cluster_id, printer_uuid);
        farm.set_printer_online(cluster_id, printer_uuid, online);
    }

    /// Causes an error of a printer, with this error code.
    ///
    /// Its print job fails, and it takes no other job until
    /// [`repair_printer`](Self::repair_printer).
    ///
    /// # Panics
    ///
    /// If the printer does not exist.
    #[track_caller]
    pub fn break_printer(&self, cluster_id: &str, printer_uuid: &str, code: &str) {
        let mut farm = self.farm();
        require_printer(&farm, cluster_id, printer_uuid);
        farm.break_printer(cluster_id, printer_uuid, code);
    }

    /// Clears the error of a printer.
    ///
    /// # Panics
    ///
    /// If the printer does not exist.
    #[track_caller]
    pub fn repair_printer(&self, cluster_id: &str, printer_uuid: &str) {
        let mut farm = self.farm();
        require_printer(&farm, cluster_id, printer_uuid);
        farm.repair_printer(cluster_id, printer_uuid);
    }

    /// Approves all jobs of a cluster that await approval, and returns their number.
    ///
    /// With the service, an authorised user does this in the Digital Factory.
    ///
    /// # Panics
    ///
    /// If the cluster does not exist.
    #[track_caller]
    pub fn approve_jobs(&self, cluster_id: &str) -> usize {
        let mut farm = self.farm();
        let Some(cluster) = farm.cluster_index(cluster_id) else {
            panic!("the farm has no cluster `{cluster_id}`");
        };

        let jobs = farm.clusters[cluster].jobs.open();
        let awaiting_approval = jobs.filter(|job| job.phase == Phase::WaitApproval);
        let uuids: Vec<_> = awaiting_approval.map(|job| job.uuid.clone()).collect();
        for uuid in &uuids {
            farm.enter_phase(cluster, uuid, Phase::Queued);
        }

        uuids.len()
    }

    /// Adds a printer that is not registered yet and shows this pin. Returns its connection id.
    #[track_caller]
    pub fn add_unregistered_printer(&self, name: &str, pin: &str) -> String {
        let mut farm = self.farm();
        let number = farm.clusters.len() + farm.pending_registrations.len();
        let printer = Printer::new(&mut farm.ids, &MODELS[0], name, number);
        let cluster = farm.new_cluster(name, vec![printer]);
        let connection_id = farm.ids.secret();

        farm.pending_registrations.push(PendingRegistration {
            pin: pin.to_owned(),
            connection_id: connection_id.clone(),
            cluster,
        });

        connection_id
    }

    /// The uploads, with each attempt to send the file.
    #[track_caller]
    pub fn uploads(&self) -> Vec<Upload> {
        self.farm().uploads.files.clone()
    }

    /// Injects faults into the next attempts to upload a file, one for each attempt.
    ///
    /// # Panics
    ///
    /// If a status is not valid in HTTP.
    #[track_caller]
    pub fn inject_upload_faults(&self, faults: impl IntoIterator<Item = UploadFault>) {
        let faults: Vec<_> = faults.into_iter().collect();
        for fault in &faults {
            let is_valid = match fault {
                UploadFault::Status(status) | UploadFault::EarlyResponse { status, .. } => {
                    is_response_status(*status)
                }
                _ => true,
            };
            assert!(is_valid, "{fault:?} is not valid in HTTP: check its status");
        }

        self.farm().uploads.faults.extend(faults);
    }

    /// Creates an upload of a file of any size, also an empty one, and returns its upload URL.
    ///
    /// Other services of the platform create such uploads.
    #[track_caller]
    pub fn create_upload(&self, name: &str, content_type: &str, file_size: u64) -> String {
        let mut farm = self.farm();
        let FarmState { ids, uploads, .. } = &mut *farm;
        let id = ids.secret();
        uploads.create(ids, &id, name, content_type, file_size)
    }
}

#[track_caller]
fn require_printer(farm: &FarmState, cluster_id: &str, printer_uuid: &str) {
    let cluster = farm.cluster_index(cluster_id);
    let exists =
        cluster.is_some_and(|cluster| farm.clusters[cluster].printer(printer_uuid).is_some());
    assert!(exists, "the farm has no printer `{printer_uuid}` in a cluster `{cluster_id}`");
}
