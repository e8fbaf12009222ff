//! The progress of actions: they take time, and can fail.

use std::time::Duration;

use serde_json::Value;

use super::commands::{Command, JOB_COMMANDS, PRINTER_COMMANDS};
use crate::farm::state::FarmState;
use crate::farm::state::action::{Action, Target};
use crate::farm::state::event_queue::Event;

/// How long the status of an action is `pending`.
const PENDING_TIME: Duration = Duration::from_secs(1);

/// How long the status of an action is `sent`.
const SENT_TIME: Duration = Duration::from_secs(2);

impl FarmState {
    /// Starts an action, and returns its id. `cluster` is the index of the cluster.
    pub fn start_action(
        &mut self,
        cluster: usize,
        target: Target,
        name: &str,
        fields: Value,
    ) -> String {
        let id = self.ids.uuid();
        let cluster = &mut self.clusters[cluster];

        let action = Action {
            id: id.clone(),
            status: "pending",
            target,
            name: name.to_owned(),
            fields,
            details: Value::Null,
        };
        cluster.actions.insert(id.clone(), action);

        let event = Event::ActionProgress { cluster: cluster.id.clone(), action: id.clone() };
        self.schedule(PENDING_TIME, event);

        id
    }

    /// Advances an action to its next status: from `pending` to `sent`, then to `success` or
    /// `failed`.
    pub(super) fn advance_action(&mut self, cluster_id: &str, id: &str) {
        let Some(cluster) = self.cluster_index(cluster_id) else { return };
        let Some(action) = self.clusters[cluster].actions.get(id).cloned() else { return };

        let (status, details) = if action.status == "pending" {
            let (cluster, action) = (cluster_id.to_owned(), id.to_owned());
            self.schedule(SENT_TIME, Event::ActionProgress { cluster, action });
            ("sent", Value::Null)
        } else {
            match self.execute_action(cluster, &action) {
                Some(details) => ("success", details),
                None => ("failed", Value::Null),
            }
        };

        if let Some(action) = self.clusters[cluster].actions.get_mut(id) {
            action.status = status;
            action.details = details;
        }
    }

    /// Executes the command of an action, and returns its details.
    ///
    /// Returns `None` if it failed: the printer is offline, the command is unknown or not possible.
    fn execute_action(&mut self, index: usize, action: &Action) -> Option<Value> {
        let cluster = &self.clusters[index];
        let (uuid, commands, printer): (_, &[(&str, Command)], _) = match &action.target {
            Target::Job(uuid) => (uuid, &JOB_COMMANDS, cluster.printer_of(cluster.job(uuid)?)),
            Target::Printer(uuid) => (uuid, &PRINTER_COMMANDS, cluster.printer(uuid)),
        };

        let is_printer_online = printer.is_none_or(|printer| printer.offline_since.is_none());
        if !cluster.is_online() || !is_printer_online {
            return None;
        }

        let (_, command) = commands.iter().find(|(name, _)| *name == action.name)?;
        command(self, index, uuid, &action.fields)
    }
}
