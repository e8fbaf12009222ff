//! Examples: for each operation a program that calls it, in the documentation of its method.
//!
//! What the document has as the example of a body is what the program sends; values of parameters
//! are from the policy. All else is made up of names: `cluster_id` is `"a cluster's id"`.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};
use serde_json::Value;
use syn::{Ident, Type};

use super::engine::{Engine, Function, argument};
use super::requests::owned;
use super::{models, names};
use crate::lower::{Lowered, Operation};

/// The widest line of a program.
const WIDTH: usize = 88;

/// The longest text of the document that is shown, in characters.
const LONGEST: usize = 50;

/// How many options a program sets.
const OPTIONS: usize = 2;

/// The program that calls an operation, as documentation.
pub fn of(
    operation: &Operation,
    function: &Function,
    engine: &Engine,
    lowered: &Lowered,
) -> TokenStream {
    let example = Example { engine, lowered };
    let mut given = quote! {};
    let mut statements = Vec::new();
    let (mut arguments, mut options) = (Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let name = names::ident(&parameter.name);
        let input = function.inputs.iter().find(|(input, _)| *input == name);
        let Some(ty) = input.map(|(_, ty)| owned(argument(ty, "Option").as_ref().unwrap_or(ty)))
        else {
            continue;
        };
        let said = parameter.example.clone().map(Value::String);
        let value = example.value(&ty, said.as_ref(), &parameter.name, 0);
        match value {
            Some(value) if parameter.required => arguments.push(value),
            // Of pages, items and pages show more.
            Some(_) if parameter.name == lowered.paging.parameter => {}
            Some(value) => options.push(quote! { .#name(#value) }),
            None if parameter.required => {
                given.extend(quote! { #name: #ty, });
                arguments.push(quote! { #name });
            }
            None => {}
        }
    }
    options.truncate(OPTIONS);
    if let Some(body) = &operation.body {
        let values = body.example.as_ref();
        if !body.required {
            options.extend(example.setters(&body.model, values));
        } else if let Some(model) = example.model(&body.model, values, 0) {
            statements.push(quote! { let body = #model; });
            arguments.push(quote! { body });
        } else {
            let model = names::ident(&body.model);
            given.extend(quote! { body: connect_api::models::#model });
            arguments.push(quote! { body });
        }
    }
    let name = names::ident(&operation.id);
    let call = quote! { client.#name(#(#arguments),*) };
    let answer = match &function.output {
        Type::Tuple(unit) if unit.elems.is_empty() => quote! {},
        _ => quote! { let answer = },
    };
    let whole = quote! { #answer #call #(#options)*.send().await?; };
    if options.is_empty() || fits(&whole) {
        statements.push(whole);
    } else {
        statements.push(quote! { let request = #call; });
        statements.push(quote! { #answer request #(#options)*.send().await?; });
    }
    program(&given, &statements)
}

/// The statements as a program in documentation, whose frame does not show.
fn program(given: &TokenStream, statements: &[TokenStream]) -> TokenStream {
    let mut lines = vec!["```no_run".to_owned()];
    let given = spelled(
        &quote! { async fn example(client: connect_api::Client, #given) -> Result<(), connect_api::Error> {} },
    );
    let frame = given.split_whitespace().collect::<Vec<_>>().join(" ");
    let frame = frame.trim_end_matches('}').replace("( ", "(").replace(", )", ")");
    lines.push(format!("# {frame}"));
    for statement in statements {
        let printed = spelled(&quote! { fn example() { #statement } });
        let inner = printed.lines().skip(1).take_while(|line| *line != "}");
        lines.extend(inner.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()));
    }
    lines.extend(["# Ok(())", "# }", "```"].map(str::to_owned));
    let lines = lines.iter().map(|line| format!(" {line}"));
    quote! { #(#[doc = #lines])* }
}

/// Code as it is printed. What is no code, which no document can have us make, is nothing.
fn spelled(tokens: &TokenStream) -> String {
    syn::parse2(tokens.clone()).map(|file| prettyplease::unparse(&file)).unwrap_or_default()
}

/// Whether a statement is a line.
fn fits(statement: &TokenStream) -> bool {
    let printed = spelled(&quote! { fn example() { #statement } });
    printed.lines().count() == 3 && printed.lines().all(|line| line.len() <= WIDTH)
}

/// Values for arguments, setters and fields.
struct Example<'a> {
    engine: &'a Engine,
    lowered: &'a Lowered,
}

impl Example<'_> {
    /// A value that a setter or a constructor takes for a type, the document's if it has one; none
    /// if there is none that can be written plainly.
    fn value(
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
    fn model(&self, name: &str, said: Option<&Value>, depth: usize) -> Option<TokenStream> {
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
    fn setters(&self, model: &str, said: Option<&Value>) -> Vec<TokenStream> {
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

    fn fields(&self, model: &str) -> Vec<(Ident, Type, Option<String>)> {
        let found = self.engine.models.iter().find(|item| item.ident == model);
        found.map(models::fields).unwrap_or_default()
    }
}

/// What the document shows for a field.
fn shown<'a>(said: Option<&'a Value>, field: &Ident) -> Option<&'a Value> {
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

    #[test]
    fn no_text_of_the_document_leaves_its_line() {
        for text in ["```", "a\nb", "\u{202E}", "\"); }", "# hidden"] {
            let text = Literal::string(text);
            let docs = program(&quote! {}, &[quote! { client.note(#text); }]);
            let item: syn::ItemStruct = syn::parse_quote! { #docs struct A; };
            let printed = spelled(&item.to_token_stream());
            let lines: Vec<&str> = printed.lines().collect();
            assert_eq!(lines.len(), 7, "{printed}");
            assert_eq!(lines[2], format!("/// client.note({text});"));
            assert!(!lines[2].contains('\u{202E}'), "{printed}");
        }
    }
}
