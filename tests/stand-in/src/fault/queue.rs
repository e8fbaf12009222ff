//! The faults that are still to be injected.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use super::Fault;
use crate::sync::lock;

/// The pending faults.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    /// Faults by `operationId`, or by method and path.
    by_operation: Mutex<HashMap<String, VecDeque<Fault>>>,
    recurring: Mutex<Option<RecurringFaults>>,
}

/// Faults that affect one request in `interval`: the first fault first, and after the last fault
/// the first again.
#[derive(Debug)]
struct RecurringFaults {
    interval: usize,
    faults: Vec<Fault>,
    request_count: usize,
}

impl FaultQueue {
    /// Adds faults for the next requests of an operation.
    pub(crate) fn push(&self, operation: &str, faults: Vec<Fault>) {
        lock(&self.by_operation).entry(operation.to_owned()).or_default().extend(faults);
    }

    /// Sets the recurring faults.
    pub(crate) fn set_recurring(&self, interval: usize, faults: Vec<Fault>) {
        *lock(&self.recurring) = Some(RecurringFaults { interval, faults, request_count: 0 });
    }

    /// Removes all faults.
    pub(crate) fn clear(&self) {
        lock(&self.by_operation).clear();
        *lock(&self.recurring) = None;
    }

    /// Takes the fault for a request of this operation.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        let fault = lock(&self.by_operation).get_mut(operation).and_then(VecDeque::pop_front);
        let fault = fault.or_else(|| lock(&self.recurring).as_mut()?.next());
        fault.filter(|fault| *fault != Fault::None)
    }
}

impl RecurringFaults {
    fn next(&mut self) -> Option<Fault> {
        self.request_count += 1;
        if !self.request_count.is_multiple_of(self.interval) {
            return None;
        }

        let index = (self.request_count / self.interval - 1) % self.faults.len();
        Some(self.faults[index].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recurring_faults_begin_with_the_first_and_repeat() {
        let queue = FaultQueue::default();
        queue.set_recurring(2, vec![Fault::Disconnect, Fault::Status(500), Fault::Gateway(502)]);

        let next = || {
            assert_eq!(queue.next("get_settings"), None);
            queue.next("get_settings")
        };
        assert_eq!(next(), Some(Fault::Disconnect));
        assert_eq!(next(), Some(Fault::Status(500)));
        assert_eq!(next(), Some(Fault::Gateway(502)));
        assert_eq!(next(), Some(Fault::Disconnect));
    }
}
