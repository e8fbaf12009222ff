//! Documents that anybody may have written: no name, description or value leaves its place.

use connect_drift::finding::{Finding, Source, Wire};
use connect_drift::format::Format;
use connect_drift::report::{Note, NoteKind, Report};
use connect_drift::review::Review;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

use crate::sample::{finding, review, with};

const EVIL: [&str; 14] = [
    "``` ` `` \n\n# heading\n\n---\n",
    "<script>alert(1)</script><img src=x onerror=alert(1)></details></sub>",
    "</style></script><!-- --> <?x?> <![CDATA[",
    "@everyone and @octo-cat/team, fixes #1, octo/cat#2, GH-3",
    "[link](javascript:alert(1)) ![image](https://evil.example/x.png) <https://evil.example>",
    "https://evil.example/ www.evil.example a@evil.example",
    "a | b | c\n|---|---|---|\n| d | e | f |",
    "\u{1b}[2J\u{1b}]0;title\u{7}\r\u{202e}reversed\u{2066}",
    "* list\n1. list\n> quote\n    code\n$math$ ~~gone~~ **bold** _em_",
    "&lt;b&gt; &#64;octocat &commat;octocat \\` \\\\",
    "%0A::error::x\n::set-output name=a::b",
    "`",
    "` `@octocat` ` ``",
    "[^1]: foot\n[a]: https://evil.example\n- [ ] task :tada: $`x`$",
];

fn hostile(evil: &str) -> Review {
    let text = evil.to_owned();
    let nasty = Finding {
        pointer: Some(format!("/paths/{text}")),
        revision_pointer: Some(format!("/paths/{text}")),
        operations: vec![text.clone(), text.clone()],
        rust_items: vec![text.clone()],
        old: Some(json!(text)),
        new: Some(json!({ evil: [evil] })),
        ..finding(Wire::Breaking, Source::Major, &format!("Changed: `{text}`, that is {text}."))
    };

    let mut report: Report = with(vec![nasty.clone(), Finding { old: None, ..nasty }]);
    report.base.title = text.clone();
    report.base.location = text.clone();
    report.revision.language = text.clone();

    let help = Some(text.clone());
    report.notes = vec![Note { kind: NoteKind::Policy, message: text, help }];

    review(report, "")
}

#[test]
fn markdown_keeps_it_in_its_place() {
    for evil in EVIL {
        let text = Format::Markdown.render(&hostile(evil), 0);
        let mut headings = 0;
        let mut items = 0;

        for event in Parser::new_ext(&text, Options::all()) {
            match event {
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(Tag::Item) => items += 1,
                Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Strong) | Event::End(_) => {}
                Event::Code(_) | Event::SoftBreak => {}
                Event::Text(text) => {
                    let called = |mark: char| {
                        text.match_indices(mark).any(|(at, _)| {
                            text[at + mark.len_utf8()..].starts_with(char::is_alphanumeric)
                        })
                    };

                    assert!(!called('@') && !called('#'), "{evil:?}: {text:?}");
                    assert!(!text.contains("GH-") && !text.contains("www."), "{text:?}");
                }
                Event::InlineHtml(html) => {
                    assert!(["<br>", "<sub>", "</sub>"].contains(&&*html), "{evil:?}: {html}");
                }
                other => panic!("{evil:?} made {other:?} in\n{text}"),
            }
        }

        assert_eq!((headings, items), (3, 10), "{evil:?} in\n{text}");
        assert!(!text.contains("\u{1b}") && !text.contains('\u{202e}'), "{text:?}");

        for scheme in ["https://", "javascript:"] {
            let plain = text.split('`').step_by(2).any(|part| part.contains(scheme));
            assert!(!plain || evil.contains('`'), "{evil:?} in\n{text}");
        }
    }
}

#[test]
fn text_never_moves_the_cursor() {
    for evil in EVIL {
        let text = Format::Text.render(&hostile(evil), 100);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }

    // The escape is shown, not swallowed.
    let text = Format::Text.render(&hostile(EVIL[7]), 100);
    assert!(text.contains(r"\u{1b}[2J"), "{text:?}");
}

#[test]
fn github_writes_one_command_a_line() {
    for evil in EVIL {
        let text = Format::Github.render(&hostile(evil), 0);
        assert_eq!(text.lines().count(), 4, "{text}");

        for line in text.lines() {
            let commands = ["::error file=", "::error title=", "::notice title=drift::"];
            assert!(commands.iter().any(|it| line.starts_with(it)), "{evil:?}: {line}");
        }
    }
}

#[test]
fn json_says_it_unchanged() {
    for evil in EVIL {
        let review = hostile(evil);
        let report: serde_json::Value =
            serde_json::from_str(&Format::Json.render(&review, 0)).expect("JSON");
        assert_eq!(report["base"]["title"], json!(evil));
        assert_eq!(report["findings"][0]["new"][evil][0], json!(evil));
    }
}

#[test]
fn html_has_no_element_of_its_making() {
    let innocent = Format::Html.render(&hostile("innocent"), 0);
    for evil in EVIL {
        let page = Format::Html.render(&hostile(evil), 0);
        for tag in
            ["<script", "</script", "<style", "</style", "<img", "<b>", "<a ", "<!--", "<meta"]
        {
            let counts = [&innocent, &page].map(|page| page.matches(tag).count());
            assert_eq!(counts[0], counts[1], "{evil:?}: {tag}");
        }

        assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{evil:?}");
    }
}

#[test]
fn large_values_make_no_large_report() {
    let large: Vec<_> = (0..100_000).map(|it| json!(format!("value {it}"))).collect();
    let huge = "x".repeat(1_000_000);

    let nasty = Finding {
        old: Some(json!(large)),
        new: Some(json!(huge)),
        operations: vec!["GET /a".to_owned(); 10_000],
        rust_items: vec!["models::A".to_owned(); 10_000],
        ..finding(Wire::Breaking, Source::Major, &huge)
    };
    let review = review(with(vec![nasty]), "");

    for (format, most) in
        [(Format::Text, 4_100_000), (Format::Markdown, 10_000), (Format::Github, 10_000)]
    {
        let length = format.render(&review, 100).len();
        assert!(length < most, "{format}: {length}");
    }
}

#[test]
fn no_head_is_larger_than_what_github_takes() {
    let text = "@#".repeat(5_000);
    let mut report = with(vec![finding(Wire::Breaking, Source::Major, &text); 4]);
    report.base.title = text.clone();
    report.base.location = text.clone();
    report.revision.location = text.clone();

    let help = Some(format!("{text}\n  {text}"));
    report.notes = vec![Note { kind: NoteKind::Policy, message: text, help }; 100];
    let text = Format::Markdown.render(&review(report, ""), 0);

    assert!(text.chars().count() < 65_000, "{}", text.chars().count());
    assert!(text.contains("* 88 more notes\n"), "{text}");
}
