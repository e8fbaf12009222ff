//! The import of the published page: either the complete document, or one diagnostic with its line.

use std::collections::HashSet;
use std::path::Path;

use connect_codegen::diagnostic::{Diagnostic, Location};
use connect_codegen::import::{Imported, import, to_json};
use serde_json::Value;

const PAGE: &str = include_str!("../../spec/reference/connect-api.md");
const SUPPLEMENT: &str = include_str!("../../spec/reference/supplement.yaml");

fn import_page(page: &str, supplement: &str) -> Result<Imported, Diagnostic> {
    import(page, "page.md", supplement, "supplement.yaml")
}

/// The file, the line and the diagnostic of an import that must fail.
fn import_error(page: &str, supplement: &str) -> (String, usize, Diagnostic) {
    let imported = import_page(page, supplement).map(|imported| imported.counts);
    let error = imported.expect_err("the import should fail");

    let line = match error.location {
        Some(Location::Line(line) | Location::Column(line, _)) => line,
        _ => panic!("no line: {error}"),
    };

    (error.file.clone().expect("the diagnostic names a file"), line, error)
}

/// Replaces the only occurrence of `from`. Returns the text and the line of the occurrence.
fn replace(text: &str, from: &str, to: &str) -> (String, usize) {
    assert_eq!(text.matches(from).count(), 1, "{from} must occur once");
    let line = text[..text.find(from).unwrap()].matches('\n').count() + 1;
    (text.replace(from, to), line)
}

/// The page with one line (from 1) replaced by other lines.
fn with_line(number: usize, lines: &[&str]) -> String {
    let mut all: Vec<_> = PAGE.lines().collect();
    all.splice(number - 1..number, lines.iter().copied());
    all.join("\n")
}

/// The lines of the page that are not blank, with their numbers. Of equal lines only the first.
fn distinct_lines() -> impl Iterator<Item = (usize, &'static str)> {
    let mut seen = HashSet::from([""]);
    let numbered = PAGE.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(move |(_, line)| seen.insert(line))
}

#[test]
fn page_counts_match_the_published_page() {
    let counts = import_page(PAGE, SUPPLEMENT).unwrap().counts;
    assert_eq!(
        counts.to_string(),
        "33 operations, 56 parameters, 64 models, 374 properties (125 required, 44 with a hidden \
         enum), 185 responses, 180 response examples, 12 request bodies"
    );
}

#[test]
fn committed_document_equals_the_import_of_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/upstream");
    // After the first fetch, the committed document is the service's own.
    let record = std::fs::read_to_string(folder.join("connect-v1.provenance.json")).unwrap();
    if !record.contains("cargo xtask import") {
        return;
    }

    let committed = std::fs::read_to_string(folder.join("connect-v1.json")).unwrap();
    assert!(
        committed == to_json(&import_page(PAGE, SUPPLEMENT).unwrap().document),
        "out of date; run `cargo xtask import spec/reference/connect-api.md`"
    );
}

#[test]
fn windows_line_endings_are_accepted() {
    let imported = import_page(&PAGE.replace('\n', "\r\n"), SUPPLEMENT).unwrap();
    assert_eq!(imported.document, import_page(PAGE, SUPPLEMENT).unwrap().document);
}

#[test]
fn references_resolve_and_counts_match_the_document() {
    let document = import_page(PAGE, SUPPLEMENT).unwrap().document;
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
        assert!(document.pointer(pointer).is_some(), "{reference} has no target");
    }

    assert_eq!(enums, 44 + 2, "of the page, and of the items of two arrays");
    assert_eq!(examples, 180 + 12);
}

fn visit(value: &Value, visitor: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            visitor(key, value);
            visit(value, visitor);
        }),
        Value::Array(items) => items.iter().for_each(|item| visit(item, visitor)),
        _ => {}
    }
}

