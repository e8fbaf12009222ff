//! A printer, and what is mounted on it.

use std::time::Duration;

use super::clock::Time;
use super::ids::Ids;

/// A kind of printer.
#[derive(Debug)]
pub struct Model {
    /// The API's `machine_variant`.
    pub variant: &'static str,
    /// The API's `printer_type`.
    pub printer_type: &'static str,
    /// The print cores that it comes with, by extruder.
    pub cores: &'static [&'static str],
    /// Whether it has a material station and an air manager.
    pub station: bool,
    /// Whether jobs can wait for it. One that has no room for them prints at once or not at all.
    pub queue: bool,
    /// The firmware that it runs, and the newest there is.
    pub firmware: [&'static str; 2],
}

/// The kinds of printer that a farm is made of.
pub static MODELS: [Model; 3] = [
    Model {
        variant: "Ultimaker S5",
        printer_type: "ultimaker_s5",
        cores: &["AA 0.4", "BB 0.4"],
        station: true,
        queue: true,
        firmware: ["8.2.0.0", "8.3.1.0"],
    },
    Model {
        variant: "Ultimaker S7",
        printer_type: "ultimaker_s7",
        cores: &["AA 0.4", "AA 0.8"],
        station: false,
        queue: true,
        firmware: ["9.0.2.0", "9.0.2.0"],
    },
    Model {
        variant: "Ultimaker 2+ Connect",
        printer_type: "ultimaker2_plus_connect",
        cores: &["0.4 mm"],
        station: false,
        queue: false,
        firmware: ["1.7.1.0", "1.7.1.0"],
    },
];

/// A material.
#[derive(Debug, PartialEq, Eq)]
pub struct Material {
    /// Its GUID.
    pub guid: &'static str,
    /// Its maker.
    pub brand: &'static str,
    /// Its colour.
    pub color: &'static str,
    /// What it is.
    pub material: &'static str,
}

/// The materials of a farm; the first is what printers are loaded with.
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

/// How long a print lasts for which a whole spool is just enough.
const SPOOL: Duration = Duration::from_secs(48 * 3600);

/// A spool in a slot of the material station.
#[derive(Debug, Clone)]
pub struct Spool {
    /// What is on it.
    pub material: &'static Material,
    /// How much of it is left: from 0 to 1.
    pub remaining: f64,
}

/// What is wrong with a broken printer.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Since when.
    pub since: Time,
    /// Which it is.
    pub uuid: String,
    /// The code of the error.
    pub code: String,
}

/// What a printer does about its firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Nothing.
    None,
    /// It waits until the printer is free.
    Scheduled,
    /// It runs.
    Running,
}

/// A printer.
#[derive(Debug, Clone)]
pub struct Printer {
    /// Its UUID.
    pub uuid: String,
    /// Its name for people.
    pub name: String,
    /// Its name in the network.
    pub unique_name: String,
    /// Its kind.
    pub model: &'static Model,
    /// Its address in its own network.
    pub ip: String,
    /// Whether it takes new jobs.
    pub enabled: bool,
    /// Whether its own cable is pulled out.
    pub detached: bool,
    /// Since when it is not to be reached, if it is not: it or the host of its cluster is detached.
    pub offline: Option<Time>,
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
    /// When it went or came last, broke or was mended.
    pub changed: Option<Time>,
    /// The index of its firmware among those of its kind.
    pub firmware: usize,
    /// What happens to its firmware.
    pub update: Update,
    /// The material in each extruder.
    pub loaded: Vec<&'static Material>,
    /// The slots of its material station.
    pub slots: Vec<Option<Spool>>,
    /// The UUID of the job that it prints.
    pub job: Option<String>,
    /// The material profiles that were sent to it.
    pub profiles: Vec<String>,
}

impl Printer {
    /// A printer that is idle and can be reached.
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
            detached: false,
            offline: None,
            trouble: None,
            changed: None,
            firmware: 0,
            update: Update::None,
            loaded: vec![pla; model.cores.len()],
            slots: if model.station { slots.into() } else { Vec::new() },
            job: None,
            profiles: Vec::new(),
        }
    }

    /// Whether it can begin with another job.
    pub fn is_free(&self) -> bool {
        self.enabled
            && self.offline.is_none()
            && self.trouble.is_none()
            && self.update != Update::Running
            && self.job.is_none()
    }

    /// The version of its firmware.
    pub fn version(&self) -> &'static str {
        self.model.firmware[self.firmware]
    }

    /// The newest version for it.
    pub fn latest_version(&self) -> &'static str {
        self.model.firmware[1]
    }

    /// Takes what a print of this length needs off the first spool that has any.
    pub fn consume(&mut self, print_time: Duration) {
        let used = print_time.as_secs_f64() / SPOOL.as_secs_f64();
        if let Some(spool) = self.slots.iter_mut().flatten().find(|spool| spool.remaining > 0.0) {
            spool.remaining = (spool.remaining - used).max(0.0);
        }
    }
}
