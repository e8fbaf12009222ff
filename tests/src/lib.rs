//! What the tests of this workspace share.

pub mod json;
pub mod scratch;
pub mod surface;

use connect_stand_in::StandIn;

/// A stand-in that answers with the document's examples: any id is known to it.
///
/// # Panics
///
/// If it cannot start, with the reason.
pub async fn examples() -> StandIn {
    match StandIn::builder().examples().start().await {
        Ok(stand_in) => stand_in,
        Err(error) => panic!("the stand-in cannot start: {error}"),
    }
}
