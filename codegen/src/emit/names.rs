//! Names in Rust: identifiers for the names of the document, and reserved names.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::Span;
use syn::Ident;
use typify::accept_as_ident;

/// The variant for a value that the document does not list.
pub const CATCH_ALL: &str = "Unlisted";

/// The types and traits of the prelude. A model with such a name would shadow it in the generated
/// code.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// The types that the files of requests import.
const REQUESTS_IMPORT: &[&str] =
    &["CallOptions", "Client", "Data", "Error", "Operation", "RequestBuilder"];

/// The methods of the client that are not generated, and those that the generated code calls.
pub const CLIENT_METHODS: &[&str] = &[
    "abort_print_job",
    "builder",
    "clone",
    "duplicate_print_job",
    "endpoint",
    "execute",
    "force_print_job",
    "get_webcam_snapshot",
    "import_material",
    "move_print_job",
    "new",
    "options",
    "rate_limiter",
    "pause_print_job",
    "remove_print_job",
    "rename_printer",
    "request",
    "resume_print_job",
    "send",
    "tokens",
    "update_printer_firmware",
    "upload",
    "upload_material",
    "wait_for_action",
    "watch_cluster",
];

/// Whether a model of this name would shadow a type that the generated code uses.
pub fn is_reserved_in_models(name: &str) -> bool {
    PRELUDE.contains(&name)
}

/// Whether a request of this name would shadow a type that the generated code uses.
pub fn is_reserved_in_requests(name: &str) -> bool {
    PRELUDE.contains(&name) || REQUESTS_IMPORT.contains(&name)
}

/// Whether the client already has a method of this name.
pub fn is_client_method(name: &str) -> bool {
    CLIENT_METHODS.contains(&name)
}

/// The maximum length of a variant's name, in characters. A longer name is truncated.
const MAX_VARIANT: usize = 100;

/// An identifier. A keyword gets an underscore, as in progenitor. Characters that no
/// identifier can contain are replaced; earlier stages reject a name with such characters.
pub fn ident(name: &str) -> Ident {
    let with_underscore = format!("{name}_");
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let plain: String = std::iter::once('_').chain(plain).collect();

    let is_usable = |name: &&str| accept_as_ident(name) && syn::parse_str::<Ident>(name).is_ok();
    let name = [name, &with_underscore].into_iter().find(is_usable).unwrap_or(&plain);
    Ident::new(name, Span::call_site())
}

/// The field of a property, as progenitor's type graph names it.
pub fn field(property: &str) -> Ident {
    let spelled = match property {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        property => {
            property.replace('\'', "").replace(|c| !is_part_of_name(c), "-").to_snake_case()
        }
    };

    match spelled.chars().next() {
        None => ident("x"),
        Some(first) if is_start_of_name(first) => ident(&spelled),
        Some(_) => ident(&format!("x{spelled}")),
    }
}

fn is_start_of_name(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii() && syn::parse_str::<Ident>(&c.to_string()).is_ok()
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c == '_'
        || !c.is_ascii() && syn::parse_str::<Ident>(&format!("a{c}")).is_ok()
}

/// The name of the request type of an operation.
pub fn request(operation: &str) -> Ident {
    ident(&operation.to_upper_camel_case())
}

/// One variant for each value. A variant whose name is already used gets a number.
pub fn variants(values: &[String]) -> Vec<Ident> {
    let mut used: Vec<String> = vec![CATCH_ALL.to_owned()];
    let mut variants = Vec::new();
    for value in values {
        let name = variant(value);
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let unused = std::iter::once(name.clone())
            .chain(numbered)
            .find(|name| !used.contains(name))
            .expect("the numbers are unlimited");

        variants.push(ident(&unused));
        used.push(unused);
    }

    variants
}

fn variant(value: &str) -> String {
    let spelled: String = value
        .chars()
        .map(|c| match c {
            '+' => " plus ".to_owned(),
            c if c.is_ascii_alphanumeric() => c.to_string(),
            _ => " ".to_owned(),
        })
        .collect();

    let name: String = spelled.to_upper_camel_case().chars().take(MAX_VARIANT).collect();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("Value{name}"),
        Some(_) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(values: &[&str]) -> Vec<String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        variants(&values).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ident_accepts_any_text() {
        let named = |name: &str| ident(name).to_string();
        assert_eq!(
            ["a", "type", "odd text", "3d", ""].map(named),
            ["a", "type_", "_odd_text", "_3d", "_"]
        );
        assert_eq!(field("friendlyName").to_string(), "friendly_name");
    }

    #[test]
    fn field_follows_the_type_graph_of_progenitor() {
        let named = |property: &str| field(property).to_string();
        assert_eq!(
            ["+1", "it's", "3d", "gen", "é", "$"].map(named),
            ["plus1", "its", "x3d", "gen_", "é", "x"]
        );
    }

    #[test]
    fn variants_have_distinct_names() {
        assert_eq!(
            names(&[
                "pre_print",
                "Ultimaker 2+ Connect",
                "text/plain",
                "unknown",
                "Self",
                "3d",
                "",
                "é",
                "a-b",
                "a_b",
                "unlisted"
            ]),
            [
                "PrePrint",
                "Ultimaker2PlusConnect",
                "TextPlain",
                "Unknown",
                "Self_",
                "Value3d",
                "Empty",
                "Empty2",
                "AB",
                "AB2",
                "Unlisted2"
            ],
        );
    }
}
