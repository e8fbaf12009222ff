//! Room for lists: no more than they need, since a status can hold thousands of jobs.

/// Adds an item. A list grows by a quarter of itself and not by all of it: while it grows, the
/// old and the new one are in memory at once.
pub(crate) fn push<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact((items.len() / 4).max(1));
    }
    items.push(item);
}

/// Gives back what room is left, where that costs little; there are many short lists.
pub(crate) fn trim<T>(items: &mut Vec<T>) {
    if items.len() < 64 {
        items.shrink_to_fit();
    }
}
