//! A simulated farm: a fleet of printers with state, in place of real printers.
//!
//! Jobs are queued, printed and completed; printers go offline and have errors; actions take time.
//! The farm has its own clock. It advances with each request and when a test advances it, or it
//! follows real time.
//!
//! | concern | module |
//! |---|---|
//! | configuration | [`Farm`] |
//! | state at a point in time | [`state`] |
//! | clock and ids | [`clock`], [`ids`] |
//! | events over time, commands, random events, the initial state | [`simulation`] |
//! | the API's operations, and routes that the document lacks | [`operation`] |
//! | the state as the API's models show it | [`view`] |
//! | the upload service, and the host that receives files | [`uploads`] |
//! | the record of changes | [`change`] |
//!
//! What existing clients rely on is taken from the service. The duration of each phase, and the
//! assignment of a job to the first suitable printer, are choices of this simulation.

pub mod change;
pub mod clock;
mod config;
pub mod ids;
mod json;
pub mod operation;
pub mod simulation;
pub mod state;
pub mod uploads;
pub mod view;

pub use self::change::{Change, ChangeKind};
pub use self::clock::MAX_FARM_AGE;
pub use self::config::{Farm, Layout};
pub use self::state::upload::{Upload, UploadAttempt, UploadFault};
