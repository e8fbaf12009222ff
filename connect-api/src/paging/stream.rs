//! Streams over the pages and the items of a list.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::Serialize;

use crate::error::{Error, RepeatedPageError};
use crate::http::call::Call;
use crate::http::operation::Operation;
use crate::paging::page::Page;

/// Creates the call for a page, given its number.
type Fetch<T> = Box<dyn Fn(i64) -> Call<Page<T>> + Send + Sync>;

/// A page, and for each of its items whether the item is new.
type PageWithNew<T> = (Page<T>, Vec<bool>);

/// How items are compared, to recognise an item that was on an earlier page.
pub(crate) enum Key<T> {
    /// By the hash of a field that is unique in the list.
    Field(fn(&T) -> u64),
    /// By the hash of the whole item. Equal items on one page are different items.
    Item(fn(&T) -> u64),
}

/// A `Stream` of the pages of a list.
///
/// A page is requested when the stream is polled for it. Dropping the stream cancels the request.
///
/// # End of the list
///
/// The stream ends after the last page, according to the API's count of pages; at an empty page; and,
/// if the API does not count the pages, at a page without new items.
///
/// # Repeated pages
///
/// If a page within the API's count of pages has only known items, it is requested once more. If it
/// still has only known items, the result is an [`Error::RepeatedPage`]. This happens if the API
/// ignores the page number, and also if so many items were inserted before the page that all its
/// items have moved there.
///
/// # Errors
///
/// An [`Error`] does not end the stream: polling it again requests the same page again. To skip a page,
/// start another stream at the page after it.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let client = connect_api::Client::new("an API token");
/// let mut pages = client.get_print_jobs().limit(100).pages();
/// while let Some(page) = pages.next().await {
///     println!("{} of {:?} jobs", page?.items.len(), pages.total_count());
///     println!("next page: {:?}, {}", pages.next_page(), pages.limit_reached());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T> {
    fetch: Fetch<T>,
    key: Key<T>,
    next: Option<i64>,
    call: Option<Call<Page<T>>>,
    operation: Operation,
    /// Whether the next page was already requested once and had no new item.
    is_second_request: bool,
    /// The keys of all items so far.
    seen: HashSet<u64>,
    total_count: Option<i64>,
    limit_reached: bool,
}

/// A `Stream` of the items of a paginated list. Each item occurs once, in the API's order.
///
/// It ends where [`Pages`] ends.
///
/// # Changes while the list is read
///
/// The API computes the pages again for each request, so items can move between pages. An item that is
/// inserted at the front moves the last item of each page to the next page; an item that occurs again
/// is left out. An item that is removed moves another item to the page before; if that page was already
/// read, the item is missed. To notice it, compare the number of items with
/// [`total_count`](Self::total_count), or read the list in one page.
///
/// Items are compared by their id. Items without an id (completed maintenance) are compared by all their
/// fields: equal items on one page are different items, and an item equal to one on an earlier page is
/// the same item.
///
/// # Errors
///
/// An [`Error`] does not end the stream: polling it again requests the same page again. See [`Pages`]
/// for [`Error::RepeatedPage`].
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let client = connect_api::Client::new("an API token");
/// let mut clusters = client.get_clusters().limit(50).items();
/// let mut count = 0;
/// while let Some(cluster) = clusters.next().await {
///     println!("{}", cluster?.host_name);
///     count += 1;
/// }
/// println!("{count} of {:?}", clusters.total_count());
/// if clusters.limit_reached() {
///     println!("the subscription shows no more");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    /// The items of the current page that are not returned yet.
    remaining: std::vec::IntoIter<T>,
    current_page: i64,
}

impl<T> Pages<T> {
    pub(crate) fn new(operation: Operation, first: i64, fetch: Fetch<T>, key: Key<T>) -> Self {
        Self {
            operation,
            is_second_request: false,
            fetch,
            key,
            next: Some(first),
            call: None,
            seen: HashSet::new(),
            total_count: None,
            limit_reached: false,
        }
    }

    /// Returns the next page, or `None` at the end of the list.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The number of the next page, at which another stream can resume. `None` at the end of the list.
    pub fn next_page(&self) -> Option<i64> {
        self.next
    }

    /// Whether the API has reported that the subscription's limit truncates the list.
    pub fn limit_reached(&self) -> bool {
        self.limit_reached
    }

