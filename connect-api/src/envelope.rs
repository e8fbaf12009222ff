//! The envelope of a body.

use serde::Serialize;

/// `{"data": …}`, around the body of every request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}
