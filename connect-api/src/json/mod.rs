//! JSON bodies: decodes a response to models, and encodes models for a request.
//!
//! [`body`] decodes the body of a response, which is usually in an [`envelope`]. [`model`],
//! [`open_enum`] and [`tagged_union`] implement the traits of serde for generated types. [`lenient`]
//! decodes the fields of models, and accepts values that differ from the API document.

pub(crate) mod body;
pub(crate) mod envelope;
pub(crate) mod lenient;
pub(crate) mod model;
pub(crate) mod open_enum;
pub(crate) mod path;
pub(crate) mod tagged_union;
