//! A page of a list.

use serde::{Deserialize, Serialize};

use crate::models::{PaginationLinks, ResponseMeta};

/// A page of a list that the API gives in pages.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    #[serde(rename = "data")]
    pub items: Vec<T>,
    /// How many items and pages there are, and whether the subscription's limit cuts the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<ResponseMeta>,
    /// Where the neighbouring pages are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<PaginationLinks>,
}

impl<T> Page<T> {
    /// How many pages there are, if the API says so.
    pub fn total_pages(&self) -> Option<i64> {
        self.meta.as_ref()?.page.as_ref()?.total_pages
    }

    /// How many items there are on all pages, if the API says so.
    pub fn total_count(&self) -> Option<i64> {
        self.meta.as_ref()?.page.as_ref()?.total_count
    }

    /// Whether the list is cut because the subscription allows no more.
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