#[test]
fn upstream_quirks_are_kept() {
    let document = import_page(PAGE, SUPPLEMENT).unwrap().document;
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
fn truncated_page_is_an_error_at_or_before_its_end() {
    for (number, line) in distinct_lines() {
        let start = line.as_ptr() as usize - PAGE.as_ptr() as usize;
        let half = (0..=line.len() / 2).rev().find(|&half| line.is_char_boundary(half)).unwrap();

        for end in [start, start + half] {
            let (file, error_line, _) = import_error(&PAGE[..end], SUPPLEMENT);
            assert_eq!(file, "page.md");
            assert!(error_line <= number, "line {error_line} is past the end, {number}");
        }
    }
}

#[test]
fn removed_line_is_an_error() {
    for (number, _) in distinct_lines() {
        assert_eq!(import_error(&with_line(number, &[]), SUPPLEMENT).0, "page.md");
    }
}

#[test]
fn duplicate_line_is_an_error_at_its_line() {
    for (number, line) in distinct_lines() {
        let (file, error_line, error) = import_error(&with_line(number, &[line, line]), SUPPLEMENT);
        assert_eq!((file.as_str(), error_line), ("page.md", number + 1), "{error}");
    }
}

#[test]
fn additional_line_is_an_error_at_its_line() {
    for (number, line) in distinct_lines() {
        let (_, error_line, error) =
            import_error(&with_line(number, &["*What is this?*", line]), SUPPLEMENT);
        assert!(
            error_line == number || error_line == number + 1,
            "line {number}, but reported at {error_line}: {error}"
        );
    }
}

#[test]
fn unclosed_row_is_an_error_at_its_line() {
    for (number, line) in distinct_lines().filter(|(_, line)| line.starts_with('|')) {
        let open = &line[..line.len() - 1];
        assert_eq!(import_error(&with_line(number, &[open]), SUPPLEMENT).1, number, "{open}");
    }
}

/// Damages to the page: the text to replace, its replacement, and a part of the message.
const DAMAGED_ROWS: &[(&str, &str, &str)] = &[
    // operations
    ("GET/clusters/team_count", "FETCH/clusters/team_count", "expected an operation"),
    ("GET/settings", "GET settings", "expected an operation"),
    ("POST/settings", "GET/settings", "duplicate"),
    ("is\u{a0}`https://api", "is `gopher://api", "expected the root URL"),
    // parameters
    ("|sort<br><br>string", "|sort<br><br>integer", "unknown type"),
    (
        "|search<br><br>string<br><br>(query)",
        "|search<br><br>string<br><br>(body)",
        "of a body parameter",
    ),
    ("|version<br><br>string<br><br>(query)", "|version<br><br>string<br><br>(header)", "location"),
    ("|pin_code\u{a0}*<br><br>string", "|pin_code\u{a0}*<br>string", "a name, a type"),
    ("|pin_code\u{a0}*<br>", "|pin code\u{a0}*<br>", "not a name"),
    ("--cloudusbnetworkreprint", "--cloudusbnetwork", "select box"),
    ("<br><br>--truefalse", "", "select box"),
    ("Example PrinterActionBodyRequest.", "x", "no model"),
    ("Example ClusterIdsRequest.", "Example ClusterIdRequest.", "no model"),
    (
        "\"note\": \"Hoi, ik ben Papegaai.\"",
        "\"nota\": \"Hoi\"",
        "`/note` lacks the required property `note`",
    ),
    // responses
    ("|418|", "|four|", "not a status"),
    ("|418|", "|1418|", "not a status"),
    ("|200|The up-time information.", "|200|", "no description"),
    ("|200|The up-time information.", "|200|a|b", "3 cells, expected 2"),
    ("\"uptime\": 1337,", "\"uptime\": 1337", "not valid JSON"),
    ("\"uptime\": 1337,", "\"uptime\": \"1337\",", "`/data/uptime` is not of type number"),
    ("\"uptime\": 1337,", "\"down\": 1337,", "lacks the required property `uptime`"),
    ("\"uptime\": 1337,", "\"uptime\": 1337, \"down\": 0,", "has the unknown property `down`"),
    // models
    ("TimeBasedDetail{|   |   |", "Time based{|   |   |", "not a name"),
    ("TimeBasedDetail{|   |   |", "#### More", "expected a model"),
    (
        "|description:|Model for messages",
        "|about:|Model for messages",
        "the description of the model",
    ),
    ("|ok*|boolean<br>", "|ok*|flag<br>", "unknown type"),
    ("default:\u{a0}true<br>", "default: maybe<br>", "not a constraint of a boolean"),
    ("|max_size|PrintJobCoordinatesMetadata{", "|max_size|Size{", "no model `Size`"),
    ("maximum:\u{a0}5 ", "maximum: five ", "not a constraint of a number"),
    ("pattern:\u{a0}/^[0-9A-Z]{6}$/", "pattern: ^[0-9A-Z]{6}$", "not a constraint of a string"),
    ("Array [\u{a0}109\u{a0}]", "Array [ many ]", "not the size of an enum"),
    ("|ok*|boolean<br><br>", "|ok*|boolean<br><br>A<br><br>B<br><br>", "expected only a type"),
    ("|quality|string<br><br>", "|quality|string<br><br>A<br>", "expected only a description"),
];

#[test]
fn damaged_row_is_an_error_at_its_line() {
    for (from, to, expected) in DAMAGED_ROWS {
        let (page, line) = replace(PAGE, from, to);
        let (file, error_line, error) = import_error(&page, SUPPLEMENT);
        assert_eq!((file.as_str(), error_line), ("page.md", line), "{to} gives: {error}");
        assert!(error.message.contains(expected), "{to} gives: {error}");
    }
}

#[test]
fn another_page_is_an_error_at_line_1() {
    let others = ["", "\n", "# Title\n\nSome prose.\n", "|a|b|\n|---|---|\n", "{}", SUPPLEMENT];
    for page in others {
        let (file, line, error) = import_error(page, SUPPLEMENT);
        assert_eq!((file.as_str(), line), ("page.md", 1));
        assert!(error.message.contains("`## Endpoints`"), "{error}");
        assert!(error.help.is_some());
    }
}

#[test]
fn hostile_page_is_an_error_with_a_short_message() {
    let deep = format!("\"uptime\": {},", "[".repeat(100_000));
    let (page, line) = replace(PAGE, "\"uptime\": 1337,", &deep);
    assert_eq!(import_error(&page, SUPPLEMENT).1, line);

    let (page, line) = replace(PAGE, "|418|", &"|".repeat(100_000));
    let (_, error_line, error) = import_error(&page, SUPPLEMENT);
    assert_eq!(error_line, line);
    assert!(error.to_string().len() < 300, "an excerpt is enough");
}

#[test]
fn missing_parts_are_reported_by_count() {
    let (supplement, _) = replace(SUPPLEMENT, "parameters: 56", "parameters: 57");
    let (_, _, error) = import_error(PAGE, &supplement);
    assert_eq!(error.message, "the page has 56 parameters instead of 57");
    assert!(error.help.unwrap().contains("`expect` in supplement.yaml"));
}

#[test]
fn wrong_supplement_entry_is_an_error_at_its_line() {
    // The text to replace, its replacement, the offset of the reported line, and the message.
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
        ("items: FilterOption", "items: FilterOption\n    enum_count: 4", 0, "only strings"),
        ("members: [TimeBasedDetail]", "members: [Time]", 0, "not a model"),
        ("links: PaginationLinks", "links: Links", 0, "not a model"),
    ];

    for (from, to, offset, expected) in cases {
        let (supplement, line) = replace(SUPPLEMENT, from, to);
        let (file, error_line, error) = import_error(PAGE, &supplement);
        assert_eq!(
            (file.as_str(), error_line),
            ("supplement.yaml", line + offset),
            "{to}: {error}"
        );
        assert!(error.message.contains(expected), "{to} gives: {error}");
    }

    for broken in ["", "arrays: ][", "- 1", "\u{0}", PAGE, &SUPPLEMENT.replace("\ninfo:", "\n:")] {
        let error = import_page(PAGE, broken).expect_err("not a supplement");
        assert_eq!(error.file.as_deref(), Some("supplement.yaml"));
        assert!(error.message.lines().count() <= 2, "{error}");
    }
}

/// Each entry of the supplement is needed: without it a part of the page stays collapsed.
#[test]
fn removed_supplement_entry_is_an_error() {
    let start = SUPPLEMENT.lines().position(|line| line == "responses:").unwrap();
    let is_entry = |line: &str| {
        ["      - ", "    GET /", "    POST /", "    PUT /"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let numbered = SUPPLEMENT.lines().enumerate().skip(start);
    let entries: Vec<_> =
        numbered.filter(|(_, line)| is_entry(line)).map(|(index, _)| index).collect();

    assert!(entries.len() > 50);
    for entry in entries {
        let mut kept: Vec<_> = SUPPLEMENT.lines().collect();
        kept.remove(entry);
        assert!(import_page(PAGE, &kept.join("\n")).is_err(), "line {} is not needed", entry + 1);
    }
}

/// A wrong model or item type does not match the examples.
#[test]
fn wrong_model_in_the_supplement_is_detected_by_the_examples() {
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
        let (file, _, error) = import_error(PAGE, &supplement);
        assert_eq!(file, "page.md", "{to} gives: {error}");
        assert!(error.message.starts_with("the example does not match its schema"), "{error}");
        assert!(error.help.unwrap().contains("supplement.yaml"));
    }
}
