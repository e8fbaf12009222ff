//! Pages of lists.

use serde_json::{Value, json};

use super::call::{Call, Reply, object};

/// The size of a page unless the request says otherwise, as documented.
const LIMIT: u64 = 999_999;

/// The page that a request wants of a list, of which no more than `most` can be seen.
pub fn page<T>(
    call: &Call<'_>,
    mut items: Vec<T>,
    most: usize,
    view: impl FnMut(&T) -> Value,
) -> Reply {
    let limit_reached = items.len() > most;
    items.truncate(most);
    let limit = call.number("limit").unwrap_or(LIMIT).clamp(1, LIMIT);
    let page = call.number("page").unwrap_or(1).max(1);
    let count = items.len() as u64;
    let pages = count.div_ceil(limit).max(1);
    let skipped = usize::try_from((page - 1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let taken = usize::try_from(limit).unwrap_or(usize::MAX);
    let data: Value = items.iter().skip(skipped).take(taken).map(view).collect();
    let link = |to: u64| (1..=pages).contains(&to).then(|| link(call, to, limit));

    let meta = json!({
        "limit_reached": limit_reached,
        "page": {"total_count": count, "total_pages": pages},
    });

    let links = json!({
        "first": link(1),
        "last": link(pages),
        "next": link(page.saturating_add(1)),
        "prev": link(page - 1),
    });

    Reply::Page(object([("data", data), ("meta", meta), ("links", links)]))
}

/// The URL of another page of the same list.
fn link(call: &Call<'_>, page: u64, limit: u64) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    let others = call.query.iter().filter(|(name, _)| !["page", "limit"].contains(&name.as_str()));
    let mut url = format!("{}?page={page}&limit={limit}", call.url);
    for (name, values) in others {
        for value in values {
            url.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
    }

    url
}
