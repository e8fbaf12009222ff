//! What can go wrong with a list that comes in pages.

use std::fmt;

use super::Error;
use crate::http::call::Operation;

/// A list that does not go on: the API announces a page, and gives items of earlier ones in its place
/// however often it is asked.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) {
/// use connect_api::Error;
///
/// let mut jobs = client.get_print_jobs().limit(100).items();
/// while let Some(job) = jobs.next().await {
///     match job {
///         Ok(job) => println!("{}", job.name),
///         Err(Error::RepeatedPage(error)) => {
///             println!("nothing new on page {}: {error}", error.page());
///             break;
///         }
///         Err(error) => println!("once more: {error}"),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RepeatedPageError {
    operation: &'static str,
    page: i64,
}

impl RepeatedPageError {
    pub(crate) fn new(operation: &Operation, page: i64) -> Self {
        Self { operation: operation.id, page }
    }

    pub(super) fn operation(&self) -> &'static str {
        self.operation
    }

    /// The number of the page that should have been another.
    pub fn page(&self) -> i64 {
        self.page
    }
}

impl fmt::Display for RepeatedPageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, page } = self;
        write!(
            f,
            "{operation}: page {page} repeats items of pages before it, in the place of others"
        )
    }
}

impl std::error::Error for RepeatedPageError {}

impl From<RepeatedPageError> for Error {
    fn from(error: RepeatedPageError) -> Self {
        Error::RepeatedPage(error)
    }
}
