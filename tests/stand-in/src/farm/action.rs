//! Actions on printers and jobs: they take time, and may fail.

use std::time::Duration;

use serde_json::Value;

use crate::farm::commands::{Command, JOB_DEEDS, PRINTER_DEEDS};
use crate::farm::event_queue::Event;
use crate::farm::state::FarmState;

/// How long an action is `pending`, and then how long it is `sent`.
const PENDING: Duration = Duration::from_secs(1);
const SENT: Duration = Duration::from_secs(2);

/// An action that was asked for.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its id.
    pub id: String,
    /// The API's `status` of it.
    pub status: &'static str,
    /// What it is done to.
    pub target: Target,
    /// Its name, as the request had it.
    pub name: String,
    /// The fields that came with it.
    pub fields: Value,
    /// The API's `status_details` of it; null while there are none.
    pub details: Value,
}

/// What an action is done to.
#[derive(Debug, Clone)]
pub enum Target {
    /// The job of this UUID.
    Job(String),
    /// The printer of this UUID.
    Printer(String),
}

impl FarmState {
    /// Takes an action in, and gives its id.
    pub fn ask(&mut self, at: usize, target: Target, name: &str, fields: Value) -> String {
        let id = self.ids.uuid();
        let cluster = &mut self.clusters[at];

        let action = Action {
            id: id.clone(),
            status: "pending",
            target,
            name: name.to_owned(),
            fields,
            details: Value::Null,
        };
        cluster.actions.insert(id.clone(), action);
        let cluster = cluster.id.clone();
        self.later(PENDING, Event::Action { cluster, action: id.clone() });

        id
    }

    /// An action comes to its next status.
    pub(super) fn carry_out(&mut self, cluster: &str, id: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        let Some(action) = self.clusters[at].actions.get(id).cloned() else { return };

        let (status, details) = if action.status == "pending" {
            let (cluster, action) = (cluster.to_owned(), id.to_owned());
            self.later(SENT, Event::Action { cluster, action });
            ("sent", Value::Null)
        } else {
            match self.attempt(at, &action) {
                Some(details) => ("success", details),
                None => ("failed", Value::Null),
            }
        };

        if let Some(action) = self.clusters[at].actions.get_mut(id) {
            (action.status, action.details) = (status, details);
        }
    }

    /// Does what was asked, unless nobody is there who can, or knows how.
    fn attempt(&mut self, at: usize, action: &Action) -> Option<Value> {
        let cluster = &self.clusters[at];
        let (uuid, known, printer): (_, &[(&str, Command)], _) = match &action.target {
            Target::Job(uuid) => (uuid, &JOB_DEEDS, cluster.job(uuid)?.printer.as_deref()),
            Target::Printer(uuid) => (uuid, &PRINTER_DEEDS, Some(uuid.as_str())),
        };

        let printer = printer.and_then(|uuid| cluster.printer(uuid));
        let reached = cluster.is_online() && printer.is_none_or(|p| p.offline.is_none());
        let (_, deed) = known.iter().find(|(name, _)| reached && *name == action.name)?;

        deed(self, at, uuid, &action.fields)
    }
}
