//! Values for arguments, setters and fields: the document's where it shows one, else made up of
//! names.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use serde_json::Value;
use syn::visit_mut::VisitMut;
use syn::{Ident, Type};

use super::Examples;
use crate::emit::engine::argument;
use crate::emit::{models, names};
use crate::lower::Lowered;

/// The longest text of the document that is shown, in characters.
const LONGEST: usize = 50;

/// The crates whose types the crate gives on.
const GIVEN_ON: [&str; 2] = ["chrono", "serde_json"];

impl Examples<'_> {
    /// A value that a setter or a constructor takes for a type, the document's if it has one; none
    /// if there is none that can be written plainly.
    pub fn value(
        &self,
        ty: &Type,
        said: Option<&Value>,
        name: &str,
        depth: usize,
    ) -> Option<TokenStream> {
        if let Some(inner) = argument(ty, "Option").or_else(|| argument(ty, "Box")) {
            return self.value(&inner, said, name, depth);
        }

        if let Some(inner) = argument(ty, "Vec") {
            let said = said.and_then(|said| said.get(0));
            let one = name.strip_suffix('s').unwrap_or(name);
            let item = self.value(&inner, said, one, depth)?;
            return Some(quote! { [#item] });
        }

        if models::is(ty, "String") {
            let said = said.and_then(Value::as_str);
            let said = said.filter(|said| said.chars().count() <= LONGEST);
            let text = said.map_or_else(|| spoken(name), str::to_owned);
            return Some(Literal::string(&text).to_token_stream());
        }

        if models::is(ty, "bool") {
            let said = said.and_then(Value::as_bool).unwrap_or(true);
            return Some(quote! { #said });
        }

        if models::is(ty, "i64") {
            let number = Literal::i64_unsuffixed(said.and_then(Value::as_i64).unwrap_or(20));
            return Some(quote! { #number });
        }

        let Type::Path(path) = ty else { return None };
        let model = path.path.segments.last()?.ident.to_string();
        if let Some(of) = self.lowered.enums.iter().find(|of| of.name == model) {
            let said = said.and_then(Value::as_str);
            let at = of.values.iter().position(|value| Some(value.as_str()) == said);
            let variant = names::variants(&of.values).into_iter().nth(at.unwrap_or(0))?;
            let model = names::ident(&model);
            return Some(quote! { connect_api::models::#model::#variant });
        }

        self.model(&model, said, depth + 1)
    }

    /// A model, built of what it requires and what the document shows.
    pub fn model(&self, name: &str, said: Option<&Value>, depth: usize) -> Option<TokenStream> {
        // A model can hold itself.
        if depth > 3 || !self.lowered.built.iter().any(|built| built == name) {
            return None;
        }

        let mut required = Vec::new();
        for (field, ty, _) in self.fields(name) {
            if argument(&ty, "Option").is_none() {
                required.push(self.value(&ty, shown(said, &field), &field.to_string(), depth)?);
            }
        }

        let setters = self.setters(name, said);
        let name = names::ident(name);

        Some(quote! { connect_api::models::#name::new(#(#required),*) #(#setters)* })
    }

    /// What sets the optional fields that the document shows.
    pub fn setters(&self, model: &str, said: Option<&Value>) -> Vec<TokenStream> {
        let mut setters = Vec::new();
        for (field, ty, _) in self.fields(model) {
            if argument(&ty, "Option").is_some()
                && let Some(said) = shown(said, &field)
                && let Some(value) = self.value(&ty, Some(said), &field.to_string(), 1)
            {
                setters.push(quote! { .#field(#value) });
            }
        }

        setters
    }

    pub fn fields(&self, model: &str) -> Vec<(Ident, Type, Option<String>)> {
        let found = self.engine.models.iter().find(|item| item.ident == model);
        found.map(models::fields).unwrap_or_default()
    }
}

/// What the document shows for a field.
pub fn shown<'a>(said: Option<&'a Value>, field: &Ident) -> Option<&'a Value> {
    let members = said?.as_object()?;
    members.iter().find(|(property, _)| names::field(property) == *field).map(|(_, value)| value)
}

/// A value in words, from its name: `cluster_id` is "a cluster's id".
fn spoken(name: &str) -> String {
    let words = name.trim_end_matches('_').replace('_', " ");
    let words = match (words.strip_suffix(" id"), words.strip_suffix(" uuid")) {
        (Some(of), _) => format!("{of}'s id"),
        (_, Some(of)) => format!("{of}'s UUID"),
        _ => words,
    };

    let article = if words.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// A field's type as a program spells it.
pub fn outside(mut ty: Type, lowered: &Lowered) -> Type {
    struct Qualify<'a>(&'a Lowered);

    impl VisitMut for Qualify<'_> {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            syn::visit_mut::visit_path_mut(self, path);
            let own = path.segments.last().map(|last| last.ident.clone());

            if let Some(own) = own.filter(|own| self.0.filed.iter().any(|(name, _)| own == name)) {
                *path = syn::parse_quote!(connect_api::models::#own);
            } else if path
                .segments
                .first()
                .is_some_and(|first| GIVEN_ON.iter().any(|of| first.ident == of))
            {
                path.segments.insert(0, format_ident!("connect_api").into());
            }
        }
    }

    Qualify(lowered).visit_type_mut(&mut ty);
    ty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spoken() {
        assert_eq!(spoken("cluster_id"), "a cluster's id");
        assert_eq!(spoken("action_id"), "an action's id");
        assert_eq!(spoken("job_instance_uuid"), "a job instance's UUID");
        assert_eq!(spoken("user_id"), "a user's id");
        assert_eq!(spoken("pin_code"), "a pin code");
        assert_eq!(spoken("type_"), "a type");
    }
}