    /// The number of items on all pages, as last reported by the API.
    pub fn total_count(&self) -> Option<i64> {
        self.total_count
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<PageWithNew<T>, Error>>> {
        while let Some(number) = self.next {
            let call = self.call.get_or_insert_with(|| (self.fetch)(number));
            let result = ready!(Pin::new(call).poll(context));
            self.call = None;

            let page = result.and_then(|page| self.process_page(number, page));
            if let Some(page) = page.transpose() {
                return Poll::Ready(Some(page));
            }
        }

        Poll::Ready(None)
    }

    /// Processes a response and determines the next page.
    ///
    /// Returns `None` for a page that is not returned to the caller: the end of the list, or a page that
    /// is requested once more.
    fn process_page(
        &mut self,
        number: i64,
        page: Page<T>,
    ) -> Result<Option<PageWithNew<T>>, Error> {
        self.total_count = page.total_count().or(self.total_count);
        self.limit_reached |= page.limit_reached();

        let is_new = self.mark_seen(&page.items);
        let has_new_items = is_new.contains(&true);
        let is_counted = page.total_pages().is_some_and(|total| number <= total);

        if page.items.is_empty() || (!has_new_items && !is_counted) {
            self.next = None;
            return Ok(None);
        }

        if !has_new_items {
            self.request_once_more(number)?;
            return Ok(None);
        }

        self.is_second_request = false;
        self.next = match page.total_pages() {
            Some(total) if number >= total => None,
            _ => number.checked_add(1),
        };

        Ok(Some((page, is_new)))
    }

    /// Requests a page without new items once more.
    ///
    /// # Errors
    ///
    /// [`Error::RepeatedPage`] if the page was already requested twice.
    fn request_once_more(&mut self, number: i64) -> Result<(), Error> {
        if self.is_second_request {
            return Err(RepeatedPageError::new(&self.operation, number).into());
        }

        // `self.next` is still the number of this page.
        self.is_second_request = true;
        Ok(())
    }

    /// Adds the items of a page to the seen items. Returns for each item whether it is new.
    fn mark_seen(&mut self, items: &[T]) -> Vec<bool> {
        match self.key {
            Key::Field(hash) => items.iter().map(|item| self.seen.insert(hash(item))).collect(),
            Key::Item(hash) => {
                let keys: Vec<u64> = items.iter().map(hash).collect();
                let is_new = keys.iter().map(|key| !self.seen.contains(key)).collect();
                self.seen.extend(keys);
                is_new
            }
        }
    }
}

impl<T> Items<T> {
    pub(crate) fn new(pages: Pages<T>) -> Self {
        let current_page = pages.next.unwrap_or_default();
        Self { pages, remaining: Vec::new().into_iter(), current_page }
    }

    /// Returns the next item, or `None` at the end of the list.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The number of the page that contains the next item, at which another stream can resume. `None`
    /// at the end of the list.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let mut jobs = client.get_print_jobs().limit(50).items();
    /// let first = jobs.next().await.transpose()?;
    /// // Later, possibly in another process, with the same limit and filters:
    /// if let Some(page) = jobs.next_page() {
    ///     let rest = client.get_print_jobs().limit(50).page(page).items();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_page(&self) -> Option<i64> {
        match self.remaining.as_slice().is_empty() {
            true => self.pages.next,
            false => Some(self.current_page),
        }
    }

    /// Whether the API has reported that the subscription's limit truncates the list.
    pub fn limit_reached(&self) -> bool {
        self.pages.limit_reached
    }

    /// The number of items on all pages, as last reported by the API.
    pub fn total_count(&self) -> Option<i64> {
        self.pages.total_count
    }
}

// No field is pinned structurally.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.get_mut().poll_page(context));
        Poll::Ready(page.map(|page| page.map(|(page, _)| page)))
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = self.get_mut();

        loop {
            if let Some(item) = stream.remaining.next() {
                return Poll::Ready(Some(Ok(item)));
            }

            stream.current_page = stream.pages.next.unwrap_or_default();

            match ready!(stream.pages.poll_page(context)) {
                Some(Ok((page, is_new))) => {
                    let new_items =
                        page.items.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
                    let new_items: Vec<T> = new_items.map(|(item, _)| item).collect();
                    stream.remaining = new_items.into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("next_page", &self.next_page()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("next_page", &self.next_page()).finish_non_exhaustive()
    }
}

/// Hashes the unique field of an item.
pub(crate) fn hash_key(field: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    field.hash(&mut hasher);
    hasher.finish()
}

/// Hashes all fields of an item that has no unique field.
pub(crate) fn hash_item(item: &impl Serialize) -> u64 {
    hash_key(&serde_json::to_vec(item).unwrap_or_default())
}

/// Implements `items` and `pages` for a request type whose response is a page of a list.
///
/// The arguments are the request type, its setter for the page number, the type of an item, and the
/// unique field of an item, if there is one: `GetClusters.page(models::ClusterResponse, cluster_id)`.
macro_rules! impl_pages {
    ($request:ident.$page:ident($item:ty, $field:ident)) => {
        crate::paging::stream::impl_pages! {
            @ $request $page $item,
            crate::paging::stream::Key::Field(|item| crate::paging::stream::hash_key(&item.$field))
        }
    };
    ($request:ident.$page:ident($item:ty)) => {
        crate::paging::stream::impl_pages! {
            @ $request $page $item,
            crate::paging::stream::Key::Item(crate::paging::stream::hash_item)
        }
    };
    (@ $request:ident $page:ident $item:ty, $key:expr) => {
        #[doc = concat!(
            "```no_run\n",
            "# async fn example(request: connect_api::requests::", stringify!($request), ")",
            " -> Result<(), connect_api::Error> {\n",
            "let mut pages = request.clone().pages();\n",
            "let first = pages.next().await.transpose()?;\n",
            "println!(\"{:?} of {:?}\", first.map(|page| page.items.len()), pages.total_count());\n",
            "let mut items = request.items();\n",
            "while let Some(item) = items.next().await {\n",
            "    println!(\"{:?}\", item?);\n",
            "}\n",
            "# Ok(())\n# }\n",
            "```",
        )]
        impl $request {
            /// Returns a stream of the items of all pages, from the page that is set or the first
            /// one. See [`Items`](crate::Items).
            #[inline]
            pub fn items(self) -> crate::Items<$item> {
                crate::Items::new(self.pages())
            }

            /// Returns a stream of the pages, from the page that is set or the first one. See
            /// [`Pages`](crate::Pages).
            #[inline]
            pub fn pages(self) -> crate::Pages<$item> {
                let first = self.$page.unwrap_or(1);
                let fetch = move |page| self.clone().$page(page).send();
                crate::Pages::new(Self::OPERATION, first, Box::new(fetch), $key)
            }
        }
    };
}

pub(crate) use impl_pages;
