//! What happens by itself: jobs go on, printers come and go.

use std::time::Duration;

use super::change::ChangeKind;
use super::job::Phase;
use super::printer::{Trouble, Update};
use crate::farm::event_queue::Event;
use crate::farm::state::FarmState;

/// How long an update of the firmware takes.
const UPDATE: Duration = Duration::from_secs(600);

impl FarmState {
    /// Lets an event happen.
    pub fn happen(&mut self, event: Event) {
        match event {
            Event::Job { cluster, job, step } => self.go_on(&cluster, &job, step),
            Event::Action { cluster, action } => self.carry_out(&cluster, &action),
            Event::Updated { cluster, printer } => self.updated(&cluster, &printer),
            Event::Arrival(cluster) => self.arrival(&cluster),
            Event::Outage(cluster) => self.outage(&cluster),
            Event::Return { cluster, printer } => self.attach(&cluster, &printer, true),
            Event::Breakdown(cluster) => self.breakdown(&cluster),
            Event::Repair { cluster, printer } => self.repair(&cluster, &printer),
        }
    }

    /// A phase of a job has lasted its time.
    fn go_on(&mut self, cluster: &str, uuid: &str, step: u32) {
        let Some(at) = self.cluster(cluster) else { return };
        let cluster = &mut self.clusters[at];
        let Some(job) = cluster.job(uuid).filter(|job| job.step == step) else { return };
        let printer = job.printer.as_deref().and_then(|uuid| cluster.printer(uuid));
        let out_of_reach = printer.is_some_and(|printer| printer.offline.is_some());
        let next = job.next_phase();

        match (next, out_of_reach) {
            // What happens meanwhile is learnt when the printer is back.
            (Some(_), true) => cluster.job_mut(uuid).into_iter().for_each(|job| job.overdue = true),
            (Some(next), false) => self.enter(at, uuid, next),
            (None, _) => {}
        }
    }

    /// A job comes to a phase.
    pub fn enter(&mut self, at: usize, uuid: &str, phase: Phase) {
        let now = self.now;
        let cluster = &mut self.clusters[at];
        let Some(job) = cluster.job_mut(uuid) else { return };
        let before = job.phase;
        job.printed = job.elapsed(now);
        (job.phase, job.since, job.overdue) = (phase, now, false);
        job.step += 1;
        job.started |= phase == Phase::PrePrint;

        let (step, lasts, printer) = (job.step, job.phase_lasts(), job.printer.clone());
        let (printed, end) = (job.printed, job.end);
        if phase.is_over() {
            job.ended = Some(now);
            let printer = printer.as_deref().and_then(|uuid| cluster.printer_mut(uuid));
            if let Some(printer) = printer.filter(|printer| printer.job.as_deref() == Some(uuid)) {
                printer.job = None;
                printer.consume(printed);
            }

            cluster.jobs.close(uuid);
        }

        if let Some(kind) = change(before, phase, end) {
            self.note(at, uuid, kind);
        }

        if let Some(lasts) = lasts {
            let cluster = self.clusters[at].id.clone();
            self.later(lasts, Event::Job { cluster, job: uuid.to_owned(), step });
        }

        if phase.is_over() || phase == Phase::Queued {
            self.assign(at);
        }
    }

    fn phase(&self, at: usize, job: &str) -> Option<Phase> {
        self.clusters[at].job(job).map(|job| job.phase)
    }

    /// Gives the waiting jobs to printers that are free and fit them, in the order of the queue.
    pub fn assign(&mut self, at: usize) {
        self.begin_updates(at);
        loop {
            let cluster = &mut self.clusters[at];
            let waiting = cluster.jobs.open().filter(|job| job.phase == Phase::Queued && !job.held);

            let mut fitting = waiting.filter_map(|job| {
                let free = cluster.printers.iter().filter(|printer| printer.is_free());
                let printer = free.filter(|printer| job.fits(printer.model));
                let mut printer = printer.filter(|p| job.forced || job.needs_change(p).is_none());
                Some((job.uuid.clone(), printer.next()?.uuid.clone()))
            });
            let Some((job, printer)) = fitting.next() else { return };
            drop(fitting);

            if let Some(printer) = cluster.printer_mut(&printer) {
                printer.job = Some(job.clone());
            }

            if let Some(job) = cluster.job_mut(&job) {
                job.printer = Some(printer);
            }

            self.enter(at, &job, Phase::SentToPrinter);
        }
    }

