//! `User::new()…build()`: the builder, which the `bon` crate makes of a function with one parameter a field.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, Lit};

use super::Entity;
use super::column::literal;
use super::field::{Field, FieldKind};
use crate::types::{inner, takes_into};

impl Entity {
    pub(super) fn builder(&self) -> TokenStream {
        let (p, ident, vis) = (&self.lapis, &self.ident, &self.vis);
        let parameters = self.fields.iter().map(|field| self.parameter(field));
        let names = self.fields.iter().map(|field| &field.ident);
        let builder = format_ident!("{}Builder", ident.unraw());
        let maker = format_ident!("__{}Maker", ident.unraw());
        let start = format!("A builder of a [`{}`] that is no row yet.", ident.unraw());
        let finish = format!("The finished [`{}`].", ident.unraw());
        let of = format!("Builds a [`{0}`]; [`{0}::new`] begins one.", ident.unraw());
        // The function has a type of its own to live in: the compiler would propose it in messages otherwise.
        quote! {
            #[doc(hidden)]
            #[allow(dead_code)]
            #vis struct #maker;

            #[#p::bon::bon(crate = #p::bon)]
            #[automatically_derived]
            impl #maker {
                #[doc(hidden)]
                #[allow(dead_code, clippy::too_many_arguments)]
                #[builder(
                    start_fn(name = start),
                    finish_fn(name = build, doc { #[doc = #finish] }),
                    builder_type(name = #builder, doc { #[doc = #of] }),
                )]
                #vis fn make(#(#parameters),*) -> #ident {
                    #ident { #(#names),* }
                }
            }

            #[automatically_derived]
            #[allow(dead_code)]
            impl #ident {
                #[doc = #start]
                #[must_use]
                #[inline]
                #vis fn new() -> #builder {
                    #maker::start()
                }
            }
        }
    }

    fn parameter(&self, field: &Field) -> TokenStream {
        let (p, ident, ty, docs) = (&self.lapis, &field.ident, &field.ty, &field.docs);
        let default = field.column.default.as_ref().map(|default| &default.value);
        let options = match (&field.kind, default) {
            (FieldKind::Property(value), _) => {
                quote!(default = #p::Auto::unset(), with = |value: #value| #p::Auto::from(value))
            }
            (FieldKind::Auto(value), _) => {
                let take = if takes_into(value) {
                    quote!(|value: impl ::core::convert::Into<#value>| #p::Auto::from(value.into()))
                } else {
                    quote!(|value: #value| #p::Auto::from(value))
                };
                quote!(default = #p::Auto::unset(), with = #take)
            }
            (FieldKind::Many(_) | FieldKind::One(_), _) => quote!(into, default),
            (FieldKind::Reference { nullable: false, .. }, None) => quote!(into, default),
            (FieldKind::Skipped, None) => quote!(default),
            (_, Some(default)) => return self.defaulted(field, default),
            _ => {
                let value = inner(ty, "Option").unwrap_or(ty);
                if takes_into(value) { quote!(into) } else { quote!() }
            }
        };
        let options = (!options.is_empty()).then(|| quote!(#[builder(#options)]));
        quote!(#(#docs)* #options #ident: #ty)
    }

    /// A parameter with a client-side default.
    fn defaulted(&self, field: &Field, default: &Expr) -> TokenStream {
        let (p, ident, ty, docs) = (&self.lapis, &field.ident, &field.ty, &field.docs);
        let (value, literal) = match literal(default) {
            Some(Lit::Str(_)) => (quote!(::core::convert::Into::into(#default)), true),
            literal => (quote!(#default), literal.is_some()),
        };
        let Some(ty_within) = inner(ty, "Option") else {
            // With `into`, the default is converted as well.
            let options =
                if takes_into(ty) { quote!(into, default = #default) } else { quote!(default = #value) };
            return quote!(#(#docs)* #[builder(#options)] #ident: #ty);
        };
        let value = if literal {
            quote!(::core::option::Option::Some(#value))
        } else {
            quote!(::core::convert::Into::into(#value))
        };
        let take = if takes_into(ty_within) {
            quote!(|value: impl ::core::convert::Into<#ty_within>| ::core::option::Option::Some(value.into()))
        } else {
            quote!(|value: #ty_within| ::core::option::Option::Some(value))
        };
        // Under its own name, `Option` has the default `None` and no other.
        quote!(#(#docs)* #[builder(default = #value, with = #take)] #ident: #p::Same<#ty>)
    }
}
