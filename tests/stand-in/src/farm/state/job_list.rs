//! The jobs of a cluster.

use indexmap::IndexMap;

use super::job::{Job, Phase};

/// The jobs of a cluster.
///
/// Open and ended jobs are listed separately, since the number of ended jobs grows without limit.
#[derive(Debug, Clone, Default)]
pub struct JobList {
    /// All jobs by UUID, in the order of submission.
    all: IndexMap<String, Job>,
    /// The UUIDs of the open jobs, in print order.
    open: Vec<String>,
    /// The UUIDs of the ended jobs, in the order in which they ended.
    ended: Vec<String>,
}

impl JobList {
    /// The job with this UUID.
    pub fn get(&self, uuid: &str) -> Option<&Job> {
        self.all.get(uuid)
    }

    /// The job with this UUID.
    pub fn get_mut(&mut self, uuid: &str) -> Option<&mut Job> {
        self.all.get_mut(uuid)
    }

    /// All jobs, in the order of submission.
    pub fn all(&self) -> impl Iterator<Item = &Job> {
        self.all.values()
    }

    /// The open jobs, in print order.
    pub fn open(&self) -> impl Iterator<Item = &Job> + Clone {
        self.open.iter().filter_map(|uuid| self.get(uuid))
    }

    /// The ended jobs, latest first.
    pub fn ended(&self) -> impl Iterator<Item = &Job> {
        self.ended.iter().rev().filter_map(|uuid| self.get(uuid))
    }

    /// Adds a job at the end of the queue.
    pub fn push(&mut self, job: Job) {
        self.open.push(job.uuid.clone());
        self.all.insert(job.uuid.clone(), job);
    }

    /// Moves a job from the open to the ended jobs.
    pub fn mark_ended(&mut self, uuid: &str) {
        if let Some(index) = self.open.iter().position(|open| open == uuid) {
            self.ended.push(self.open.remove(index));
        }
    }

    /// Moves a queued job to a position among the queued jobs, or to the end.
    ///
    /// Returns `None` if the job is not queued.
    pub fn move_to(&mut self, uuid: &str, position: usize) -> Option<()> {
        let is_queued = |jobs: &Self, index: usize| {
            jobs.get(&jobs.open[index]).is_some_and(|job| job.phase == Phase::Queued)
        };
        let from = self.open.iter().position(|open| open == uuid)?;
        is_queued(self, from).then_some(())?;

        let uuid = self.open.remove(from);
        let to = (0..self.open.len())
            .filter(|index| is_queued(self, *index))
            .nth(position)
            .unwrap_or(self.open.len());
        self.open.insert(to, uuid);

        Some(())
    }
}
