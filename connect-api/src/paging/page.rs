//! A page of a list.

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};

use crate::json::envelope::{Envelope, Many};
use crate::models::{PaginationLinks, ResponseMeta};

/// One page of a list.
///
/// ```no_run
/// # async fn example(client: connect_api::Client) -> Result<(), connect_api::Error> {
/// let page: connect_api::Page<_> = client.get_clusters().limit(20).send().await?;
/// println!("{:?} clusters on {:?} pages", page.total_count(), page.total_pages());
/// if page.limit_reached() {
///     println!("the subscription shows no more");
/// }
/// for cluster in page {
///     println!("{}", cluster.host_name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    #[serde(rename = "data")]
    pub items: Vec<T>,
    /// The number of items and pages, and whether the subscription's limit truncates the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<ResponseMeta>,
    /// Links to the neighbouring pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<PaginationLinks>,
}

impl<T> Page<T> {
    /// The number of pages, if the API reports it.
    pub fn total_pages(&self) -> Option<i64> {
        self.meta.as_ref()?.page.as_ref()?.total_pages
    }

    /// The number of items on all pages, if the API reports it.
    pub fn total_count(&self) -> Option<i64> {
        self.meta.as_ref()?.page.as_ref()?.total_count
    }

    /// Whether the subscription's limit truncates the list.
    pub fn limit_reached(&self) -> bool {
        self.meta.as_ref().and_then(|meta| meta.limit_reached).unwrap_or(false)
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p Page<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Takes the page out of a response. Returns `None` if the response has no data.
    pub(crate) fn from_envelope(envelope: &mut Envelope<Many<T>>) -> Option<Self> {
        let items = envelope.data.take()?;
        Some(Self { items, meta: envelope.meta.take(), links: envelope.links.take() })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut envelope = Envelope::empty();
        envelope.read(deserializer)?;
        Self::from_envelope(&mut envelope).ok_or_else(|| D::Error::missing_field("data"))
    }
}
