//! The handle that a test holds: it starts, controls, inspects and stops a stand-in.

mod builder;
mod farm;
mod faults;
mod listener;
mod stand_in;

pub use self::builder::{Builder, StartError};
pub use self::stand_in::StandIn;
