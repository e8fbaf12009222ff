//! Lists that come in pages, as streams of pages and of items.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::Serialize;

use crate::call::{Call, Operation};
use crate::error::{Error, RepeatedPageError};
use crate::page::Page;

/// Calls for a page by its number.
type Fetch<T> = Box<dyn Fn(i64) -> Call<Page<T>> + Send + Sync>;

/// A page, and for each of its items whether it is new.
type Seen<T> = (Page<T>, Vec<bool>);

/// The pages of a list, one after the other: a `Stream`.
///
/// It ends after the page that is the last by the API's count, at an empty page, and, if the API
/// does not count its pages, at one without a new item; neither of these two is given. Nothing is
/// asked for before a page is wanted, and dropping the stream ends all traffic.
///
/// A page that repeats the one before it, although it is announced as another, is not given either.
/// It is asked for once more; if that changes nothing, the list has moved, and the next page is
/// asked for, if there is one.
///
/// # Errors
///
/// An [`Error`] ends nothing: who asks for the next page after it has the same page tried again.
/// [`Error::RepeatedPage`] says that pages repeat that way however they are asked for.
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
    /// What tells an item from others.
    key: fn(&T) -> u64,
    next: Option<i64>,
    call: Option<Call<Page<T>>>,
    operation: Operation,
    /// How often in a row the page before was given again.
    repeats: u8,
    /// The keys of the page before, and of all items so far.
    before: Vec<u64>,
    seen: HashSet<u64>,
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
/// # Errors
///
/// An [`Error`] ends nothing: who asks for the next item after it has the same page tried again.
/// [`Error::RepeatedPage`] says that the list does not go on, although it should.
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
    pub(crate) fn new(
        operation: Operation,
        first: i64,
        fetch: Fetch<T>,
        key: fn(&T) -> u64,
    ) -> Self {
        Self {
            operation,
            repeats: 0,
            fetch,
            key,
            next: Some(first),
            call: None,
            before: Vec::new(),
            seen: HashSet::new(),
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
        let keys: Vec<u64> = page.items.iter().map(self.key).collect();
        let new: Vec<bool> = keys.iter().map(|key| !self.seen.contains(key)).collect();
        // Where the API counts its pages, one of only known items can be followed by new ones: it
        // has begun to cut the list into shorter pages.
        let uncounted = page.total_pages().is_none() && !new.contains(&true);
        if keys.is_empty() || uncounted {
            self.next = None;
            return Ok(None);
        }
        let following = match page.total_pages() {
            Some(total) if number >= total => None,
            _ => number.checked_add(1),
        };
        if keys == self.before {
            self.repeats += 1;
            match self.repeats {
                1 => {}
                2 => self.next = following,
                _ => {
                    self.repeats = 2;
                    return Err(RepeatedPageError::new(&self.operation, number).into());
                }
            }
            return Ok(None);
        }
        self.seen.extend(&keys);
        (self.repeats, self.before, self.next) = (0, keys, following);
        Ok(Some((page, new)))
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

/// What a request does whose answer is a page, by the name of its page: `Request.page: item`, and
/// the field that tells its items apart, if there is one.
macro_rules! paged {
    ($request:ident.$page:ident: $item:ty, $field:ident) => {
        crate::paging::paged! { @ $request $page $item, |item| crate::paging::key(&item.$field) }
    };
    ($request:ident.$page:ident: $item:ty) => {
        crate::paging::paged! { @ $request $page $item, crate::paging::whole }
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
