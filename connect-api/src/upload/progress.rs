//! The progress of an upload over all its attempts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::UploadError;

/// The progress of an upload.
///
/// ```
/// let print_progress = |progress: connect_api::UploadProgress| {
///     println!("{} of {} bytes", progress.sent, progress.total);
/// };
/// # let _ = print_progress;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// The number of bytes passed to the connection. It never decreases: in a new attempt, it stays
    /// the same until that attempt has sent more.
    pub sent: u64,
    /// The total number of bytes.
    pub total: u64,
    /// The number of the attempt, starting at 1.
    pub attempt: usize,
}

/// A progress callback.
pub(super) type OnProgress = Box<dyn FnMut(UploadProgress) + Send>;

/// Counts the bytes sent. Shared by the upload and the request bodies of its attempts.
pub(super) struct ProgressTracker {
    total: u64,
    state: Mutex<State>,
}

struct State {
    on_progress: Option<OnProgress>,
    attempt: usize,
    /// The bytes sent by the current attempt.
    sent: u64,
    /// The most bytes sent by any attempt.
    max_sent: u64,
    /// The error of the source in the current attempt.
    source_error: Option<UploadError>,
}

impl ProgressTracker {
    pub(super) fn new(total: u64, on_progress: Option<OnProgress>) -> Self {
        let state = State { on_progress, attempt: 0, sent: 0, max_sent: 0, source_error: None };
        Self { total, state: Mutex::new(state) }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Starts an attempt and returns its number. Bytes of earlier attempts no longer count.
    pub(super) fn start_attempt(&self) -> usize {
        let mut state = self.state();
        state.attempt += 1;
        (state.sent, state.source_error) = (0, None);

        if state.attempt == 1 {
            state.report(self.total);
        }

        state.attempt
    }

    /// Counts bytes that an attempt passed to the connection.
    pub(super) fn add(&self, attempt: usize, bytes: usize) {
        let mut state = self.state();
        if attempt != state.attempt {
            return;
        }

        state.sent += bytes as u64;
        if state.sent > state.max_sent {
            state.max_sent = state.sent;
            state.report(self.total);
        }
    }

    /// Returns the bytes that the current attempt passed to the connection.
    pub(super) fn sent(&self) -> u64 {
        self.state().sent
    }

    #[cfg(not(target_family = "wasm"))]
    pub(super) fn set_source_error(&self, error: UploadError) {
        self.state().source_error = Some(error);
    }

    pub(super) fn take_source_error(&self) -> Option<UploadError> {
        self.state().source_error.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Calls the progress callback.
    fn report(&mut self, total: u64) {
        let progress = UploadProgress { sent: self.max_sent, total, attempt: self.attempt };
        if let Some(on_progress) = &mut self.on_progress {
            on_progress(progress);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn progress_never_goes_backwards_in_a_new_attempt() {
        let reports = Arc::<Mutex<Vec<(u64, usize)>>>::default();
        let log = reports.clone();
        let on_progress = move |progress: UploadProgress| {
            log.lock().unwrap().push((progress.sent, progress.attempt));
        };
        let tracker = ProgressTracker::new(100, Some(Box::new(on_progress)));
        let first = tracker.start_attempt();

        tracker.add(first, 60);
        let second = tracker.start_attempt();
        tracker.add(first, 40);

        assert_eq!(tracker.sent(), 0, "bytes of the first attempt no longer count");
        tracker.add(second, 50);
        tracker.add(second, 10);
        tracker.add(second, 40);
        assert_eq!(*reports.lock().unwrap(), [(0, 1), (60, 1), (100, 2)]);
    }
}
