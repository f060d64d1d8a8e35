//! `#[hybrid]`: methods of an entity that are SQL expressions as well.

mod format;
mod pattern;
mod translate;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Path, ReceiverKind, Result,
    ReturnType, Type,
};

use crate::attribute::{At, Faults};
use crate::lapis_path::lapis_path;
use translate::Translation;

/// The impl block as it stands, and beside it one with the SQL side of each of its methods.
pub fn expand(arguments: TokenStream, block: &ItemImpl) -> TokenStream {
    let mut faults = Faults::default();
    let lapis = lapis_path(faults.check(krate(arguments)).flatten().as_ref());
    if let Some((path, _)) = &block.trait_ {
        faults.say(path.span(), "`#[hybrid]` stands on the methods of the entity itself, not of a trait");
    }
    if !block.generics.params.is_empty() {
        faults.say(block.generics.span(), "an entity has no generic parameters, nor have its hybrids");
    }
    let mut plain = block.clone();
    let mut functions = Vec::new();
    for item in &mut plain.items {
        let ImplItem::Fn(method) = item else { continue };
        let side = SqlSide::take(&mut method.attrs, &mut faults);
        if let Some(function) = faults.check(sql_function(method, &side, &lapis)).flatten() {
            functions.push(function);
        }
    }
    let entity = &block.self_ty;
    let messages = faults.finish().err().map(|error| error.into_compile_error());
    quote! {
        #plain
        #messages

        #[automatically_derived]
        impl #entity {
            #(#functions)*
        }
    }
}

/// `#[hybrid(crate = path)]`
fn krate(arguments: TokenStream) -> Result<Option<At<Path>>> {
    let mut krate = None;
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("crate") {
            return crate::attribute::once(&mut krate, &meta, meta.value()?.parse()?);
        }
        Err(crate::attribute::unknown(&meta, "#[hybrid]", &["crate"]))
    });
    syn::parse::Parser::parse2(parser, arguments)?;
    Ok(krate)
}

/// How a method's SQL is found.
enum SqlSide {
    /// From its body.
    Translated,
    /// It is written beside it: `#[sql(expression)]`.
    Written(Expr),
    /// It has none: `#[sql(skip)]`.
    Skipped,
}

impl SqlSide {
    /// Takes the attribute `#[sql(..)]` off a method.
    fn take(attributes: &mut Vec<Attribute>, faults: &mut Faults) -> Self {
        let mut side = SqlSide::Translated;
        attributes.retain(|attribute| {
            if !attribute.path().is_ident("sql") {
                return true;
            }
            match faults.check(attribute.parse_args::<Expr>()) {
                Some(Expr::Path(path)) if path.path.is_ident("skip") => side = SqlSide::Skipped,
                Some(expression) => side = SqlSide::Written(expression),
                None => side = SqlSide::Skipped,
            }
            false
        });
        side
    }
}

/// The function of a method's SQL; none for what is no method of `&self`.
fn sql_function(method: &ImplItemFn, side: &SqlSide, p: &TokenStream) -> Result<Option<TokenStream>> {
    let receiver = method.sig.receiver().map(|receiver| &receiver.kind);
    let by_reference = matches!(receiver, Some(ReceiverKind::Reference(_, _, None)));
    if !by_reference || matches!(side, SqlSide::Skipped) {
        return match side {
            SqlSide::Written(expression) => {
                Err(Error::new_spanned(expression, "an SQL side is for methods of `&self`"))
            }
            _ => Ok(None),
        };
    }
    check_signature(method)?;
    let mut parameters = Vec::new();
    for input in &method.sig.inputs {
        let FnArg::Typed(parameter) = input else { continue };
        match &*parameter.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                parameters.push((name.ident.clone(), parameter.ty.clone()));
            }
            other => return Err(Error::new_spanned(other, "a hybrid's parameters are plain names")),
        }
    }
    let returned = match &method.sig.output {
        ReturnType::Type(_, ty) => owned(ty),
        ReturnType::Default => {
            let message = "a hybrid returns what its SQL is read as: `-> bool`";
            return Err(Error::new(method.sig.ident.span(), message));
        }
    };
    let body = match side {
        SqlSide::Written(expression) => quote!(#expression),
        _ => Translation::new(p, parameters.iter().map(|(name, _)| name)).block(&method.block)?,
    };
    let (vis, ident, lifetimes) = (&method.vis, &method.sig.ident, &method.sig.generics);
    let name = format_ident!("{}_sql", ident.unraw(), span = ident.span());
    let line = format!("[`{0}`](Self::{0}) as an SQL expression.", ident.unraw());
    let (names, types): (Vec<_>, Vec<_>) = parameters.into_iter().unzip();
    let conditions = method.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    Ok(Some(quote! {
        #(#conditions)*
        #[doc = #line]
        #[must_use]
        #[allow(dead_code, unused_braces, unused_parens, unused_variables, clippy::needless_pass_by_value)]
        #vis fn #name #lifetimes(#(#names: #types),*) -> #p::Expr<#returned> {
            #p::hybrid::finish::<#returned, _>(#body)
        }
    }))
}

