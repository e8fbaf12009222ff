//! Example values for arguments, setters and fields: the document's value where it has one, else
//! a value derived from the name.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};
use serde_json::Value;
use syn::Ident;

use super::Examples;
use crate::emit::names;
use crate::emit::types::{Scope, component};
use crate::lower::types::RustType;

/// The longest text of the document that an example shows, in characters.
const MAX_TEXT: usize = 50;

/// The deepest nesting of constructed models. A model can contain itself.
const MAX_DEPTH: usize = 3;

/// The value of integers that the document has no example of.
const DEFAULT_INTEGER: i64 = 20;

impl Examples<'_> {
    /// A value that a setter or a constructor accepts for a type, `None` if no literal or
    /// constructor can express one. `documented` is the document's example.
    pub fn value(
        &self,
        ty: &RustType,
        documented: Option<&Value>,
        name: &str,
        depth: usize,
    ) -> Option<TokenStream> {
        match ty {
            RustType::Option(inner) | RustType::Boxed(inner) => {
                self.value(inner, documented, name, depth)
            }
            RustType::List(items) => {
                let first = documented.and_then(|documented| documented.get(0));
                let singular = name.strip_suffix('s').unwrap_or(name);
                let item = self.value(items, first, singular, depth)?;
                Some(quote! { [#item] })
            }
            RustType::String => {
                let text = documented.and_then(Value::as_str);
                let text = text.filter(|text| text.chars().count() <= MAX_TEXT);
                let text = text.map_or_else(|| describe(name), str::to_owned);
                Some(Literal::string(&text).to_token_stream())
            }
            RustType::Bool => {
                let value = documented.and_then(Value::as_bool).unwrap_or(true);
                Some(quote! { #value })
            }
            RustType::Integer => {
                let value = documented.and_then(Value::as_i64).unwrap_or(DEFAULT_INTEGER);
                let number = Literal::i64_unsuffixed(value);
                Some(quote! { #number })
            }
            RustType::Component(name) => self.component(name, documented, depth + 1),
            RustType::Float
            | RustType::DateTime
            | RustType::JsonValue
            | RustType::JsonObject
            | RustType::Map(_) => None,
        }
    }

    fn component(
        &self,
        name: &str,
        documented: Option<&Value>,
        depth: usize,
    ) -> Option<TokenStream> {
        let enums = &self.lowered.enums;
        let Some(open_enum) = enums.iter().find(|open_enum| open_enum.name == name) else {
            return self.model(name, documented, depth);
        };

        let documented = documented.and_then(Value::as_str);
        let index = open_enum.values.iter().position(|value| Some(value.as_str()) == documented);
        let variant = names::variants(&open_enum.values).into_iter().nth(index.unwrap_or(0))?;
        let path = component(name, Scope::Program);
        Some(quote! { #path::#variant })
    }

    /// The construction of a model: its required fields, and those that the document has.
    pub fn model(
        &self,
        name: &str,
        documented: Option<&Value>,
        depth: usize,
    ) -> Option<TokenStream> {
        if depth > MAX_DEPTH || !self.lowered.request_models.iter().any(|model| model == name) {
            return None;
        }

        let mut required = Vec::new();
        for field in self.models.fields(name).iter().filter(|field| !field.ty.is_option()) {
            let member = member(documented, &field.name);
            required.push(self.value(&field.ty, member, &field.name.to_string(), depth)?);
        }

        let setters = self.setters(name, documented);
        let path = component(name, Scope::Program);
        Some(quote! { #path::new(#(#required),*) #(#setters)* })
    }

    /// The setters of the optional fields that the document has.
    pub fn setters(&self, model: &str, documented: Option<&Value>) -> Vec<TokenStream> {
        let mut setters = Vec::new();
        for field in self.models.fields(model).iter().filter(|field| field.ty.is_option()) {
            let name = &field.name;
            if let Some(member) = member(documented, name)
                && let Some(value) = self.value(&field.ty, Some(member), &name.to_string(), 1)
            {
                setters.push(quote! { .#name(#value) });
            }
        }

        setters
    }
}

/// The member of a documented example that becomes a field.
pub fn member<'a>(documented: Option<&'a Value>, field: &Ident) -> Option<&'a Value> {
    let members = documented?.as_object()?;
    members.iter().find(|(property, _)| names::field(property) == *field).map(|(_, value)| value)
}

/// A text that describes a value by its name: `cluster_id` becomes "a cluster's id".
fn describe(name: &str) -> String {
    let words = name.trim_end_matches('_').replace('_', " ");
    let words = match (words.strip_suffix(" id"), words.strip_suffix(" uuid")) {
        (Some(owner), _) => format!("{owner}'s id"),
        (_, Some(owner)) => format!("{owner}'s UUID"),
        _ => words,
    };

    let article = if words.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describe_turns_names_into_words() {
        assert_eq!(describe("cluster_id"), "a cluster's id");
        assert_eq!(describe("action_id"), "an action's id");
        assert_eq!(describe("job_instance_uuid"), "a job instance's UUID");
        assert_eq!(describe("user_id"), "a user's id");
        assert_eq!(describe("pin_code"), "a pin code");
        assert_eq!(describe("type_"), "a type");
    }
}
