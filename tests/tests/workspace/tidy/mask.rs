//! Removal of comments and literals from Rust source text.

/// Replaces comments by spaces and the content of literals by `_`; line breaks stay.
///
/// What remains can be searched for keywords, brackets and semicolons.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut position = 0;

    while position < chars.len() {
        let (length, filler) = token(&chars, position);
        for c in &chars[position..position + length] {
            code.push(match filler {
                Some(filler) if *c != '\n' => filler,
                _ => *c,
            });
        }

        position += length;
    }

    code
}

/// The length of the comment, literal or other character at a position, and what replaces it.
fn token(chars: &[char], position: usize) -> (usize, Option<char>) {
    let rest = &chars[position..];
    let is_in_word = position > 0 && is_word(chars[position - 1]);

    if rest.starts_with(&['/', '/']) {
        let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
        return (length, Some(' '));
    }

    if rest.starts_with(&['/', '*']) {
        let end = rest.windows(2).position(|pair| pair == ['*', '/']);
        return (end.map_or(rest.len(), |end| end + 2), Some(' '));
    }

    if let Some(length) = raw_string(rest).filter(|_| !is_in_word) {
        return (length, Some('_'));
    }

    match rest {
        ['"', ..] => (quoted(rest, '"'), Some('_')),
        // `'a'` and `'\n'` are literals, `'a` is a lifetime.
        ['\'', '\\', ..] | ['\'', _, '\'', ..] => (quoted(rest, '\''), Some('_')),
        _ => (1, None),
    }
}

/// Length of a literal up to the closing quote.
fn quoted(rest: &[char], quote: char) -> usize {
    let mut length = 1;
    while let Some(c) = rest.get(length) {
        length += if *c == '\\' { 2 } else { 1 };
        if *c == quote {
            break;
        }
    }

    length.min(rest.len())
}

/// Length of a raw string, if there is one.
fn raw_string(rest: &[char]) -> Option<usize> {
    let prefix = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let start = prefix + hashes + 1;

    if prefix == 0 || rest[prefix - 1] != 'r' || rest.get(start - 1) != Some(&'"') {
        return None;
    }

    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let length = rest[start..].windows(end.len()).position(|window| window == end);
    Some(length.map_or(rest.len(), |length| start + length + end.len()))
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn mask_removes_comments_and_literals_and_keeps_lines() {
    let text = "a(\"{ \\\" //\", 'x', '\\'', r#\"} \" \"#); // {\n/* {\n */ fn f<'a>() {}";
    let code = mask(text);

    assert_eq!(code.lines().count(), text.lines().count());
    assert_eq!(code.split_whitespace().collect::<Vec<_>>().join(" "), {
        "a(_________, ___, ____, _________); fn f<'a>() {}"
    });
}
