//! JSON bodies: from the bytes of a response to models, and from models to a request body.

pub(crate) mod body;
pub(crate) mod envelope;
pub(crate) mod lenient;
pub(crate) mod model;
pub(crate) mod open_enum;
pub(crate) mod path;
pub(crate) mod tagged_union;