fn check_signature(method: &ImplItemFn) -> Result<()> {
    let signature = &method.sig;
    let fault = |span: Span, what: &str| {
        Err(Error::new(
            span,
            format!("{what}: move it to an impl block without `#[hybrid]`, or say `#[sql(skip)]`"),
        ))
    };
    if let Some(token) = &signature.asyncness {
        return fault(token.span(), "an async method is no expression");
    }
    if let Some(generic) = signature.generics.type_params().next() {
        return fault(generic.span(), "a hybrid has no type parameters");
    }
    if let Some(generic) = signature.generics.const_params().next() {
        return fault(generic.span(), "a hybrid has no constant parameters");
    }
    Ok(())
}

/// The type that a value of a borrowed one is read as: `String` for `&str`.
fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Paren(paren) => owned(&paren.elem),
        Type::Group(group) => owned(&group.elem),
        Type::Path(path) if path.path.is_ident("str") => syn::parse_quote!(::std::string::String),
        other => match crate::types::inner(other, "Option") {
            Some(inner) => {
                let inner = owned(inner);
                syn::parse_quote!(::core::option::Option<#inner>)
            }
            None => other.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn sql(block: ItemImpl) -> String {
        expand(TokenStream::new(), &block).to_string()
    }

    fn faults(block: &ItemImpl) -> Vec<String> {
        let text = expand(TokenStream::new(), block).to_string();
        let messages = text.split("compile_error ! {").skip(1).map(|rest| {
            let message = rest.split('"').nth(1).unwrap_or_default();
            message.to_owned()
        });
        messages.collect()
    }

    #[test]
    fn a_method_keeps_its_rust_side_and_gets_an_sql_one() {
        let made = sql(parse_quote! { impl User { pub fn is_adult(&self) -> bool { self.age >= 18 } } });
        assert!(made.contains("pub fn is_adult (& self) -> bool { self . age >= 18 }"), "{made}");
        assert!(made.contains("pub fn is_adult_sql ()"), "{made}");
        assert!(made.contains(":: hybrid :: ge (Self :: age , 18)"), "{made}");
    }

    #[test]
    fn what_is_no_method_of_a_shared_self_has_no_sql() {
        let made = sql(parse_quote! {
            impl User {
                fn new(name: &str) -> Self { Self::named(name) }
                fn rename(&mut self) { self.name.clear(); }
                #[sql(skip)] fn shout(&self) -> String { loop {} }
            }
        });
        assert!(!made.contains("_sql"), "{made}");
    }

    #[test]
    fn a_written_side_stands_in_place_of_a_translated_one() {
        let made = sql(parse_quote! {
            impl User { #[sql(func::length(User::name))] fn letters(&self) -> i64 { loop {} } }
        });
        assert!(made.contains("(func :: length (User :: name))"), "{made}");
    }

    #[test]
    fn a_borrowed_result_is_read_as_an_owned_one() {
        let made =
            sql(parse_quote! { impl User { fn label(&self) -> Option<&str> { self.nick.as_deref() } } });
        assert!(
            made.contains("Expr < :: core :: option :: Option < :: std :: string :: String > >"),
            "{made}"
        );
    }

    #[test]
    fn what_sql_has_nothing_for_is_a_fault_that_names_the_way_out() {
        let way_out = "say its SQL with `#[sql(..)]` on the method, or `#[sql(skip)]`";
        for (block, what) in [
            (
                parse_quote! { impl User { fn f(&self) -> bool { for _ in 0..self.n {} true } } },
                "a loop is nothing that SQL can say",
            ),
            (
                parse_quote! { impl User { fn f(&self) -> bool { self.name.contains("x") } } },
                "`contains` is no method that SQL is known for",
            ),
            (
                parse_quote! { impl User { fn f(&self) -> bool { helper(self) } } },
                "a call with `self` is nothing that SQL can say",
            ),
        ] {
            let found = faults(&block);
            assert_eq!(found, [format!("{what}; {way_out}")]);
        }
    }
}
