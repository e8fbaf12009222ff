//! Malicious text in documents cannot change the structure of a report.

use connect_drift::finding::Finding;
use connect_drift::format::Format;
use connect_drift::report::{Note, NoteKind, Report};
use connect_drift::review::Review;
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

use crate::sample::{finding, review, with};

const MALICIOUS: [&str; 14] = [
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

fn review_with(malicious: &str) -> Review {
    let text = malicious.to_owned();
    let finding = Finding {
        pointer: Some(format!("/paths/{text}")),
        revision_pointer: Some(format!("/paths/{text}")),
        operations: vec![text.clone(), text.clone()],
        rust_items: vec![text.clone()],
        old: Some(json!(text)),
        new: Some(json!({ malicious: [malicious] })),
        ..finding(
            WireVerdict::Breaking,
            SourceVerdict::Major,
            &format!("Changed: `{text}`, that is {text}."),
        )
    };

    let mut report: Report = with(vec![finding.clone(), Finding { old: None, ..finding }]);
    report.base.title = text.clone();
    report.base.location = text.clone();
    report.revision.specification_version = text.clone();

    let help = Some(text.clone());
    report.notes = vec![Note { kind: NoteKind::Policy, message: text, help }];

    review(report, "")
}

#[test]
fn markdown_structure_is_preserved() {
    for malicious in MALICIOUS {
        let text = Format::Markdown.render(&review_with(malicious), 0);
        let mut headings = 0;
        let mut items = 0;

        for event in Parser::new_ext(&text, Options::all()) {
            match event {
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(Tag::Item) => items += 1,
                Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Strong) | Event::End(_) => {}
                Event::Code(_) | Event::SoftBreak => {}
                Event::Text(text) => {
                    let is_mention = |mark: char| {
                        text.match_indices(mark).any(|(index, _)| {
                            text[index + mark.len_utf8()..].starts_with(char::is_alphanumeric)
                        })
                    };

                    assert!(!is_mention('@') && !is_mention('#'), "{malicious:?}: {text:?}");
                    assert!(!text.contains("GH-") && !text.contains("www."), "{text:?}");
                }
                Event::InlineHtml(html) => {
                    assert!(["<br>", "<sub>", "</sub>"].contains(&&*html), "{malicious:?}: {html}");
                }
                other => panic!("{malicious:?} created {other:?} in\n{text}"),
            }
        }

        assert_eq!((headings, items), (3, 10), "{malicious:?} in\n{text}");
        assert!(!text.contains("\u{1b}") && !text.contains('\u{202e}'), "{text:?}");

        for scheme in ["https://", "javascript:"] {
            let plain = text.split('`').step_by(2).any(|part| part.contains(scheme));
            assert!(!plain || malicious.contains('`'), "{malicious:?} in\n{text}");
        }
    }
}

#[test]
fn text_contains_no_control_characters() {
    for malicious in MALICIOUS {
        let text = Format::Text.render(&review_with(malicious), 100);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }

    // The escape sequence is shown literally.
    let text = Format::Text.render(&review_with(MALICIOUS[7]), 100);
    assert!(text.contains(r"\u{1b}[2J"), "{text:?}");
}

#[test]
fn github_has_one_command_per_line() {
    for malicious in MALICIOUS {
        let text = Format::Github.render(&review_with(malicious), 0);
        assert_eq!(text.lines().count(), 4, "{text}");

        for line in text.lines() {
            let commands = ["::error file=", "::error title=", "::notice title=drift::"];
            assert!(
                commands.iter().any(|command| line.starts_with(command)),
                "{malicious:?}: {line}"
            );
        }
    }
}

#[test]
fn json_contains_the_text_unchanged() {
    for malicious in MALICIOUS {
        let review = review_with(malicious);
        let report: serde_json::Value =
            serde_json::from_str(&Format::Json.render(&review, 0)).expect("JSON");
        assert_eq!(report["base"]["title"], json!(malicious));
        assert_eq!(report["findings"][0]["new"][malicious][0], json!(malicious));
    }
}

#[test]
fn html_contains_no_additional_elements() {
    let harmless = Format::Html.render(&review_with("harmless"), 0);
    for malicious in MALICIOUS {
        let page = Format::Html.render(&review_with(malicious), 0);
        for tag in
            ["<script", "</script", "<style", "</style", "<img", "<b>", "<a ", "<!--", "<meta"]
        {
            let counts = [&harmless, &page].map(|page| page.matches(tag).count());
            assert_eq!(counts[0], counts[1], "{malicious:?}: {tag}");
        }

        assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{malicious:?}");
    }
}

#[test]
fn large_values_are_truncated() {
    let large: Vec<_> = (0..100_000).map(|index| json!(format!("value {index}"))).collect();
    let long_text = "x".repeat(1_000_000);

    let finding = Finding {
        old: Some(json!(large)),
        new: Some(json!(long_text)),
        operations: vec!["GET /a".to_owned(); 10_000],
        rust_items: vec!["models::A".to_owned(); 10_000],
        ..finding(WireVerdict::Breaking, SourceVerdict::Major, &long_text)
    };
    let review = review(with(vec![finding]), "");

    for (format, limit) in
        [(Format::Text, 4_100_000), (Format::Markdown, 10_000), (Format::Github, 10_000)]
    {
        let length = format.render(&review, 100).len();
        assert!(length < limit, "{format}: {length}");
    }
}

#[test]
fn markdown_summary_stays_below_the_length_limit() {
    let text = "@#".repeat(5_000);
    let mut report = with(vec![finding(WireVerdict::Breaking, SourceVerdict::Major, &text); 4]);
    report.base.title = text.clone();
    report.base.location = text.clone();
    report.revision.location = text.clone();

    let help = Some(format!("{text}\n  {text}"));
    report.notes = vec![Note { kind: NoteKind::Policy, message: text, help }; 100];
    let text = Format::Markdown.render(&review(report, ""), 0);

    assert!(text.chars().count() < 65_000, "{}", text.chars().count());
    assert!(text.contains("* 88 more notes\n"), "{text}");
}
