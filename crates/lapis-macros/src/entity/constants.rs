//! The constants `User::email`, `Post::author`, `User::posts`, and the traits that say what table it is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path, Type};

use super::Entity;
use super::field::{Field, FieldKind};

impl Entity {
    /// `impl StaticTable`, and one constant a field.
    pub(super) fn constants(&self) -> TokenStream {
        let (p, ident) = (&self.lapis, &self.ident);
        let table = self.attributes.table.as_ref().map_or_else(String::new, |table| table.value.value());
        let schema = self.attributes.schema.as_ref().map(|schema| {
            let schema = &schema.value;
            quote!(const SCHEMA: ::core::option::Option<&'static str> = ::core::option::Option::Some(#schema);)
        });
        let columns = self.fields.iter().filter_map(|field| self.column_constant(field));
        let properties = self.properties().filter_map(|field| self.property_constant(field));
        let references = self
            .references()
            .enumerate()
            .map(|(number, (field, target, _))| self.reference(number, field, target));
        let relations = self.relations().enumerate().map(|(number, (field, target, many))| {
            if many { self.to_many(number, field, target) } else { self.to_one(number, field, target) }
        });
        quote! {
            #[automatically_derived]
            impl #p::StaticTable for #ident {
                #schema
                const TABLE: &'static str = #table;

                fn primary_key() -> ::std::vec::Vec<#p::Name> {
                    <Self as #p::Entity>::key_columns().into_iter().map(|column| column.name).collect()
                }
            }

            #[automatically_derived]
            #[allow(non_upper_case_globals, dead_code)]
            impl #ident {
                #(#columns)*
                #(#properties)*
                #(#references)*
                #(#relations)*
            }
        }
    }

    fn column_constant(&self, field: &Field) -> Option<TokenStream> {
        if !matches!(field.kind, FieldKind::Column | FieldKind::Auto(_)) || field.has_no_constant() {
            return None;
        }
        let (p, ident, vis) = (&self.lapis, &field.ident, &field.vis);
        let (name, ty) = (field.column_name(), field.value_type());
        let docs = self.docs(field, "column", &name);
        Some(quote! {
            #docs
            #vis const #ident: #p::Column<Self, #ty> = #p::Column::new(#name);
        })
    }

    fn property_constant(&self, field: &Field) -> Option<TokenStream> {
        let expression = &field.column.property.as_ref().filter(|_| !field.has_no_constant())?.value;
        let (p, ident, vis, name) = (&self.lapis, &field.ident, &field.vis, &field.name);
        let (ty, docs) = (field.value_type(), self.docs(field, "property", name));
        let node = quote_spanned!(expression.span()=> #p::property_node::<#ty, _>);
        Some(quote! {
            #docs
            #vis const #ident: #p::Property<Self, #ty> = #p::Property::new(#name, || {
                #[allow(unused_imports)]
                use #p::ExprOps as _;
                #node(#expression)
            });
        })
    }

    fn reference(&self, number: usize, field: &Field, target: &Type) -> TokenStream {
        let (p, ident, vis, name, ty) = (&self.lapis, &field.ident, &field.vis, &field.name, &field.ty);
        let value = self.value_type(field);
        let docs = self.docs(field, "reference", name);
        quote! {
            #docs
            #vis const #ident: #p::Reference<Self, #target, #value> = #p::Reference::new(
                #name,
                #number,
                |owner| <#ty as #p::ReferenceField>::reference(&owner.#ident),
                |owner, reference| owner.#ident = <#ty as #p::ReferenceField>::from_reference(reference),
            );
        }
    }

    fn to_many(&self, number: usize, field: &Field, target: &Type) -> TokenStream {
        let (p, ident, vis, name) = (&self.lapis, &field.ident, &field.vis, &field.name);
        let relation = &field.relation;
        let slot = quote!(|owner| &mut owner.#ident);
        let make = match (&relation.inverse, &relation.through) {
            (Some(inverse), None) => {
                let inverse = self.inverse("inverse_reference", target, &inverse.value);
                quote!(#p::ToMany::inverse(#name, #number, #slot, #inverse))
            }
            (Some(inverse), Some(_)) => {
                let inverse = self.inverse("inverse_many", target, &inverse.value);
                let through = self.through(field);
                quote!(#p::ToMany::other_side(#name, #number, #slot, #through, #inverse))
            }
            (None, _) => {
                let through = self.through(field);
                quote!(#p::ToMany::association(#name, #number, #slot, #through))
            }
        };
        let docs = self.docs(field, "relation", name);
        let at = self.lapis_at(target.span());
        let ty = quote_spanned!(target.span()=> #at::ToMany<Self, #target>);
        quote! {
            #docs
            #vis const #ident: #ty = #make;
        }
    }

    fn to_one(&self, number: usize, field: &Field, target: &Type) -> TokenStream {
        let (p, ident, vis, name) = (&self.lapis, &field.ident, &field.vis, &field.name);
        let inverse = field.relation.inverse.as_ref();
        let inverse = inverse.map(|inverse| self.inverse("inverse_reference", target, &inverse.value));
        let docs = self.docs(field, "relation", name);
        let at = self.lapis_at(target.span());
        let ty = quote_spanned!(target.span()=> #at::ToOne<Self, #target>);
        quote! {
            #docs
            #vis const #ident: #ty =
                #p::ToOne::inverse(#name, #number, |owner| &mut owner.#ident, #inverse);
        }
    }

    /// The function that gives the other side, by one of Lapis's that says what it has to be.
    fn inverse(&self, through: &str, target: &Type, inverse: &Path) -> TokenStream {
        let (at, function) = (self.lapis_at(inverse.span()), Ident::new(through, inverse.span()));
        quote_spanned!(inverse.span()=> || #at::#function::<Self, #target, _>(#inverse))
    }

    /// The association table as this side declares it.
    fn through(&self, field: &Field) -> TokenStream {
        let (p, name, relation) = (&self.lapis, &field.name, &field.relation);
        let text = |text: Option<String>| match text {
            Some(text) => quote!(::core::option::Option::Some(#text)),
            None => quote!(::core::option::Option::None),
        };
        let full = relation.through.as_ref().map(|through| through.value.value()).unwrap_or_default();
        let (schema, table) = match full.split_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (self.attributes.schema.as_ref().map(|schema| schema.value.value()), full),
        };
        let schema = text(schema);
        let from = text(relation.from.as_ref().map(|from| from.value.value()));
        let to = text(relation.to.as_ref().map(|to| to.value.value()));
        quote_spanned! { field.ident.span()=>
            #p::Through {
                schema: #schema,
                table: #table,
                forward: #name,
                from: #from,
                to: #to,
                reversed: false,
            }
        }
    }

    /// The field's own documentation, or a line that says what it is.
    fn docs(&self, field: &Field, what: &str, name: &str) -> TokenStream {
        if field.docs.is_empty() {
            let line = format!(" The {what} `{name}`.");
            quote!(#[doc = #line])
        } else {
            let docs = &field.docs;
            quote!(#(#docs)*)
        }
    }
}
