//! The HTML report in a real browser: its content, its filters, and that it loads nothing.
//!
//! The tests need `chromedriver` and Chrome or Chromium. Without them, the tests are reported as
//! ignored, with the reason; with `CONNECT_TOOLS=required`, they fail.

mod browser;
#[path = "../sample/mod.rs"]
mod sample;

use std::process::ExitCode;
use std::sync::Arc;

use connect_drift::finding::Finding;
use connect_drift::format::Format;
use connect_drift::verdict::{SourceVerdict, WireVerdict};
use libtest_mimic::{Arguments, Trial};
use serde_json::json;

use browser::{Driver, Page};
use sample::{entry, finding, report, review, with};

/// The variable that makes missing tools a failure.
const TOOLS_VARIABLE: &str = "CONNECT_TOOLS";

type Test = fn(&Driver);

const TESTS: [(&str, Test); 8] = [
    ("page_shows_the_report_and_loads_no_resources", page_shows_report),
    ("click_filters_by_verdict_and_updates_the_url", click_filters),
    ("url_fragment_filters_or_opens_a_finding", url_fragment_filters),
    ("search_filters_findings", search_filters),
    ("open_finding_shows_old_and_new_side_by_side", open_finding_shows_values),
    ("keyboard_reaches_all_controls", keyboard_reaches_controls),
    ("contrast_is_sufficient_in_light_and_dark_mode", contrast_is_sufficient),
    ("malicious_text_adds_no_elements", malicious_text_adds_no_elements),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var_os(TOOLS_VARIABLE).is_some_and(|value| value == "required");
    let driver = Driver::start().map(Arc::new);

    if let Err(reason) = &driver {
        eprintln!("NOT RUN: the tests of the HTML page need a browser ({reason})");
    }

    let trial = |(name, test): (&str, Test)| match &driver {
        Ok(driver) => {
            let driver = Arc::clone(driver);
            Trial::test(name, move || {
                test(&driver);
                Ok(())
            })
        }
        Err(reason) => {
            let reason = reason.clone();
            Trial::test(name, move || Err(reason.into())).with_ignored_flag(!required)
        }
    };

    libtest_mimic::run(&arguments, TESTS.into_iter().map(trial).collect()).exit_code()
}

/// Renders the sample report with its last finding accepted.
fn sample_html() -> String {
    let report = report();
    let accepted = entry(&report.findings[3], "Only documentation.", "2027-01-01");
    Format::Html.render(&review(report, &accepted), 0)
}

fn page_shows_report(driver: &Driver) {
    driver.open(&sample_html(), "", &[], async |page: Page| {
        assert_eq!(page.eval("document.title").await, json!("Drift of Connect API"));
        let advice = page.eval("document.querySelector('.advice').innerText").await;
        assert!(
            advice.as_str().is_some_and(|text| text.contains("0.1.0 becomes 0.2.0")),
            "{advice}"
        );

        let verdicts = ["breaking major", "risky major", "compatible minor", "none patch"];
        assert_eq!(page.visible_findings().await, json!(verdicts));
        assert_eq!(page.count().await, json!("4 of 4 findings"));

        let notes = page.eval("document.querySelectorAll('.notes li').length").await;
        assert_eq!(notes, json!(4));

        // The style is applied, and no resource was requested.
        let display =
            page.eval("getComputedStyle(document.querySelector('#filter')).display").await;
        assert_eq!(display, json!("flex"));

        let loaded = page.eval("performance.getEntriesByType('resource').length").await;
        assert_eq!(loaded, json!(0));

        let fits = "document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(page.eval(fits).await, json!(true));
    });
}

