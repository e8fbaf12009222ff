//! Pagination: a page of a list, and the streams over all pages.

pub(crate) mod page;
pub(crate) mod stream;
