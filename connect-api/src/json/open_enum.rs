//! Open enums: enums with a variant for values that the API document does not list.

/// Implements the conversions of an open enum, with an example in its documentation. A string that the
/// API document does not list becomes `Unlisted`, and is encoded as it was received.
macro_rules! open_enum {
    ($name:ident { $first:ident = $shown:literal $(, $variant:ident = $value:literal)* $(,)? }) => {
        #[doc = concat!(
            "```\n",
            "use connect_api::models::", stringify!($name), ";\n\n",
            "assert_eq!(", stringify!($name), "::from(", stringify!($shown), "), ",
            stringify!($name), "::", stringify!($first), ");\n",
            "assert_eq!(", stringify!($name), "::", stringify!($first), ".as_str(), ",
            stringify!($shown), ");\n",
            "// A value that the API document does not list is kept.\n",
            "assert_eq!(", stringify!($name), "::from(\"another\").to_string(), \"another\");\n",
            "```",
        )]
        impl $name {
            /// Returns the value as the API writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    Self::$first => $shown,
                    $(Self::$variant => $value,)*
                    Self::Unlisted(value) => value,
                }
            }

            #[inline]
            fn from_listed_value(value: &str) -> Option<Self> {
                match value {
                    $shown => Some(Self::$first),
                    $($value => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                Self::from_listed_value(value).unwrap_or_else(|| Self::Unlisted(value.to_owned()))
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(value: String) -> Self {
                Self::from_listed_value(&value).unwrap_or(Self::Unlisted(value))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            #[inline]
            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Ok(value.into())
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl crate::http::params::QueryValue for $name {
            #[inline]
            fn add_to(&self, name: &'static str, query: &mut Vec<(&'static str, String)>) {
                query.push((name, self.as_str().to_owned()));
            }
        }

        impl serde::Serialize for $name {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl crate::json::lenient::scalar::Scalar for $name {
            const EXPECTED: &'static str = "a string";

            #[inline]
            fn from_scalar(scalar: serde::de::Unexpected<'_>) -> Option<Self> {
                crate::json::lenient::scalar::from_text(scalar, |text| Self::from(text))
            }
        }

        crate::json::lenient::scalar::lenient_scalar!($name);

        impl<'de> serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::json::lenient::scalar::read_scalar(deserializer)
            }
        }
    };
}

pub(crate) use open_enum;
