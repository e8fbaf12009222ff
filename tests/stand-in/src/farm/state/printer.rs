//! Printers, their models and their materials.

use std::time::Duration;

use crate::farm::clock::Time;
use crate::farm::ids::Ids;

/// The print time for which a full spool is sufficient.
const SPOOL_PRINT_TIME: Duration = Duration::from_secs(48 * 3600);

/// A printer model.
#[derive(Debug)]
pub struct Model {
    /// The API's `machine_variant`.
    pub variant: &'static str,
    /// The API's `printer_type`.
    pub printer_type: &'static str,
    /// The print cores, by extruder.
    pub cores: &'static [&'static str],
    /// Whether it has a material station and an air manager.
    pub has_station: bool,
    /// Whether it has a job queue. Without one, a job is printed at once or refused.
    pub has_queue: bool,
    /// The initial firmware version and the latest one.
    pub firmware_versions: [&'static str; 2],
}

/// The printer models of a farm.
pub static MODELS: [Model; 3] = [
    Model {
        variant: "Ultimaker S5",
        printer_type: "ultimaker_s5",
        cores: &["AA 0.4", "BB 0.4"],
        has_station: true,
        has_queue: true,
        firmware_versions: ["8.2.0.0", "8.3.1.0"],
    },
    Model {
        variant: "Ultimaker S7",
        printer_type: "ultimaker_s7",
        cores: &["AA 0.4", "AA 0.8"],
        has_station: false,
        has_queue: true,
        firmware_versions: ["9.0.2.0", "9.0.2.0"],
    },
    Model {
        variant: "Ultimaker 2+ Connect",
        printer_type: "ultimaker2_plus_connect",
        cores: &["0.4 mm"],
        has_station: false,
        has_queue: false,
        firmware_versions: ["1.7.1.0", "1.7.1.0"],
    },
];

/// A material.
#[derive(Debug, PartialEq, Eq)]
pub struct Material {
    /// Its GUID.
    pub guid: &'static str,
    /// Its manufacturer.
    pub brand: &'static str,
    /// Its colour.
    pub color: &'static str,
    /// Its type, such as PLA.
    pub material: &'static str,
}

/// The materials of a farm. New printers are loaded with the first one.
pub static MATERIALS: [Material; 3] = [
    Material {
        guid: "506c9f0d-e3aa-4bd4-b2d2-23e2425b1aa9",
        brand: "Generic",
        color: "Generic",
        material: "PLA",
    },
    Material {
        guid: "0fd211c3-da2e-48a3-9294-b33b753331bf",
        brand: "Ultimaker",
        color: "White",
        material: "PLA",
    },
    Material {
        guid: "f624471a-2052-4dd5-ab9d-5c1e12b125cb",
        brand: "Ultimaker",
        color: "Black",
        material: "PLA",
    },
];

/// A spool in a slot of the material station.
#[derive(Debug, Clone)]
pub struct Spool {
    /// The material.
    pub material: &'static Material,
    /// The remaining fraction, from 0 to 1.
    pub remaining: f64,
}

/// The error of a broken printer.
#[derive(Debug, Clone)]
pub struct PrinterError {
    /// When it occurred.
    pub since: Time,
    /// Its UUID.
    pub uuid: String,
    /// Its error code.
    pub code: String,
}

/// The state of a firmware update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirmwareUpdate {
    /// No update.
    None,
    /// The update starts when the printer is free.
    Scheduled,
    /// The update is in progress.
    Running,
}

/// A printer.
#[derive(Debug, Clone)]
pub struct Printer {
    /// Its UUID.
    pub uuid: String,
    /// The display name.
    pub name: String,
    /// The network name.
    pub unique_name: String,
    /// Its model.
    pub model: &'static Model,
    /// Its IP address in the local network.
    pub ip: String,
    /// Whether it accepts jobs.
    pub enabled: bool,
    /// Whether its own network connection is down.
    pub disconnected: bool,
    /// When it went offline, if it is offline: it or the host of its cluster is disconnected.
    pub offline_since: Option<Time>,
    /// Its error, if it is broken.
    pub error: Option<PrinterError>,
    /// When it last went online or offline, broke or was repaired.
    pub last_change: Option<Time>,
    /// The index of its firmware version among those of its model.
    pub firmware: usize,
    /// The state of its firmware update.
    pub firmware_update: FirmwareUpdate,
    /// The loaded material of each extruder.
    pub loaded_materials: Vec<&'static Material>,
    /// The slots of its material station.
    pub slots: Vec<Option<Spool>>,
    /// The UUID of its current job.
    pub job_uuid: Option<String>,
    /// The ids of the material profiles that were imported.
    pub material_profiles: Vec<String>,
}

impl Printer {
    /// A printer that is idle and online. `number` determines its IP address.
    pub fn new(ids: &mut Ids, model: &'static Model, name: &str, number: usize) -> Self {
        let (pla, white) = (&MATERIALS[0], &MATERIALS[1]);
        let spools = [Some((pla, 0.75)), Some((pla, 1.0)), None, Some((white, 0.5)), None, None];
        let slots =
            spools.map(|spool| spool.map(|(material, remaining)| Spool { material, remaining }));

        Self {
            uuid: ids.uuid(),
            name: name.to_owned(),
            unique_name: format!("ultimakersystem-{}", ids.hex(12)),
            model,
            ip: format!("10.183.{}.{}", number / 250 % 256, number % 250 + 1),
            enabled: true,
            disconnected: false,
            offline_since: None,
            error: None,
            last_change: None,
            firmware: 0,
            firmware_update: FirmwareUpdate::None,
            loaded_materials: vec![pla; model.cores.len()],
            slots: if model.has_station { slots.into() } else { Vec::new() },
            job_uuid: None,
            material_profiles: Vec::new(),
        }
    }

    /// Whether it can start another job.
    pub fn is_free(&self) -> bool {
        self.enabled
            && self.offline_since.is_none()
            && self.error.is_none()
            && self.firmware_update != FirmwareUpdate::Running
            && self.job_uuid.is_none()
    }

    /// Its firmware version.
    pub fn firmware_version(&self) -> &'static str {
        self.model.firmware_versions[self.firmware]
    }

    /// The latest firmware version of its model.
    pub fn latest_firmware_version(&self) -> &'static str {
        self.model.firmware_versions[1]
    }

    /// Consumes the material for a print of this length from the first spool that is not empty.
    pub fn consume_material(&mut self, print_time: Duration) {
        let used = print_time.as_secs_f64() / SPOOL_PRINT_TIME.as_secs_f64();
        if let Some(spool) = self.slots.iter_mut().flatten().find(|spool| spool.remaining > 0.0) {
            spool.remaining = (spool.remaining - used).max(0.0);
        }
    }
}
