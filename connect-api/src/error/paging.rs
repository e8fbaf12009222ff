//! Errors of lists that come in pages.

use std::fmt;

use crate::http::operation::Operation;

/// A page that repeats items of earlier pages instead of continuing the list.
///
/// The API counts this page among the pages of the list, and it had no new item in two requests. That
/// happens if the API ignores the page number, if it makes the pages shorter while the list is read,
/// or if items are inserted before the page, at least as many as a page holds. The next request of the
/// stream is for the same page again. To skip it, start another stream at the page after it.
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
///             println!("page {} has no new job, continue on the next page", error.page());
///             jobs = client.get_print_jobs().limit(100).page(error.page() + 1).items();
///         }
///         Err(error) => println!("retry the page: {error}"),
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

    /// The number of the page that has no new item.
    pub fn page(&self) -> i64 {
        self.page
    }
}

impl fmt::Display for RepeatedPageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, page } = self;
        write!(f, "{operation}: page {page} repeats items of earlier pages and has no new item")
    }
}

impl std::error::Error for RepeatedPageError {}
