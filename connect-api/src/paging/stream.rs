//! Lists that come in pages, as streams of pages and of items.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::Serialize;

use crate::error::{Error, RepeatedPageError};
use crate::http::call::{Call, Operation};
use crate::paging::page::Page;

/// Calls for a page by its number.
type Fetch<T> = Box<dyn Fn(i64) -> Call<Page<T>> + Send + Sync>;

/// A page, and for each of its items whether it is new.
type Seen<T> = (Page<T>, Vec<bool>);

/// What tells an item from others.
pub(crate) enum Key<T> {
    /// A field that no two items share.
    Id(fn(&T) -> u64),
    /// The whole of it: two alike on a page are two.
    Whole(fn(&T) -> u64),
}

/// The pages of a list, one after the other: a `Stream`.
///
/// It ends after the page that is the last by the API's count, at an empty page, and, if the API
/// does not count its pages, at one without a new item. Nothing is asked for before a page is wanted,
/// and dropping the stream ends all traffic.
///
/// A page without a new item is not given. If it is announced, it is asked for once more. If that
/// changes nothing, but the list has grown or is cut into shorter pages than before, so that known
/// items belong there, the next page is asked for, if there is one.
///
/// # Errors
///
/// An [`Error`] ends nothing: who asks for the next page after it has the same page tried again.
/// [`Error::RepeatedPage`] says that a page stays without a new item where others belong.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let client = connect_api::Client::new("an API token");
/// let mut pages = client.get_print_jobs().limit(100).pages();
/// while let Some(page) = pages.next().await {
///     println!("{} of {:?} jobs", page?.items.len(), pages.total_count());
///     println!("page {:?} is next, {}", pages.next_page(), pages.limit_reached());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is asked for its next page"]
pub struct Pages<T> {
    fetch: Fetch<T>,
    key: Key<T>,
    next: Option<i64>,
    call: Option<Call<Page<T>>>,
    operation: Operation,
    /// Whether the next page was asked for before, and had nothing new.
    is_again: bool,
    /// The keys of all items so far.
    seen: HashSet<u64>,
    /// How many items come before the first page that was given, and how many there were then.
    first: Option<(i64, Option<i64>)>,
    total_count: Option<i64>,
    limit_reached: bool,
}

/// The items of a list that comes in pages, each once and in order: a `Stream`.
///
/// It ends where [`Pages`] end. The list can change while it is read, since the API cuts it into
/// pages anew for each call. An item that is added in front moves others to the next page: one that
/// comes again is left out. An item that is taken away moves others to the page before: they are
/// missed if that was read already, and no page tells. Who must have all compares the number of
/// items with [`total_count`](Self::total_count), or reads the list in one page.
///
/// Items are told apart by their id. Where they have none (completed maintenance), two alike on a page
/// are two, and one like another on an earlier page is the same.
///
/// # Errors
///
/// An [`Error`] ends nothing: who asks for the next item after it has the same page tried again.
/// [`Error::RepeatedPage`] says that a page stays without a new item where others belong.
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
#[must_use = "a stream does nothing until it is asked for its next item"]
pub struct Items<T> {
    pages: Pages<T>,
    /// The items that are left of a page, and its number.
    left: std::vec::IntoIter<T>,
    at: i64,
}

impl<T> Pages<T> {
    pub(crate) fn new(operation: Operation, first: i64, fetch: Fetch<T>, key: Key<T>) -> Self {
        Self {
            operation,
            is_again: false,
            fetch,
            key,
            next: Some(first),
            call: None,
            seen: HashSet::new(),
            first: None,
            total_count: None,
            limit_reached: false,
        }
    }

    /// The next page; none at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The number of the page that comes next, from which another stream can go on; none at the
    /// end.
    pub fn next_page(&self) -> Option<i64> {
        self.next
    }

    /// Whether the API has said that the subscription's limit cuts the list.
    pub fn limit_reached(&self) -> bool {
        self.limit_reached
    }