fn click_filters(driver: &Driver) {
    driver.open(&sample_html(), "", &[], async |page: Page| {
        page.click("[name=wire][value=breaking]").await;
        assert_eq!(page.visible_findings().await, json!(["breaking major"]));
        assert_eq!(page.count().await, json!("1 of 4 findings"));
        assert_eq!(page.eval("location.hash").await, json!("#wire=breaking"));

        page.click("[name=wire][value=compatible]").await;
        assert_eq!(page.visible_findings().await, json!(["breaking major", "compatible minor"]));

        page.click("[name=source][value=minor]").await;
        assert_eq!(
            page.visible_findings().await,
            json!(["compatible minor"]),
            "both groups must match"
        );

        page.click("[name=wire][value=breaking]").await;
        page.click("[name=wire][value=compatible]").await;
        page.click("[name=source][value=minor]").await;

        assert_eq!(
            page.count().await,
            json!("4 of 4 findings"),
            "without a checked box there is no filter"
        );
        page.click("[name=accepted]").await;
        assert_eq!(page.count().await, json!("3 of 4 findings"));
    });
}

fn url_fragment_filters(driver: &Driver) {
    driver.open(&sample_html(), "#wire=risky%2Cnone&source=patch", &[], async |page: Page| {
        assert_eq!(page.visible_findings().await, json!(["none patch"]));
        let checked = "[...document.querySelectorAll(':checked')].map(box => box.value)";
        assert_eq!(page.eval(checked).await, json!(["risky", "none", "patch"]));

        // A link to a finding resets the filter.
        page.click(".first a").await;
        assert_eq!(page.count().await, json!("4 of 4 findings"));

        let open =
            "[...document.querySelectorAll('.finding[open]')].map(finding => finding.dataset.wire)";
        assert_eq!(page.eval(open).await, json!(["breaking"]));
    });
}

fn search_filters(driver: &Driver) {
    driver.open(&sample_html(), "", &[], async |page: Page| {
        page.click("[name=text]").await;
        page.press("/USAGE").await;
        assert_eq!(page.visible_findings().await, json!(["compatible minor"]));

        page.press(" nowhere").await;
        assert_eq!(page.count().await, json!("0 of 4 findings"));
    });
}

fn open_finding_shows_values(driver: &Driver) {
    driver.open(&sample_html(), "", &[], async |page: Page| {
        let old = "document.querySelectorAll('.finding')[1].querySelectorAll('.values > div')[0]";
        let new = "document.querySelectorAll('.finding')[1].querySelectorAll('.values > div')[1]";
        assert_eq!(page.eval(&format!("{old}.checkVisibility()")).await, json!(false));

        page.click(".finding:nth-of-type(2) > summary").await;
        let text = page.eval(&format!("{old}.innerText")).await;
        assert!(text.as_str().is_some_and(|text| text.contains("\"offline\"")), "{text}");

        let text = page.eval(&format!("{new}.innerText")).await;
        assert!(text.as_str().is_some_and(|text| text.contains("\"idle\"")), "{text}");

        let marked = page.eval(&format!("{new}.querySelector('ins').innerText.trim()")).await;
        assert_eq!(marked, json!("\"idle\""), "only the difference is marked");

        let side_by_side = format!(
            "(([a, b]) => a.top === b.top && a.right <= b.left)\
             ([{old}, {new}].map(element => element.getBoundingClientRect()))"
        );

        assert_eq!(page.eval(&side_by_side).await, json!(true));
        page.client.set_window_size(500, 900).await.expect("the size is set");

        let below = format!(
            "(([a, b]) => a.bottom <= b.top && a.left === b.left)\
             ([{old}, {new}].map(element => element.getBoundingClientRect()))"
        );

        assert_eq!(
            page.eval(&below).await,
            json!(true),
            "on a narrow screen, the values are stacked"
        );
    });
}

