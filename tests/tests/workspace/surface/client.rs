//! The hand-written methods of the client.

use std::collections::BTreeSet;

use connect_codegen::emit::names::CLIENT_METHODS;
use connect_codegen::io::files;
use syn::{ImplItem, Item, Type};

use super::layout;

/// The generator rejects operations with these names, because a type cannot have two methods of one
/// name.
#[test]
fn generator_lists_every_hand_written_client_method() {
    let folder = layout().root().join("connect-api/src");
    let mut written = BTreeSet::from(["clone".to_owned()]);
    for path in files::list(&folder).expect("the crate's sources") {
        if path.starts_with(folder.join("generated")) {
            continue;
        }

        let file = syn::parse_file(&files::read(&path).expect("a source")).expect("Rust");
        let of_client = file.items.into_iter().filter_map(|item| match item {
            Item::Impl(item) => match &*item.self_ty {
                Type::Path(path) if path.path.is_ident("Client") => Some(item.items),
                _ => None,
            },
            _ => None,
        });

        written.extend(of_client.flatten().filter_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident != "fmt" => {
                Some(function.sig.ident.to_string())
            }
            _ => None,
        }));
    }

    let known: BTreeSet<String> = CLIENT_METHODS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(known, written, "correct `CLIENT_METHODS` of the generator");
}
