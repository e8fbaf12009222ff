//! The import of the published page: all of it, or one clear problem.

use std::collections::HashSet;
use std::path::Path;

use connect_codegen::diagnostic::{Diagnostic, Location};
use connect_codegen::import::{Imported, import, to_json};
use serde_json::Value;

const PAGE: &str = include_str!("../../spec/reference/connect-api.md");
const SUPPLEMENT: &str = include_str!("../../spec/reference/supplement.yaml");

fn run(page: &str, supplement: &str) -> Result<Imported, Diagnostic> {
    import(page, "page.md", supplement, "supplement.yaml")
}

/// The problem of an import that must fail, with the file and the line that it must name.
fn problem(page: &str, supplement: &str) -> (String, usize, Diagnostic) {
    let problem = run(page, supplement).map(|it| it.counts).expect_err("this should have failed");
    let line = match problem.location {
        Some(Location::Line(line) | Location::Column(line, _)) => line,
        _ => panic!("no line: {problem}"),
    };
    (problem.file.clone().expect("the file is named"), line, problem)
}

/// Replaces the one place where `from` stands, and says in which line that is.
fn replace(text: &str, from: &str, to: &str) -> (String, usize) {
    assert_eq!(text.matches(from).count(), 1, "{from} must stand in one place");
    let line = text[..text.find(from).unwrap()].matches('\n').count() + 1;
    (text.replace(from, to), line)
}

/// The page with one of its lines, from 1, made into others.
fn with_line(number: usize, lines: &[&str]) -> String {
    let mut all: Vec<_> = PAGE.lines().collect();
    all.splice(number - 1..number, lines.iter().copied());
    all.join("\n")
}

/// The lines of the page that say something, with their numbers; of equal ones the first.
fn lines() -> impl Iterator<Item = (usize, &'static str)> {
    let mut seen = HashSet::from([""]);
    let numbered = PAGE.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(move |(_, line)| seen.insert(line))
}

#[test]
fn the_page_is_read_whole() {
    let counts = run(PAGE, SUPPLEMENT).unwrap().counts;
    assert_eq!(
        counts.to_string(),
        "33 operations, 56 parameters, 64 models, 374 properties (125 required, 44 with a hidden \
         enum), 185 responses, 180 response examples, 12 request bodies"
    );
}

#[test]
fn the_committed_document_is_what_the_page_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/upstream");
    // Until the first fetch, after which it is the service's own.
    let record = std::fs::read_to_string(folder.join("connect-v1.provenance.json")).unwrap();
    if !record.contains("cargo xtask import") {
        return;
    }

    let committed = std::fs::read_to_string(folder.join("connect-v1.json")).unwrap();
    assert!(
        committed == to_json(&run(PAGE, SUPPLEMENT).unwrap().document),
        "stale; run `cargo xtask import spec/reference/connect-api.md`"
    );
}

#[test]
fn windows_line_ends_change_nothing() {
    let imported = run(&PAGE.replace('\n', "\r\n"), SUPPLEMENT).unwrap();
    assert_eq!(imported.document, run(PAGE, SUPPLEMENT).unwrap().document);
}

#[test]
fn the_document_holds_what_was_counted() {
    let document = run(PAGE, SUPPLEMENT).unwrap().document;
    let mut references = Vec::new();
    let (mut enums, mut examples) = (0, 0);

    visit(&document, &mut |key, value| match key {
        "$ref" => references.push(value.as_str().unwrap().to_owned()),
        "x-enum-count" => enums += 1,
        "example" | "examples" => examples += 1,
        _ => {}
    });

    assert!(references.len() > 100);

    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }

    assert_eq!(enums, 44 + 2, "those of the page, and of the items of two arrays");
    assert_eq!(examples, 180 + 12);
}

fn visit(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            see(key, value);
            visit(value, see);
        }),
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}