    /// How many items there are on all pages, as the API last said.
    pub fn total_count(&self) -> Option<i64> {
        self.total_count
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Seen<T>, Error>>> {
        while let Some(number) = self.next {
            let call = self.call.get_or_insert_with(|| (self.fetch)(number));
            let answer = ready!(Pin::new(call).poll(context));
            self.call = None;

            let taken = answer.and_then(|page| self.take(number, page));
            if let Some(taken) = taken.transpose() {
                return Poll::Ready(Some(taken));
            }
        }

        Poll::Ready(None)
    }

    /// Takes a page in; none if it is not to be given.
    fn take(&mut self, number: i64, page: Page<T>) -> Result<Option<Seen<T>>, Error> {
        self.total_count = page.total_count().or(self.total_count);
        self.limit_reached |= page.limit_reached();
        let new = self.note(&page.items);
        let is_new = new.contains(&true);

        // One that is not announced.
        let is_beyond = page.total_pages().is_none_or(|total| number > total);
        if new.is_empty() || (!is_new && is_beyond) {
            self.next = None;
            return Ok(None);
        }

        let len = i64::try_from(new.len()).unwrap_or(i64::MAX);
        let before = number.saturating_sub(1).max(0).saturating_mul(len);
        self.first.get_or_insert((before, self.total_count));

        if !is_new {
            if !std::mem::replace(&mut self.is_again, true) {
                return Ok(None);
            }

            // The last page can be shorter than the others: the count says how far it reaches.
            let count = page.total_count().filter(|_| page.total_pages() == Some(number));
            if number.saturating_mul(len).max(count.unwrap_or(0)) > self.known_part() {
                return Err(RepeatedPageError::new(&self.operation, number).into());
            }
        }

        self.is_again = false;
        self.next = match page.total_pages() {
            Some(total) if number >= total => None,
            _ => number.checked_add(1),
        };

        Ok(is_new.then_some((page, new)))
    }

    /// Notes the items of a page as seen; whether each was new.
    fn note(&mut self, items: &[T]) -> Vec<bool> {
        match self.key {
            Key::Id(key) => items.iter().map(|item| self.seen.insert(key(item))).collect(),
            Key::Whole(key) => {
                let keys: Vec<u64> = items.iter().map(key).collect();
                let new = keys.iter().map(|key| !self.seen.contains(key)).collect();
                self.seen.extend(keys);
                new
            }
        }
    }

    /// How many items there are at most up to the last one that was seen, wherever it is now: those
    /// before the first page, those seen, and those added since, which can have moved no more items
    /// than were seen.
    fn known_part(&self) -> i64 {
        let seen = i64::try_from(self.seen.len()).unwrap_or(i64::MAX);
        let (before, count) = self.first.unwrap_or_default();
        let added = count.zip(self.total_count).map_or(0, |(then, now)| now.saturating_sub(then));
        before.saturating_add(seen).saturating_add(added.clamp(0, seen))
    }
}

impl<T> Items<T> {
    pub(crate) fn new(pages: Pages<T>) -> Self {
        let at = pages.next.unwrap_or_default();
        Self { pages, left: Vec::new().into_iter(), at }
    }

    /// The next item; none at the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The number of the page that the next item is on, from which another stream can go on; none
    /// at the end.
    ///
    /// ```no_run
    /// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
    /// let mut jobs = client.get_print_jobs().limit(50).items();
    /// let first = jobs.next().await.transpose()?;
    /// // Later, and perhaps in another process; with the same limit and filters.
    /// if let Some(page) = jobs.next_page() {
    ///     let rest = client.get_print_jobs().limit(50).page(page).items();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_page(&self) -> Option<i64> {
        if self.left.as_slice().is_empty() { self.pages.next } else { Some(self.at) }
    }

    /// Whether the API has said that the subscription's limit cuts the list.
    pub fn limit_reached(&self) -> bool {
        self.pages.limit_reached
    }

    /// How many items there are on all pages, as the API last said.
    pub fn total_count(&self) -> Option<i64> {
        self.pages.total_count
    }
}

// Nothing in them is pinned in place.
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
        let items = self.get_mut();
        loop {
            if let Some(item) = items.left.next() {
                return Poll::Ready(Some(Ok(item)));
            }

            items.at = items.pages.next.unwrap_or_default();
            match ready!(items.pages.poll_page(context)) {
                Some(Ok((page, new))) => {
                    let new = page.items.into_iter().zip(new).filter(|(_, new)| *new);
                    items.left = new.map(|(item, _)| item).collect::<Vec<_>>().into_iter();
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

/// The key of an item that one field tells from others.
pub(crate) fn key(field: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    field.hash(&mut hasher);
    hasher.finish()
}

/// The key of an item that only the whole of it tells from others.
pub(crate) fn whole(item: &impl Serialize) -> u64 {
    key(&serde_json::to_vec(item).unwrap_or_default())
}

/// Adds the streams of items and pages to a request: `paged! { Request.page(Item, id) }` names the
/// setter of the page, the item, and the field that identifies an item, if there is one.
macro_rules! paged {
    ($request:ident.$page:ident($item:ty, $field:ident)) => {
        crate::paging::stream::paged! {
            @ $request $page $item,
            crate::paging::stream::Key::Id(|item| crate::paging::stream::key(&item.$field))
        }
    };
    ($request:ident.$page:ident($item:ty)) => {
        crate::paging::stream::paged! {
            @ $request $page $item,
            crate::paging::stream::Key::Whole(crate::paging::stream::whole)
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
            /// The list's items, from the page on that is set or the first: a stream, as
            /// [`Items`](crate::Items) shows.
            #[inline]
            pub fn items(self) -> crate::Items<$item> {
                crate::Items::new(self.pages())
            }

            /// The list's pages, from the page on that is set or the first: a stream, as
            /// [`Pages`](crate::Pages) shows.
            #[inline]
            pub fn pages(self) -> crate::Pages<$item> {
                let first = self.$page.unwrap_or(1);
                let fetch = move |page| self.clone().$page(page).send();
                crate::Pages::new(Self::OPERATION, first, Box::new(fetch), $key)
            }
        }
    };
}

pub(crate) use paged;
