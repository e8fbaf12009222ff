//! How far an upload is, over all its attempts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{OnProgress, UploadProgress};
use crate::error::UploadError;

/// Counts what is sent. Shared by the upload and the bodies that its attempts send.
pub(super) struct Gauge {
    total: u64,
    state: Mutex<State>,
}

struct State {
    on_progress: Option<OnProgress>,
    attempt: usize,
    /// By this attempt.
    sent: u64,
    /// By the attempt that came furthest.
    furthest: u64,
    /// Why the source of this attempt could not be read.
    fault: Option<UploadError>,
}

impl Gauge {
    pub(super) fn new(total: u64, on_progress: Option<OnProgress>) -> Self {
        let state = State { on_progress, attempt: 0, sent: 0, furthest: 0, fault: None };
        Self { total, state: Mutex::new(state) }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Begins another attempt; gives its number. What the one before still sends counts no more.
    pub(super) fn begin(&self) -> usize {
        let mut state = self.state();
        state.attempt += 1;
        (state.sent, state.fault) = (0, None);

        if state.attempt == 1 {
            state.tell(self.total);
        }
        state.attempt
    }

    /// Counts bytes that an attempt hands over.
    pub(super) fn add(&self, attempt: usize, bytes: usize) {
        let mut state = self.state();
        if attempt == state.attempt {
            state.sent += bytes as u64;
            if state.sent > state.furthest {
                state.furthest = state.sent;
                state.tell(self.total);
            }
        }
    }

    /// How much this attempt has handed over.
    pub(super) fn sent(&self) -> u64 {
        self.state().sent
    }

    #[cfg(not(target_family = "wasm"))]
    pub(super) fn fail(&self, fault: UploadError) {
        self.state().fault = Some(fault);
    }

    pub(super) fn take_fault(&self) -> Option<UploadError> {
        self.state().fault.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, total: u64) {
        let progress = UploadProgress { sent: self.furthest, total, attempt: self.attempt };
        if let Some(tell) = &mut self.on_progress {
            tell(progress);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn progress_stands_still_until_it_is_surpassed() {
        let told = Arc::<Mutex<Vec<(u64, usize)>>>::default();
        let log = told.clone();
        let tell = move |progress: UploadProgress| {
            log.lock().unwrap().push((progress.sent, progress.attempt));
        };
        let gauge = Gauge::new(100, Some(Box::new(tell)));
        let first = gauge.begin();

        gauge.add(first, 60);
        let second = gauge.begin();
        gauge.add(first, 40);

        assert_eq!(gauge.sent(), 0, "what the first still sends does not count");
        gauge.add(second, 50);
        gauge.add(second, 10);
        gauge.add(second, 40);
        assert_eq!(*told.lock().unwrap(), [(0, 1), (60, 1), (100, 2)]);
    }
}