#[test]
fn the_quirks_are_kept() {
    let document = run(PAGE, SUPPLEMENT).unwrap().document;
    let at = |pointer: &str| document.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
    assert_eq!(at("/paths/~1clusters?/get/operationId"), "getClusters");
    assert_eq!(at("/paths/~1print_jobs~1reports/get/parameters/1/name"), "end_date");
    assert_eq!(at("/paths/~1print_jobs~1reports/get/parameters/1/in"), "path");

    assert_eq!(
        at("/paths/~1clusters~1{cluster_id}~1note/post/parameters/1/schema/example/data/summary"),
        "Example ClusterNoteUpdateRequest."
    );
    assert_eq!(at("/definitions/ActionStatusResponse/properties/status_details/type"), "object");

    let count = at("/definitions/ClusterResponse/properties/host_print_job_count");
    assert_eq!(count["maximum"].as_f64(), Some(9223372036854776000.0));
    assert_eq!(count["minimum"].as_f64(), Some(-9223372036854776000.0));

    assert_eq!(
        at("/definitions/MaterialProfileResponse/properties/content_type/pattern"),
        r"/^(application|audio|image|message|multipart|text|video|x-token|model)\/([^\s]+)$/"
    );

    assert_eq!(
        at("/definitions/PrintJobDetailsResponse/description"),
        "Data returned in the Connect API print job instance details endpoint,\n\
         which also includes details about the original print job file."
    );
}

#[test]
fn a_page_cut_off_anywhere_is_a_problem() {
    for (number, line) in lines() {
        let start = line.as_ptr() as usize - PAGE.as_ptr() as usize;
        let half = (0..=line.len() / 2).rev().find(|&half| line.is_char_boundary(half)).unwrap();

        for end in [start, start + half] {
            let (file, at, _) = problem(&PAGE[..end], SUPPLEMENT);
            assert_eq!(file, "page.md");
            assert!(at <= number, "line {at} is past the end, {number}");
        }
    }
}

#[test]
fn no_line_can_go() {
    for (number, _) in lines() {
        assert_eq!(problem(&with_line(number, &[]), SUPPLEMENT).0, "page.md");
    }
}

#[test]
fn no_line_can_be_there_twice() {
    for (number, line) in lines() {
        let (file, at, problem) = problem(&with_line(number, &[line, line]), SUPPLEMENT);
        assert_eq!((file.as_str(), at), ("page.md", number + 1), "{problem}");
    }
}

#[test]
fn no_line_can_be_added() {
    for (number, line) in lines() {
        let (_, at, problem) = problem(&with_line(number, &["*What is this?*", line]), SUPPLEMENT);
        assert!(at == number || at == number + 1, "line {number}, but found in {at}: {problem}");
    }
}

#[test]
fn a_row_that_is_not_closed_is_found_where_it_is() {
    for (number, line) in lines().filter(|(_, line)| line.starts_with('|')) {
        let open = &line[..line.len() - 1];
        assert_eq!(problem(&with_line(number, &[open]), SUPPLEMENT).1, number, "{open}");
    }
}

