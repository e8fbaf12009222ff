//! Lenient decoding of the fields of models, for responses that differ from the API document.
//!
//! - A scalar (text, number, boolean, time, value of an enum) is read in any format that can be
//!   converted.
//! - An invalid optional scalar decodes to `None`, and is logged at `debug`.
//! - A required list or map can be `null`. `null` items are skipped.
//! - An invalid object is an error, since the rest of the response cannot be read after it.

mod containers;
pub(crate) mod field;
pub(crate) mod list;
pub(crate) mod scalar;
mod time;
