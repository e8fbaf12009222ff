//! The page, in a real browser: what it shows, how it is filtered and opened, and that nothing in
//! it comes from elsewhere.
//!
//! It takes `chromedriver` and a Chrome or a Chromium. Where there is none, the tests are reported as
//! ignored, with the reason; with `CONNECT_TOOLS=required` that is a failure.

mod browser;
#[path = "../sample/mod.rs"]
mod sample;

use std::process::ExitCode;
use std::sync::Arc;

use connect_drift::finding::{Finding, Source, Wire};
use connect_drift::format::Format;
use libtest_mimic::{Arguments, Trial};
use serde_json::json;

use browser::{Driver, Page};
use sample::{entry, finding, report, review, with};

/// The variable that makes the tools a must.
const REQUIRED: &str = "CONNECT_TOOLS";

type Test = fn(&Driver);

const TESTS: [(&str, Test); 8] = [
    ("the_page_shows_the_report_and_loads_nothing", shows),
    ("a_click_filters_by_verdict_and_is_kept_in_the_address", filters),
    ("an_address_filters_or_opens", address),
    ("a_search_filters", search),
    ("a_finding_opens_to_old_and_new_side_by_side", opens),
    ("the_keyboard_does_all_that_the_mouse_does", keyboard),
    ("it_is_readable_in_light_and_dark", contrast),
    ("no_document_adds_anything_to_the_page", hostile),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var_os(REQUIRED).is_some_and(|it| it == "required");
    let driver = Driver::start().map(Arc::new);

    if let Err(reason) = &driver {
        eprintln!("NOT RUN, for want of a browser: the tests of the HTML page ({reason})");
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

/// The sample, its last finding accepted.
fn html() -> String {
    let report = report();
    let accepted = entry(&report.findings[3], "Only words.", "2027-01-01");
    Format::Html.render(&review(report, &accepted), 0)
}

fn shows(driver: &Driver) {
    driver.open(&html(), "", &[], async |page: Page| {
        assert_eq!(page.eval("document.title").await, json!("Drift of Connect API"));
        let advice = page.eval("document.querySelector('.advice').innerText").await;
        assert!(advice.as_str().is_some_and(|it| it.contains("0.1.0 becomes 0.2.0")), "{advice}");

        let verdicts = ["breaking major", "risky major", "compatible minor", "none patch"];
        assert_eq!(page.seen().await, json!(verdicts));
        assert_eq!(page.count().await, json!("4 of 4 findings"));

        let notes = page.eval("document.querySelectorAll('.notes li').length").await;
        assert_eq!(notes, json!(4));

        // The style sheet was let in, and nothing else was asked for.
        let display =
            page.eval("getComputedStyle(document.querySelector('#filter')).display").await;
        assert_eq!(display, json!("flex"));

        let loaded = page.eval("performance.getEntriesByType('resource').length").await;
        assert_eq!(loaded, json!(0));

        let wide = "document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(page.eval(wide).await, json!(true));
    });
}

fn filters(driver: &Driver) {
    driver.open(&html(), "", &[], async |page: Page| {
        page.click("[name=wire][value=breaking]").await;
        assert_eq!(page.seen().await, json!(["breaking major"]));
        assert_eq!(page.count().await, json!("1 of 4 findings"));
        assert_eq!(page.eval("location.hash").await, json!("#wire=breaking"));

        page.click("[name=wire][value=compatible]").await;
        assert_eq!(page.seen().await, json!(["breaking major", "compatible minor"]));

        page.click("[name=source][value=minor]").await;
        assert_eq!(page.seen().await, json!(["compatible minor"]), "both groups must fit");

        page.click("[name=wire][value=breaking]").await;
        page.click("[name=wire][value=compatible]").await;
        page.click("[name=source][value=minor]").await;

        assert_eq!(page.count().await, json!("4 of 4 findings"), "no box ticked, no filter");
        page.click("[name=accepted]").await;
        assert_eq!(page.count().await, json!("3 of 4 findings"));
    });
}

fn address(driver: &Driver) {
    driver.open(&html(), "#wire=risky%2Cnone&source=patch", &[], async |page: Page| {
        assert_eq!(page.seen().await, json!(["none patch"]));
        let ticked = "[...document.querySelectorAll(':checked')].map(it => it.value)";
        assert_eq!(page.eval(ticked).await, json!(["risky", "none", "patch"]));

        // A link to a finding shows it, whatever was filtered.
        page.click(".first a").await;
        assert_eq!(page.count().await, json!("4 of 4 findings"));

        let open = "[...document.querySelectorAll('.finding[open]')].map(it => it.dataset.wire)";
        assert_eq!(page.eval(open).await, json!(["breaking"]));
    });
}

fn search(driver: &Driver) {
    driver.open(&html(), "", &[], async |page: Page| {
        page.click("[name=text]").await;
        page.press("/USAGE").await;
        assert_eq!(page.seen().await, json!(["compatible minor"]));

        page.press(" nowhere").await;
        assert_eq!(page.count().await, json!("0 of 4 findings"));
    });
}

fn opens(driver: &Driver) {
    driver.open(&html(), "", &[], async |page: Page| {
        let old = "document.querySelectorAll('.finding')[1].querySelectorAll('.values > div')[0]";
        let new = "document.querySelectorAll('.finding')[1].querySelectorAll('.values > div')[1]";
        assert_eq!(page.eval(&format!("{old}.checkVisibility()")).await, json!(false));

        page.click(".finding:nth-of-type(2) > summary").await;
        let text = page.eval(&format!("{old}.innerText")).await;
        assert!(text.as_str().is_some_and(|it| it.contains("\"offline\"")), "{text}");

        let text = page.eval(&format!("{new}.innerText")).await;
        assert!(text.as_str().is_some_and(|it| it.contains("\"idle\"")), "{text}");

        let marked = page.eval(&format!("{new}.querySelector('ins').innerText.trim()")).await;
        assert_eq!(marked, json!("\"idle\""), "only what differs is marked");

        let beside = format!(
            "(([a, b]) => a.top === b.top && a.right <= b.left)\
             ([{old}, {new}].map(it => it.getBoundingClientRect()))"
        );

        assert_eq!(page.eval(&beside).await, json!(true));
        page.client.set_window_size(500, 900).await.expect("a size");

        let below = format!(
            "(([a, b]) => a.bottom <= b.top && a.left === b.left)\
             ([{old}, {new}].map(it => it.getBoundingClientRect()))"
        );

        assert_eq!(page.eval(&below).await, json!(true), "on a narrow screen one below the other");
    });
}

fn keyboard(driver: &Driver) {
    driver.open(&html(), "", &[], async |page: Page| {
        let mut passed = Vec::new();
        for _ in 0..40 {
            page.press("\u{e004}").await;
            let focus =
                page.eval("(it => it.value || it.id || it.tagName)(document.activeElement)");
            let focus = focus.await.as_str().unwrap_or_default().to_owned();

            let outline = page.eval(
                "(it => [it, it.nextElementSibling].some(it => it \
                 && getComputedStyle(it).outlineStyle === 'solid'))(document.activeElement)",
            );

            assert_eq!(outline.await, json!(true), "the focus on {focus} shows");

            match focus.as_str() {
                "risky" => page.press(" ").await,
                "SUMMARY" => {
                    page.press("\u{e007}").await;
                    break;
                }
                _ => {}
            }

            passed.push(focus);
        }

        let boxes =
            ["breaking", "risky", "compatible", "none", "major", "minor", "patch", "toggle"];
        for expected in boxes {
            assert!(passed.iter().any(|it| it == expected), "{expected} in {passed:?}");
        }

        assert_eq!(page.seen().await, json!(["risky major"]));
        let open = page.eval("document.querySelectorAll('.finding[open]')[0].dataset.wire").await;
        assert_eq!(open, json!("risky"), "the only one that is left to reach");
    });
}

/// The least contrast of any text with what is behind it, and that text.
const CONTRAST: &str = "(() => {
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(it => it / 255)
        .map(it => it <= .04045 ? it / 12.92 : ((it + .055) / 1.055) ** 2.4)
        .reduce((sum, it, index) => sum + it * [.2126, .7152, .0722][index], 0);
    const behind = it => {
        for (; it; it = it.parentElement) {
            const colour = rgb(getComputedStyle(it).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return rgb(getComputedStyle(document.documentElement).backgroundColor);
    };
    let least = [99, ''];
    for (const it of document.querySelectorAll('body *')) {
        const own = [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!own || !it.checkVisibility()) continue;
        const both = [rgb(getComputedStyle(it).color), behind(it)].map(light).sort((a, b) => b - a);
        const ratio = (both[0] + .05) / (both[1] + .05);
        if (ratio < least[0]) least = [ratio, it.outerHTML.slice(0, 100)];
    }
    return [...least, matchMedia('(prefers-color-scheme: dark)').matches];
})()";

fn contrast(driver: &Driver) {
    for (scheme, dark) in [("1", false), ("0", true)] {
        let scheme = format!("--blink-settings=preferredColorScheme={scheme}");
        driver.open(&html(), "", &[&scheme], async |page: Page| {
            page.click("#toggle").await;
            page.click("[name=wire][value=risky]").await;
            page.click("[name=source][value=major]").await;
            page.click("[name=wire][value=none]").await;

            let least = page.eval(CONTRAST).await;
            assert_eq!(least[2], json!(dark));

            // What WCAG 2 asks of text, level AA.
            assert!(least[0].as_f64().is_some_and(|it| (4.5..99.0).contains(&it)), "{least}");
        });
    }
}

fn hostile(driver: &Driver) {
    let evil = "</summary></details></script></pre></code><script>window.evil = 1</script>\
                <img src=x onerror='window.evil = 1'><style>body { display: none }</style>\
                \"'><a href=\"javascript:window.evil = 1\">x</a> `</code><b>b</b>`";
    let nasty = Finding {
        pointer: Some(format!("/paths/{evil}")),
        operations: vec![evil.to_owned()],
        rust_items: vec![evil.to_owned()],
        old: Some(json!(evil)),
        new: Some(json!({ evil: evil })),
        ..finding(Wire::Breaking, Source::Major, evil)
    };

    let mut report = with(vec![nasty]);
    report.base.title = evil.to_owned();
    let html = Format::Html.render(&review(report, ""), 0);

    driver.open(&html, "", &[], async |page: Page| {
        page.click("#toggle").await;
        assert_eq!(page.count().await, json!("1 of 1 findings"));
        assert_eq!(page.eval("typeof window.evil").await, json!("undefined"));

        let made =
            "document.querySelectorAll('img, main b:not(.chip b), [href^=javascript]').length";
        assert_eq!(page.eval(made).await, json!(0));

        let shown = page.eval("document.querySelector('.values pre').innerText.trim()").await;
        assert_eq!(shown, json!(evil), "it is shown as it reads");
    });
}