#[test]
fn a_damaged_row_is_found_where_it_is() {
    let cases = [
        // operations
        ("GET/clusters/team_count", "FETCH/clusters/team_count", "an operation belongs here"),
        ("GET/settings", "GET settings", "an operation belongs here"),
        ("POST/settings", "GET/settings", "second time"),
        ("is\u{a0}`https://api", "is `gopher://api", "the root URL belongs here"),
        // parameters
        ("|sort<br><br>string", "|sort<br><br>integer", "no known type"),
        (
            "|search<br><br>string<br><br>(query)",
            "|search<br><br>string<br><br>(body)",
            "type of a body",
        ),
        (
            "|version<br><br>string<br><br>(query)",
            "|version<br><br>string<br><br>(header)",
            "location",
        ),
        ("|pin_code\u{a0}*<br><br>string", "|pin_code\u{a0}*<br>string", "a name, a type"),
        ("|pin_code\u{a0}*<br>", "|pin code\u{a0}*<br>", "not a name"),
        ("--cloudusbnetworkreprint", "--cloudusbnetwork", "select box"),
        ("<br><br>--truefalse", "", "select box"),
        ("Example PrinterActionBodyRequest.", "x", "no model"),
        ("Example ClusterIdsRequest.", "Example ClusterIdRequest.", "no model"),
        ("\"note\": \"Hoi, ik ben Papegaai.\"", "\"nota\": \"Hoi\"", "`/note` lacks `note`"),
        // responses
        ("|418|", "|four|", "no status"),
        ("|418|", "|1418|", "no status"),
        ("|200|The up-time information.", "|200|", "no description"),
        ("|200|The up-time information.", "|200|a|b", "3 cells where 2"),
        ("\"uptime\": 1337,", "\"uptime\": 1337", "not valid JSON"),
        ("\"uptime\": 1337,", "\"uptime\": \"1337\",", "`/data/uptime` is not of type number"),
        ("\"uptime\": 1337,", "\"down\": 1337,", "lacks `uptime`"),
        ("\"uptime\": 1337,", "\"uptime\": 1337, \"down\": 0,", "has `down`, which is unknown"),
        // models
        ("TimeBasedDetail{|   |   |", "Time based{|   |   |", "not a name"),
        ("TimeBasedDetail{|   |   |", "#### More", "a model belongs here"),
        ("|description:|Model for messages", "|about:|Model for messages", "description of the"),
        ("|ok*|boolean<br>", "|ok*|flag<br>", "no known type"),
        ("default:\u{a0}true<br>", "default: maybe<br>", "says nothing of a boolean"),
        ("|max_size|PrintJobCoordinatesMetadata{", "|max_size|Size{", "no model `Size`"),
        ("maximum:\u{a0}5 ", "maximum: five ", "says nothing of a number"),
        ("pattern:\u{a0}/^[0-9A-Z]{6}$/", "pattern: ^[0-9A-Z]{6}$", "says nothing of a string"),
        ("Array [\u{a0}109\u{a0}]", "Array [ many ]", "not an enum's size"),
        ("|ok*|boolean<br><br>", "|ok*|boolean<br><br>A<br><br>B<br><br>", "more than a type"),
        ("|quality|string<br><br>", "|quality|string<br><br>A<br>", "more than a description"),
    ];

    for (from, to, says) in cases {
        let (page, line) = replace(PAGE, from, to);
        let (file, at, problem) = problem(&page, SUPPLEMENT);
        assert_eq!((file.as_str(), at), ("page.md", line), "{to} gives: {problem}");
        assert!(problem.message.contains(says), "{to} gives: {problem}");
    }
}

#[test]
fn another_page_is_a_problem_in_its_first_line() {
    let others = ["", "\n", "# Title\n\nSome prose.\n", "|a|b|\n|---|---|\n", "{}", SUPPLEMENT];
    for page in others {
        let (file, line, problem) = problem(page, SUPPLEMENT);
        assert_eq!((file.as_str(), line), ("page.md", 1));
        assert!(problem.message.contains("`## Endpoints`"), "{problem}");
        assert!(problem.help.is_some());
    }
}

#[test]
fn a_hostile_page_is_a_problem_too() {
    let deep = format!("\"uptime\": {},", "[".repeat(100_000));
    let (page, line) = replace(PAGE, "\"uptime\": 1337,", &deep);
    assert_eq!(problem(&page, SUPPLEMENT).1, line);

    let (page, line) = replace(PAGE, "|418|", &"|".repeat(100_000));
    let (_, at, problem) = problem(&page, SUPPLEMENT);
    assert_eq!(at, line);
    assert!(problem.to_string().len() < 300, "an excerpt is enough");
}

#[test]
fn what_is_missing_is_counted() {
    let (supplement, _) = replace(SUPPLEMENT, "parameters: 56", "parameters: 57");
    let (_, _, problem) = problem(PAGE, &supplement);
    assert_eq!(problem.message, "the page has 56 parameters instead of 57");
    assert!(problem.help.unwrap().contains("`expect` in supplement.yaml"));
}

