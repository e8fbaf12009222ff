//! Parsing of `spec/accepted.toml`.

use connect_codegen::diagnostic::Location;
use connect_drift::accepted::Accepted;

const VALID: &str = "# why\n[[accepted]]\nfingerprint = \"0123456789abcdef\"\nreason = \"Known.\"\n\
                    date = 2026-11-01\nexpires = 2026-12-01\n";

#[test]
fn complete_entry_is_parsed() {
    let accepted = Accepted::parse(VALID).expect("a valid file");
    let entry = accepted.get("0123456789abcdef").expect("the entry");
    assert_eq!(
        (entry.reason.as_str(), entry.date.to_string()),
        ("Known.", "2026-11-01".to_owned())
    );
    assert_eq!(entry.expires.to_string(), "2026-12-01");
    assert_eq!(accepted.iter().count(), 1);
    assert_eq!(Accepted::parse("# nothing yet\n"), Ok(Accepted::default()));
}

#[test]
fn committed_file_is_valid() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/accepted.toml");
    let text = std::fs::read_to_string(path).expect("the file");
    Accepted::parse(&text).expect("a valid file");
}

#[test]
fn invalid_entry_error_has_line_number() {
    let cases = [
        // Each key is required.
        ("fingerprint = \"0123456789abcdef\"\n", "", 2, "missing field `fingerprint`"),
        ("reason = \"Known.\"\n", "", 2, "missing field `reason`"),
        ("date = 2026-11-01\n", "", 2, "missing field `date`"),
        ("expires = 2026-12-01\n", "", 2, "missing field `expires`"),
        // Other keys are errors.
        ("date =", "by = \"me\"\ndate =", 5, "unknown field `by`"),
        ("[[accepted]]", "[[excepted]]", 2, "unknown field `excepted`"),
        ("[[accepted]]", "[accepted]", 2, "expected"),
        // Each value must be valid.
        ("0123456789abcdef", "0123456789abcde", 3, "invalid fingerprint"),
        ("0123456789abcdef", "0123456789ABCDEF", 3, "invalid fingerprint"),
        ("\"Known.\"", "\" \"", 4, "the reason is empty"),
        ("2026-11-01", "2026-13-01", 5, "expected month"),
        ("2026-11-01", "2026-02-30", 5, "expected day"),
        ("2026-11-01", "2026-11-01T10:00:00Z", 5, "invalid date"),
        ("2026-11-01", "10:00:00", 5, "invalid date"),
        ("2026-11-01", "\"2026-11-01\"", 5, "invalid type: string"),
        ("2026-12-01", "2026-11-01", 6, "not after"),
        ("\"Known.\"", "\"Known.", 4, "invalid basic string"),
    ];

    for (from, to, line, expected) in cases {
        assert!(VALID.contains(from), "{from}");
        let diagnostic = Accepted::parse(&VALID.replacen(from, to, 1)).expect_err(to);
        assert!(diagnostic.message.contains(expected), "{diagnostic}");
        assert!(diagnostic.help.is_some(), "{diagnostic}");
        assert!(!diagnostic.message.contains('\n'), "{diagnostic}");

        assert!(
            matches!(diagnostic.location, Some(Location::Column(actual, _)) if actual == line),
            "{to}: {diagnostic}"
        );
    }

    let duplicate = Accepted::parse(&VALID.repeat(2)).expect_err("a duplicate");
    assert!(duplicate.message.contains("accepted twice"), "{duplicate}");
    assert!(matches!(duplicate.location, Some(Location::Column(8, _))), "{duplicate}");
}