    fn begin_updates(&mut self, at: usize) {
        let cluster = &mut self.clusters[at];
        let due = |update| update == Update::Scheduled;
        let mut begun = Vec::new();

        for printer in cluster.printers.iter_mut().filter(|p| due(p.update) && p.is_free()) {
            printer.update = Update::Running;
            begun.push(Event::Updated {
                cluster: cluster.id.clone(),
                printer: printer.uuid.clone(),
            });
        }

        for event in begun {
            self.later(UPDATE, event);
        }
    }

    fn updated(&mut self, cluster: &str, printer: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        if let Some(printer) = self.clusters[at].printer_mut(printer) {
            (printer.update, printer.firmware) = (Update::None, 1);
        }
        self.assign(at);
    }

    /// Pulls the cable of a printer out, or puts it in again. With the host of a cluster all its
    /// printers go and come.
    pub fn attach(&mut self, cluster: &str, printer: &str, attached: bool) {
        let Some(at) = self.cluster(cluster) else { return };
        let now = self.now;
        let cluster = &mut self.clusters[at];

        if let Some(printer) = cluster.printer_mut(printer) {
            printer.detached = !attached;
        }

        let host_detached = cluster.printers.first().is_some_and(|host| host.detached);
        let (mut changed, mut overdue) = (Vec::new(), Vec::new());
        for printer in &mut cluster.printers {
            let offline = printer.detached || host_detached;
            if offline == printer.offline.is_some() {
                continue;
            }

            printer.offline = offline.then_some(now);
            printer.changed = Some(now);
            let kind = if offline { ChangeKind::PrinterOffline } else { ChangeKind::PrinterOnline };
            changed.push((printer.uuid.clone(), kind));
            overdue.extend(printer.job.clone().filter(|_| !offline));
        }

        for (printer, kind) in changed {
            self.note(at, &printer, kind);
        }

        for uuid in overdue {
            let job = self.clusters[at].job(&uuid).filter(|job| job.overdue);
            if let Some(next) = job.and_then(|job| job.next_phase()) {
                self.enter(at, &uuid, next);
            }
        }

        self.assign(at);
    }

    /// A printer breaks, and what it prints with it.
    pub fn break_down(&mut self, cluster: &str, printer: &str, code: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        let trouble = Trouble { since: self.now, uuid: self.ids.uuid(), code: code.to_owned() };
        let Some(broken) = self.clusters[at].printer_mut(printer) else { return };

        if broken.trouble.is_some() {
            return;
        }

        broken.changed = Some(trouble.since);
        broken.trouble = Some(trouble);
        let job = broken.job.clone();
        self.note(at, printer, ChangeKind::PrinterBroken);

        // A print that is done cannot fail any more.
        let printed = |uuid: &String| self.phase(at, uuid) == Some(Phase::WaitCleanup);
        if let Some(job) = job.filter(|uuid| !printed(uuid)) {
            self.enter(at, &job, Phase::Failed);
        }
    }

    /// A broken printer is mended.
    pub fn repair(&mut self, cluster: &str, printer: &str) {
        let Some(at) = self.cluster(cluster) else { return };
        let now = self.now;
        let mended = self.clusters[at].printer_mut(printer);

        if let Some(mended) = mended.filter(|mended| mended.trouble.is_some()) {
            (mended.trouble, mended.changed) = (None, Some(now));
            self.note(at, printer, ChangeKind::PrinterRepaired);
            self.assign(at);
        }
    }
}

/// What a step of a job is to those who watch it, of a job that ends as `end`.
fn change(before: Phase, now: Phase, end: Phase) -> Option<ChangeKind> {
    match (before, now) {
        (_, Phase::Queued) => Some(ChangeKind::JobQueued),
        (_, Phase::PrePrint) => Some(ChangeKind::JobStarted),
        (_, Phase::Paused) => Some(ChangeKind::JobPaused),
        (Phase::Resuming, Phase::Printing) => Some(ChangeKind::JobResumed),
        (_, Phase::WaitCleanup) if end == Phase::Finished => Some(ChangeKind::JobFinished),
        (_, Phase::WaitCleanup) => Some(ChangeKind::JobAborted),
        (Phase::WaitCleanup, Phase::Finished | Phase::Aborted) => Some(ChangeKind::JobCleared),
        (_, Phase::Aborted) => Some(ChangeKind::JobAborted),
        (_, Phase::Failed) => Some(ChangeKind::JobFailed),
        (_, Phase::Removed) => Some(ChangeKind::JobRemoved),
        _ => None,
    }
}
