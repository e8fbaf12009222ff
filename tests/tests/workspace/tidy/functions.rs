//! The functions of a source file, and the paragraphs of their bodies.

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

        let Some(body) = body(&code[position..]) else { continue };
        let line = code[..position].matches('\n').count();
        functions.push(measure(body, name, line, file.is_test_line(line)));
    }

    functions
}

/// The body of a function, from its opening to its closing brace; none for a declaration.
fn body(function: &str) -> Option<&str> {
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
            return Some(&function[start..=position]);
        }
    }

    None
}

fn measure(body: &str, name: String, line: usize, is_test: bool) -> Function {
    let mut function = Function {
        name,
        line: line + 1,
        is_test,
        code_lines: body.lines().filter(|line| !line.trim().is_empty()).count().saturating_sub(2),
        statements: 0,
        paragraph_breaks: 0,
    };
    let mut open: Vec<char> = Vec::new();
    let mut previous = '{';

    for line in body.lines() {
        let is_after_statement = matches!(previous, ';' | '}') && open.last() == Some(&'{');
        if line.trim().is_empty() {
            function.paragraph_breaks += usize::from(is_after_statement);
            // A second blank line, or one for a comment, is no other paragraph.
            previous = ' ';
            continue;
        }

        for c in line.chars().filter(|c| !c.is_whitespace()) {
            match c {
                '(' | '[' | '{' => open.push(c),
                ')' | ']' | '}' => drop(open.pop()),
                _ => {}
            }
            previous = c;
        }

        let ends_statement = matches!(previous, ';' | '}') && open.len() == 1;
        function.statements += usize::from(ends_statement);
    }

    function
}
