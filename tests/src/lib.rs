//! The stand-in server of the Connect API, and what the tests of this workspace share.

pub mod json;
pub mod scratch;
pub mod stand_in;
pub mod surface;

pub use stand_in::StandIn;
