//! `Debug` for structs with secret fields.

use std::fmt;

/// Implements a redacted `Debug`, which shows only whether a secret field is set:
/// `redacted_debug! { Name { field, #[redacted] secret } }`.
macro_rules! redacted_debug {
    ($name:ident { $($(#[$mark:ident])? $field:ident),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(
                        stringify!($field),
                        crate::redact::fields::debug_value!($($mark)? &self.$field),
                    ))*
                    .finish()
            }
        }
    };
}

/// A field as `Debug` shows it.
macro_rules! debug_value {
    (redacted $field:expr) => {
        &crate::redact::fields::redacted($field)
    };
    ($field:expr) => {
        $field
    };
}

pub(crate) use {debug_value, redacted_debug};

/// Returns the `Debug` output for a secret: `***`, or `None` if it is not set.
pub(crate) fn redacted<'a>(secret: impl Into<Option<&'a String>>) -> fmt::Arguments<'static> {
    match secret.into() {
        Some(_) => format_args!("***"),
        None => format_args!("None"),
    }
}

#[cfg(test)]
mod tests {
    #[derive(Clone)]
    struct Job {
        name: String,
        key: String,
        url: Option<String>,
    }

    redacted_debug! { Job { name, #[redacted] key, #[redacted] url } }

    #[test]
    fn debug_shows_only_whether_a_secret_is_set() {
        let mut job = Job { name: "a".into(), key: "s3cret".into(), url: None };
        assert_eq!(format!("{job:?}"), r#"Job { name: "a", key: ***, url: None }"#);

        job.url = Some("https://h/?s3cret".into());
        assert_eq!(format!("{job:?}"), r#"Job { name: "a", key: ***, url: *** }"#);
        assert!(!format!("{job:#?}").contains("s3cret"));
    }
}