fn keyboard_reaches_controls(driver: &Driver) {
    driver.open(&sample_html(), "", &[], async |page: Page| {
        let mut focused = Vec::new();
        for _ in 0..40 {
            page.press("\u{e004}").await;
            let focus =
                page.eval("(element => element.value || element.id || element.tagName)(document.activeElement)");
            let focus = focus.await.as_str().unwrap_or_default().to_owned();

            let outline = page.eval(
                "(active => [active, active.nextElementSibling].some(element => element \
                 && getComputedStyle(element).outlineStyle === 'solid'))(document.activeElement)",
            );

            assert_eq!(outline.await, json!(true), "the focus on {focus} is visible");

            match focus.as_str() {
                "risky" => page.press(" ").await,
                "SUMMARY" => {
                    page.press("\u{e007}").await;
                    break;
                }
                _ => {}
            }

            focused.push(focus);
        }

        let controls =
            ["breaking", "risky", "compatible", "none", "major", "minor", "patch", "toggle"];
        for expected in controls {
            assert!(focused.iter().any(|name| name == expected), "{expected} in {focused:?}");
        }

        assert_eq!(page.visible_findings().await, json!(["risky major"]));
        let open = page.eval("document.querySelectorAll('.finding[open]')[0].dataset.wire").await;
        assert_eq!(open, json!("risky"), "the only visible finding");
    });
}

/// Computes the lowest contrast between any text and its background, and returns it with the element.
const CONTRAST: &str = "(() => {
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
        .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [.2126, .7152, .0722][index], 0);
    const background = element => {
        for (; element; element = element.parentElement) {
            const colour = rgb(getComputedStyle(element).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return rgb(getComputedStyle(document.documentElement).backgroundColor);
    };
    let lowest = [99, ''];
    for (const element of document.querySelectorAll('body *')) {
        const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.checkVisibility()) continue;
        const colours = [rgb(getComputedStyle(element).color), background(element)];
        const [lighter, darker] = colours.map(luminance).sort((a, b) => b - a);
        const ratio = (lighter + .05) / (darker + .05);
        if (ratio < lowest[0]) lowest = [ratio, element.outerHTML.slice(0, 100)];
    }
    return [...lowest, matchMedia('(prefers-color-scheme: dark)').matches];
})()";

fn contrast_is_sufficient(driver: &Driver) {
    for (scheme, dark) in [("1", false), ("0", true)] {
        let scheme = format!("--blink-settings=preferredColorScheme={scheme}");
        driver.open(&sample_html(), "", &[&scheme], async |page: Page| {
            page.click("#toggle").await;
            page.click("[name=wire][value=risky]").await;
            page.click("[name=source][value=major]").await;
            page.click("[name=wire][value=none]").await;

            let lowest = page.eval(CONTRAST).await;
            assert_eq!(lowest[2], json!(dark));

            // WCAG 2, level AA.
            assert!(
                lowest[0].as_f64().is_some_and(|ratio| (4.5..99.0).contains(&ratio)),
                "{lowest}"
            );
        });
    }
}

fn malicious_text_adds_no_elements(driver: &Driver) {
    let malicious = "</summary></details></script></pre></code><script>window.evil = 1</script>\
                <img src=x onerror='window.evil = 1'><style>body { display: none }</style>\
                \"'><a href=\"javascript:window.evil = 1\">x</a> `</code><b>b</b>`";
    let finding = Finding {
        pointer: Some(format!("/paths/{malicious}")),
        operations: vec![malicious.to_owned()],
        rust_items: vec![malicious.to_owned()],
        old: Some(json!(malicious)),
        new: Some(json!({ malicious: malicious })),
        ..finding(WireVerdict::Breaking, SourceVerdict::Major, malicious)
    };

    let mut report = with(vec![finding]);
    report.base.title = malicious.to_owned();
    let html = Format::Html.render(&review(report, ""), 0);

    driver.open(&html, "", &[], async |page: Page| {
        page.click("#toggle").await;
        assert_eq!(page.count().await, json!("1 of 1 findings"));
        assert_eq!(page.eval("typeof window.evil").await, json!("undefined"));

        let additional =
            "document.querySelectorAll('img, main b:not(.chip b), [href^=javascript]').length";
        assert_eq!(page.eval(additional).await, json!(0));

        let shown = page.eval("document.querySelector('.values pre').innerText.trim()").await;
        assert_eq!(shown, json!(malicious), "the text is shown literally");
    });
}
