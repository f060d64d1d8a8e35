//! What a struct with faults gets instead of its implementations: it is never run, and keeps the messages to
//! the faults themselves.

use proc_macro2::TokenStream;
use quote::quote;

use super::Entity;

impl Entity {
    pub(super) fn stand_in(&self) -> TokenStream {
        let (p, ident) = (&self.lapis, &self.ident);
        let constants = self.constants();
        let has_build = self.fields.iter().any(|field| field.name == "build");
        let builder = (!has_build).then(|| self.builder());
        let key = if self.fields.iter().any(super::Field::is_primary_key) {
            self.key_type()
        } else {
            quote!(i64)
        };
        let never = quote!(::core::unreachable!());
        let decode_error = quote!(::core::result::Result<(), #p::DecodeError>);
        quote! {
            #constants
            #builder

            impl #p::TableSet for #ident {
                fn add_tables(_: &mut #p::MetaData) { #never }
            }

            impl #p::Shape for #ident {
                type Options = #p::Loads<Self>;
            }

            impl #p::Projection for #ident {
                type Row = Self;
                const WIDTH: usize = 0;
                fn decode(_: &#p::Row<'_>, _: usize) -> #p::Result<Self> { #never }
            }

            impl #p::FromRow for #ident {
                fn from_row(_: &#p::Row<'_>) -> #p::Result<Self> { #never }
            }

            impl #p::Entity for #ident {
                type Key = #key;
                const WIDTHS: &'static [usize] = &[];
                fn model() -> &'static #p::Model { #never }
                fn key_columns() -> ::std::vec::Vec<#p::KeyColumn> { #never }
                fn key(&self) -> ::core::option::Option<Self::Key> { #never }
                fn value(&self, _: usize, _: usize) -> ::core::option::Option<#p::Value<'_>> { #never }
                fn set(&mut self, _: usize, _: #p::Cell<'_>) -> #decode_error { #never }
                fn unset(&mut self, _: usize) { #never }
                fn link(&self, _: usize) -> #p::Link { #never }
                fn relink(&mut self, _: usize, _: #p::Relink<'_, '_>) -> #decode_error { #never }
                fn visit_relations<__Visitor: #p::RelationVisitor<Self>>(&mut self, _: &mut __Visitor) { #never }
            }
        }
    }
}
