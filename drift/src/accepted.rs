//! `spec/accepted.toml`: the findings that are known, why, and until when.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use connect_codegen::diagnostic::{Diagnostic, Location, Result};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

/// How long a fingerprint is, in hexadecimal digits.
const FINGERPRINT: usize = 16;

/// One known finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The finding's fingerprint.
    pub fingerprint: String,
    /// Why it is no matter.
    pub reason: String,
    /// The day on which it was accepted.
    pub date: NaiveDate,
    /// The first day on which it is accepted no more.
    pub expires: NaiveDate,
}

impl Acceptance {
    /// Whether it holds on a day.
    pub fn holds(&self, today: NaiveDate) -> bool {
        today < self.expires
    }
}

/// All known findings, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted(BTreeMap<String, Acceptance>);

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
    /// Reads the file. Every key of an entry is required, and no other is known.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            let problem = Diagnostic::new(error.message().trim_end().replace('\n', ", "))
                .help("an entry is `[[accepted]]` with fingerprint, reason, date and expires");
            match error.span() {
                Some(span) => at(text, &span, problem),
                None => problem,
            }
        })?;
        let mut all = BTreeMap::new();
        for entry in file.accepted {
            let place = entry.span();
            let acceptance = entry.into_inner().read(text)?;
            if all.contains_key(&acceptance.fingerprint) {
                let message = format!("{} is accepted twice", acceptance.fingerprint);
                return Err(at(
                    text,
                    &place,
                    Diagnostic::new(message).help("remove one of the two"),
                ));
            }

            all.insert(acceptance.fingerprint.clone(), acceptance);
        }

        Ok(Self(all))
    }

    /// Every acceptance, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Acceptance> {
        self.0.values()
    }

    /// The acceptance of a finding.
    pub fn get(&self, fingerprint: &str) -> Option<&Acceptance> {
        self.0.get(fingerprint)
    }
}

impl Entry {
    fn read(self, text: &str) -> Result<Acceptance> {
        let wrong = |span: Range<usize>, message: &str, help: &str| {
            Err(at(text, &span, Diagnostic::new(message).help(help)))
        };
        let digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let fingerprint = self.fingerprint.get_ref();

        if fingerprint.len() != FINGERPRINT || !fingerprint.chars().all(digit) {
            let help = "copy it from the report: 16 digits, 0 to 9 and a to f";
            return wrong(self.fingerprint.span(), "this is no fingerprint", help);
        }

        if self.reason.get_ref().trim().is_empty() {
            return wrong(self.reason.span(), "there is no reason", "say why the finding is known");
        }

        let date = day(text, &self.date)?;
        let expires = day(text, &self.expires)?;
        if expires <= date {
            let message = "this is not after the day of the acceptance";
            return wrong(self.expires.span(), message, "give a later day");
        }

        Ok(Acceptance {
            fingerprint: self.fingerprint.into_inner(),
            reason: self.reason.into_inner(),
            date,
            expires,
        })
    }
}

fn day(text: &str, value: &Spanned<Datetime>) -> Result<NaiveDate> {
    let Datetime { date, time, offset } = value.get_ref();
    let date = date.filter(|_| time.is_none() && offset.is_none());
    let date =
        date.and_then(|it| NaiveDate::from_ymd_opt(it.year.into(), it.month.into(), it.day.into()));

    date.ok_or_else(|| {
        let problem = Diagnostic::new("this is not a day").help("write it as 2027-01-31");
        at(text, &value.span(), problem)
    })
}

/// The line and column of a place in a text.
fn at(text: &str, span: &Range<usize>, problem: Diagnostic) -> Diagnostic {
    let before = &text[..span.start.min(text.len())];
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
    Diagnostic { location: Some(Location::Column(line, column)), ..problem }
}
