//! Pagination of lists.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::request::OperationRequest;
use super::response::OperationResponse;
use crate::farm::json::object;

/// The documented default page size, which is also the maximum.
const DEFAULT_PAGE_SIZE: u64 = 999_999;

/// The requested page of a list.
///
/// The list is cut off at `list_limit` before it is divided into pages. `view` converts an item to
/// JSON.
pub(super) fn page<T>(
    request: &OperationRequest<'_>,
    mut items: Vec<T>,
    list_limit: usize,
    view: impl FnMut(&T) -> Value,
) -> OperationResponse {
    let limit_reached = items.len() > list_limit;
    items.truncate(list_limit);

    let page_size = request.query_number("limit").unwrap_or(DEFAULT_PAGE_SIZE);
    let page_size = page_size.clamp(1, DEFAULT_PAGE_SIZE);
    let page_number = request.query_number("page").unwrap_or(1).max(1);
    let total_count = items.len() as u64;
    let total_pages = total_count.div_ceil(page_size).max(1);

    let skipped = (page_number - 1).saturating_mul(page_size);
    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
    let taken = usize::try_from(page_size).unwrap_or(usize::MAX);
    let data: Value = items.iter().skip(skipped).take(taken).map(view).collect();

    let meta = json!({
        "limit_reached": limit_reached,
        "page": {"total_count": total_count, "total_pages": total_pages},
    });

    let link = |number: u64| {
        (1..=total_pages).contains(&number).then(|| page_url(request, number, page_size))
    };
    let links = json!({
        "first": link(1),
        "last": link(total_pages),
        "next": link(page_number.saturating_add(1)),
        "prev": link(page_number - 1),
    });

    OperationResponse::Page(object([("data", data), ("meta", meta), ("links", links)]))
}

/// The URL of a page, with the other query parameters of the request.
fn page_url(request: &OperationRequest<'_>, number: u64, page_size: u64) -> String {
    let mut url = format!("{}?page={number}&limit={page_size}", request.url);

    for (name, values) in &request.query {
        if name == "page" || name == "limit" {
            continue;
        }
        for value in values {
            url.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
    }

    url
}
