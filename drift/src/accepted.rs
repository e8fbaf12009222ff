//! `spec/accepted.toml`: the accepted findings, each with a reason and an expiry date.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use connect_codegen::diagnostic::{Diagnostic, Location, Result};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::finding::{FINGERPRINT_LENGTH, Finding};

/// The acceptance of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// The reason why the finding needs no action.
    pub reason: String,
    /// The day of the acceptance.
    pub date: NaiveDate,
    /// The first day on which the acceptance no longer applies.
    pub expires: NaiveDate,
}

impl Acceptance {
    /// Whether the acceptance applies on a day.
    pub fn is_active(&self, today: NaiveDate) -> bool {
        today < self.expires
    }
}

/// All acceptances, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted(BTreeMap<String, Acceptance>);

/// A finding with the acceptance that applies to it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewedFinding {
    /// The finding.
    pub finding: Finding,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// The acceptance, or `None` if the finding is not accepted.
    pub accepted: Option<Acceptance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: Spanned<String>,
    reason: Spanned<String>,
    date: Spanned<Datetime>,
    expires: Spanned<Datetime>,
}

impl Accepted {
    /// Parses the file.
    ///
    /// # Errors
    ///
    /// If the text is not valid TOML, an entry lacks a key or has an unknown one, a value is
    /// invalid, or two entries have the same fingerprint.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            let diagnostic = Diagnostic::new(error.message().trim_end().replace('\n', ", "))
                .help("an entry is `[[accepted]]` with fingerprint, reason, date and expires");

            match error.span() {
                Some(span) => at_span(text, &span, diagnostic),
                None => diagnostic,
            }
        })?;

        let mut acceptances = BTreeMap::new();
        for entry in file.accepted {
            let span = entry.span();
            let acceptance = entry.into_inner().parse(text)?;

            if acceptances.contains_key(&acceptance.fingerprint) {
                let diagnostic =
                    Diagnostic::new(format!("{} is accepted twice", acceptance.fingerprint))
                        .help("remove one of the two entries");
                return Err(at_span(text, &span, diagnostic));
            }
            acceptances.insert(acceptance.fingerprint.clone(), acceptance);
        }

        Ok(Self(acceptances))
    }

    /// Iterates over the acceptances, sorted by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Acceptance> {
        self.0.values()
    }

    /// Returns the acceptance of a finding.
    pub fn get(&self, fingerprint: &str) -> Option<&Acceptance> {
        self.0.get(fingerprint)
    }

    /// Combines a finding with the acceptance that applies to it on a day.
    pub(crate) fn review(&self, finding: Finding, today: NaiveDate) -> ReviewedFinding {
        let fingerprint = finding.fingerprint();
        let accepted = self.get(&fingerprint).filter(|acceptance| acceptance.is_active(today));
        let accepted = accepted.cloned();

        ReviewedFinding { finding, fingerprint, accepted }
    }
}

impl Entry {
    fn parse(self, text: &str) -> Result<Acceptance> {
        let invalid = |span: Range<usize>, message: &str, help: &str| {
            Err(at_span(text, &span, Diagnostic::new(message).help(help)))
        };
        let is_hex_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let fingerprint = self.fingerprint.get_ref();

        if fingerprint.len() != FINGERPRINT_LENGTH || !fingerprint.chars().all(is_hex_digit) {
            let help = "copy it from the report: 16 digits, 0 to 9 and a to f";
            return invalid(self.fingerprint.span(), "invalid fingerprint", help);
        }

        if self.reason.get_ref().trim().is_empty() {
            let help = "say why the finding needs no action";
            return invalid(self.reason.span(), "the reason is empty", help);
        }

        let date = parse_date(text, &self.date)?;
        let expires = parse_date(text, &self.expires)?;
        if expires <= date {
            let message = "`expires` is not after `date`";
            return invalid(self.expires.span(), message, "give a later date");
        }

        Ok(Acceptance {
            fingerprint: self.fingerprint.into_inner(),
            reason: self.reason.into_inner(),
            date,
            expires,
        })
    }
}

fn parse_date(text: &str, value: &Spanned<Datetime>) -> Result<NaiveDate> {
    let Datetime { date, time, offset } = value.get_ref();
    let date = date.filter(|_| time.is_none() && offset.is_none());
    let date = date.and_then(|date| {
        NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
    });

    date.ok_or_else(|| {
        let diagnostic = Diagnostic::new("invalid date").help("write it as 2027-01-31");
        at_span(text, &value.span(), diagnostic)
    })
}

/// Adds line and column of the start of a span to a diagnostic.
fn at_span(text: &str, span: &Range<usize>, diagnostic: Diagnostic) -> Diagnostic {
    let before = &text[..span.start.min(text.len())];
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();

    Diagnostic { location: Some(Location::Column(line, column)), ..diagnostic }
}
