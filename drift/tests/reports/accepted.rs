//! `spec/accepted.toml`: what it takes and what it refuses.

use connect_codegen::diagnostic::Location;
use connect_drift::accepted::Accepted;

const GOOD: &str = "# why\n[[accepted]]\nfingerprint = \"0123456789abcdef\"\nreason = \"Known.\"\n\
                    date = 2026-11-01\nexpires = 2026-12-01\n";

#[test]
fn a_whole_entry_is_read() {
    let accepted = Accepted::parse(GOOD).expect("a good file");
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
fn the_committed_file_is_good() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/accepted.toml");
    let text = std::fs::read_to_string(path).expect("the file");
    Accepted::parse(&text).expect("a good file");
}

#[test]
fn what_is_no_acceptance_is_refused_with_its_place() {
    let cases = [
        // Each key is required.
        ("fingerprint = \"0123456789abcdef\"\n", "", 2, "missing field `fingerprint`"),
        ("reason = \"Known.\"\n", "", 2, "missing field `reason`"),
        ("date = 2026-11-01\n", "", 2, "missing field `date`"),
        ("expires = 2026-12-01\n", "", 2, "missing field `expires`"),
        // Nothing else is known.
        ("date =", "by = \"me\"\ndate =", 5, "unknown field `by`"),
        ("[[accepted]]", "[[excepted]]", 2, "unknown field `excepted`"),
        ("[[accepted]]", "[accepted]", 2, "expected"),
        // Each value is what it should be.
        ("0123456789abcdef", "0123456789abcde", 3, "no fingerprint"),
        ("0123456789abcdef", "0123456789ABCDEF", 3, "no fingerprint"),
        ("\"Known.\"", "\" \"", 4, "no reason"),
        ("2026-11-01", "2026-13-01", 5, ""),
        ("2026-11-01", "2026-02-30", 5, ""),
        ("2026-11-01", "2026-11-01T10:00:00Z", 5, "not a day"),
        ("2026-11-01", "10:00:00", 5, "not a day"),
        ("2026-11-01", "\"2026-11-01\"", 5, ""),
        ("2026-12-01", "2026-11-01", 6, "not after"),
        ("\"Known.\"", "\"Known.", 4, ""),
    ];

    for (from, to, line, told) in cases {
        assert!(GOOD.contains(from), "{from}");
        let problem = Accepted::parse(&GOOD.replacen(from, to, 1)).expect_err(to);
        assert!(problem.message.contains(told), "{problem}");
        assert!(problem.help.is_some(), "{problem}");
        assert!(!problem.message.contains('\n'), "{problem}");

        assert!(
            matches!(problem.location, Some(Location::Column(at, _)) if at == line),
            "{to}: {problem}"
        );
    }

    let twice = Accepted::parse(&GOOD.repeat(2)).expect_err("the same twice");
    assert!(twice.message.contains("accepted twice"), "{twice}");
    assert!(matches!(twice.location, Some(Location::Column(8, _))), "{twice}");
}