#[test]
fn a_wrong_supplement_is_found_where_it_is() {
    // What to replace, by what, how many lines further the problem is, and what it says.
    let cases = [
        ("  tag: default", "  tag: default\n  tags: default", 1, "tags"),
        (
            "    confidence: A\n    source: anchors",
            "    confidence: G\n    source: anchors",
            0,
            "G",
        ),
        ("  parameters: 56", "  parameters: many", 0, "invalid u64"),
        ("GET /settings: Org", "GET /setting: Org", 0, "not an operation"),
        ("GET /clusters?: getClusters", "GET /cluster: getClusters", 0, "not an operation"),
        ("GET /settings: Org", "GET /spec: Org", 0, "shows no data"),
        ("POST /settings: Org", "GET /settings: Org", 0, "GET /settings"),
        ("- FilterResponse.options", "- FilterResponse.option", 0, "no array"),
        ("- FilterResponse.options", "- FilterResponse.key", 0, "no array"),
        ("- ClusterTeamCountResponse.counts", "- ErrorObject.title", 0, "no map"),
        ("- ActionStatusResponse.status_details", "- ErrorObject.meta", 0, "no union"),
        ("- ClusterPrinterStatus.faults", "- ClusterPrinterStatus.errors", 0, "already"),
        ("items: FilterOption", "items: FilterOptions", 0, "not a model"),
        ("items: FilterOption", "items: FilterOption\n    enum_count: 4", 0, "only the enum"),
        ("members: [TimeBasedDetail]", "members: [Time]", 0, "not a model"),
        ("links: PaginationLinks", "links: Links", 0, "not a model"),
    ];

    for (from, to, offset, says) in cases {
        let (supplement, line) = replace(SUPPLEMENT, from, to);
        let (file, at, problem) = problem(PAGE, &supplement);
        assert_eq!((file.as_str(), at), ("supplement.yaml", line + offset), "{to}: {problem}");
        assert!(problem.message.contains(says), "{to} gives: {problem}");
    }

    for broken in ["", "arrays: ][", "- 1", "\u{0}", PAGE, &SUPPLEMENT.replace("\ninfo:", "\n:")] {
        let problem = run(PAGE, broken).expect_err("not a supplement");
        assert_eq!(problem.file.as_deref(), Some("supplement.yaml"));
        assert!(problem.message.lines().count() <= 2, "{problem}");
    }
}

/// Each of these entries is needed: without it something stays folded.
#[test]
fn no_entry_can_go() {
    let start = SUPPLEMENT.lines().position(|line| line == "responses:").unwrap();
    let is_entry = |line: &str| {
        ["      - ", "    GET /", "    POST /", "    PUT /"].iter().any(|it| line.starts_with(it))
    };
    let numbered = SUPPLEMENT.lines().enumerate().skip(start);
    let entries: Vec<_> =
        numbered.filter(|(_, line)| is_entry(line)).map(|(index, _)| index).collect();

    assert!(entries.len() > 50);
    for entry in entries {
        let mut kept: Vec<_> = SUPPLEMENT.lines().collect();
        kept.remove(entry);
        assert!(run(PAGE, &kept.join("\n")).is_err(), "line {} is idle", entry + 1);
    }
}

/// The examples catch a model or an item that is not the right one.
#[test]
fn a_wrong_answer_is_caught_by_the_examples() {
    let cases = [
        ("    GET /settings: OrganizationSettings", "    GET /settings: ClusterResponse"),
        ("GET /: ApiUptimeResponse", "GET /: WebcamSnapshotStatus"),
        ("items: ClusterPrinterMaterialStationSlot", "items: ClusterPrinterMaterialStation"),
        ("items: ClusterPrinterError", "items: ClusterPrinterFault"),
        ("items: ClusterPrintJobImpediment", "items: string"),
        ("meta: ResponseMeta", "meta: PaginationLinks"),
        ("values: number", "values: string"),
    ];

    for (from, to) in cases {
        let (supplement, _) = replace(SUPPLEMENT, from, to);
        let (file, _, problem) = problem(PAGE, &supplement);
        assert_eq!(file, "page.md", "{to} gives: {problem}");
        assert!(problem.message.starts_with("the example does not fit"), "{problem}");
        assert!(problem.help.unwrap().contains("supplement.yaml"));
    }
}
