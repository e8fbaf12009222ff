//! Memory of lists: a status can hold thousands of jobs, so lists use no more than they need.

/// Adds an item. The list grows by a quarter instead of doubling, since the old and the new buffer are
/// in memory at the same time.
pub(crate) fn push_item<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact((items.len() / 4).max(1));
    }
    items.push(item);
}

/// Frees the unused capacity of a short list. There are many short lists; for a long one, the copy would
/// cost more than it saves.
pub(crate) fn shrink_short_list<T>(items: &mut Vec<T>) {
    if items.len() < 64 {
        items.shrink_to_fit();
    }
}
