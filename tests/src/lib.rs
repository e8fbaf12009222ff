//! Helpers that the tests of several crates share.

pub mod json;
pub mod scratch;
pub mod surface;

use connect_stand_in::StandIn;

/// Starts a stand-in that responds with the document's examples, for any id.
///
/// # Panics
///
/// If the stand-in cannot start.
pub async fn start_stand_in() -> StandIn {
    match StandIn::builder().examples().start().await {
        Ok(stand_in) => stand_in,
        Err(error) => panic!("the stand-in cannot start: {error}"),
    }
}
