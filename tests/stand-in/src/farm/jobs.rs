//! The jobs of a cluster.

use indexmap::IndexMap;

use super::job::{Job, Phase};

/// The jobs of a cluster. Of those that are over there are ever more: they are apart from those
/// that go on.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    /// All by their UUID, in the order in which they came.
    all: IndexMap<String, Job>,
    /// Those that go on, in the order in which they are printed.
    open: Vec<String>,
    /// Those that are over, in the order in which they ended.
    over: Vec<String>,
}

impl Jobs {
    /// The job of this UUID.
    pub fn get(&self, uuid: &str) -> Option<&Job> {
        self.all.get(uuid)
    }

    /// The job of this UUID.
    pub fn get_mut(&mut self, uuid: &str) -> Option<&mut Job> {
        self.all.get_mut(uuid)
    }

    /// All of them, in the order in which they came.
    pub fn all(&self) -> impl Iterator<Item = &Job> {
        self.all.values()
    }

    /// Those that go on, in the order in which they are printed.
    pub fn open(&self) -> impl Iterator<Item = &Job> + Clone {
        self.open.iter().filter_map(|uuid| self.get(uuid))
    }

    /// Those that are over, the last first.
    pub fn over(&self) -> impl Iterator<Item = &Job> {
        self.over.iter().rev().filter_map(|uuid| self.get(uuid))
    }

    /// Puts a job at the end of the queue.
    pub fn push(&mut self, job: Job) {
        self.open.push(job.uuid.clone());
        self.all.insert(job.uuid.clone(), job);
    }

    /// Puts a job that is over to the others that are.
    pub fn close(&mut self, uuid: &str) {
        if let Some(at) = self.open.iter().position(|open| open == uuid) {
            self.over.push(self.open.remove(at));
        }
    }

    /// Moves a waiting job to a place among those that wait, or behind them; nothing if it does not
    /// wait.
    pub fn move_to(&mut self, uuid: &str, place: usize) -> Option<()> {
        let waits = |jobs: &Self, at: usize| {
            jobs.get(&jobs.open[at]).is_some_and(|job| job.phase == Phase::Queued)
        };
        let from = self.open.iter().position(|open| open == uuid)?;
        waits(self, from).then_some(())?;

        let uuid = self.open.remove(from);
        let mut waiting = (0..self.open.len()).filter(|at| waits(self, *at));
        let to = waiting.nth(place).unwrap_or(self.open.len());
        drop(waiting);
        self.open.insert(to, uuid);

        Some(())
    }
}
