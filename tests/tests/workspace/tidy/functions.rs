//! The functions of a source file, and the paragraphs of their bodies.

use std::ops::Range;

use super::mask::is_word;
use super::source::SourceFile;

/// A function with a body.
pub struct Function {
    pub name: String,
    /// Line of the name, from 1.
    pub line: usize,
    pub is_test: bool,
    /// Lines of code in the body.
    pub code_lines: usize,
    /// Statements of the body itself, not of the blocks inside it.
    pub statements: usize,
    /// Blank lines that stand between two statements of one block.
    pub paragraph_breaks: usize,
}

/// Every function of a file that has a body.
pub fn functions(file: &SourceFile) -> Vec<Function> {
    let code = file.code.as_str();
    let mut functions = Vec::new();

    for (position, _) in code.match_indices("fn ") {
        let is_keyword = !code[..position].ends_with(is_word);
        let name: String = code[position + 3..].chars().take_while(|c| is_word(*c)).collect();
        if !is_keyword || name.is_empty() {
            continue;
        }

        let Some(range) = body_range(&code[position..]) else { continue };
        let (head, body) = (&code[..position + range.start], &code[position..][range]);
        let line = code[..position].matches('\n').count();

        let mut function = Function {
            name,
            line: line + 1,
            is_test: file.is_test_line(line),
            code_lines: 0,
            statements: 0,
            paragraph_breaks: 0,
        };
        // A comment is blank in the code, so the text decides which lines are blank.
        let text_lines = file.text.lines().skip(head.matches('\n').count());
        function.measure(body.lines().zip(text_lines));
        functions.push(function);
    }

    functions
}

/// The range of the body of a function, from its opening to its closing brace; `None` for a
/// declaration.
fn body_range(function: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let mut start = None;

    for (position, c) in function.char_indices() {
        match c {
            ';' if depth == 0 => return None,
            '{' if depth == 0 => start = Some(position),
            _ => {}
        }

        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }

        if let Some(start) = start.filter(|_| depth == 0) {
            return Some(start..position + 1);
        }
    }

    None
}

impl Function {
    /// Counts the lines of a body. Each line is given as code, without comments, and as text.
    fn measure<'a>(&mut self, lines: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut open: Vec<char> = Vec::new();
        let mut previous = '{';

        for (code, text) in lines {
            let is_after_statement = matches!(previous, ';' | '}') && open.last() == Some(&'{');
            if text.trim().is_empty() {
                self.paragraph_breaks += usize::from(is_after_statement);
                // Consecutive blank lines count once.
                previous = ' ';
                continue;
            }

            self.code_lines += usize::from(!code.trim().is_empty());
            for c in code.chars().filter(|c| !c.is_whitespace()) {
                match c {
                    '(' | '[' | '{' => open.push(c),
                    ')' | ']' | '}' => drop(open.pop()),
                    _ => {}
                }
                previous = c;
            }

            let ends_statement = matches!(previous, ';' | '}') && open.len() == 1;
            self.statements += usize::from(ends_statement && !code.trim().is_empty());
        }

        // The lines of the opening and the closing brace are not part of the body.
        self.code_lines = self.code_lines.saturating_sub(2);
    }
}

#[test]
fn comment_line_is_not_a_blank_line() {
    let breaks = |body: &str| {
        let text = format!("fn f() {{\n{body}\n}}\n");
        let file = SourceFile::new("src/f.rs".to_owned(), text);
        let [function] = &*functions(&file) else { panic!("not one function: {body}") };
        (function.statements, function.paragraph_breaks, function.code_lines)
    };

    assert_eq!(breaks("a();\nb();"), (2, 0, 2));
    assert_eq!(breaks("a();\n// Grüße, why.\nb();"), (2, 0, 2));
    assert_eq!(breaks("a();\n\n// Why.\nb();"), (2, 1, 2));
    assert_eq!(breaks("a();\n// Why.\n\nb();"), (2, 1, 2));
    assert_eq!(breaks("a();\n\n\nb();"), (2, 1, 2));
}
