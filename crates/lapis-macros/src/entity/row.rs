//! Rows: `impl Entity`, `Projection` and `FromRow`, which read and write one field at a time.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::Entity;
use super::field::{Field, FieldKind};

impl Entity {
    /// `impl Entity`, and what the engine needs to read it.
    pub(super) fn row(&self) -> TokenStream {
        let (p, ident) = (&self.lapis, &self.ident);
        let key_type = self.key_type();
        let widths = self.read().map(|field| match &field.kind {
            FieldKind::Reference { .. } => {
                let ty = &field.ty;
                quote!(<#ty as #p::ReferenceField>::COLUMNS)
            }
            _ => quote!(1),
        });
        let schema = self.model_functions();
        let key = self.key();
        let fields = self.field_functions();
        let relations = self.relation_functions();
        let projection = self.projection();
        quote! {
            #[automatically_derived]
            impl #p::Entity for #ident {
                type Key = #key_type;
                const WIDTHS: &'static [usize] = &[#(#widths),*];
                #schema
                #key
                #fields
                #relations
            }

            #projection
        }
    }

    pub(super) fn key_type(&self) -> TokenStream {
        let keys: Vec<_> = self.keys().map(|field| self.value_type(field)).collect();
        match keys.as_slice() {
            [key] => quote!(#key),
            keys => quote!((#(#keys),*)),
        }
    }

    fn keys(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_primary_key())
    }

    fn key(&self) -> TokenStream {
        let parts: Vec<_> = self.keys().map(|field| self.key_part(field)).collect();
        let key = match parts.as_slice() {
            [part] => quote!(#part),
            parts => quote!(::core::option::Option::Some((#(#parts?),*))),
        };
        quote! {
            fn key(&self) -> ::core::option::Option<Self::Key> {
                #key
            }
        }
    }

    fn key_part(&self, field: &Field) -> TokenStream {
        let ident = &field.ident;
        match &field.kind {
            FieldKind::Auto(_) => quote!(self.#ident.get().cloned()),
            FieldKind::Reference { .. } => quote!(self.#ident.key().cloned()),
            _ => quote!(::core::option::Option::Some(::core::clone::Clone::clone(&self.#ident))),
        }
    }

    fn decode(&self) -> TokenStream {
        let p = &self.lapis;
        let first_reference =
            self.read().position(|field| matches!(field.kind, FieldKind::Reference { .. }));
        let fields = self.fields.iter().map(|field| {
            let (ident, ty) = (&field.ident, &field.ty);
            let Some(number) = self.read().position(|read| read.ident == field.ident) else {
                return quote!(#ident: ::core::default::Default::default(),);
            };
            let after_reference = first_reference.is_some_and(|first| first < number);
            // Up to the first reference, which may span several columns, a field's number is its offset.
            let at = if after_reference {
                quote!(first + const { #p::offset(<Self as #p::Entity>::WIDTHS, #number) })
            } else {
                quote!(first + #number)
            };
            match &field.kind {
                FieldKind::Reference { .. } => {
                    quote!(#ident: #p::read_reference::<#ty>(row, #at)?,)
                }
                FieldKind::Property(value) => quote_spanned! { field.type_span()=>
                    #ident: #p::read_property::<#value>(row, #at)?,
                },
                FieldKind::Auto(value) => quote_spanned! { field.type_span()=>
                    #ident: #p::Auto::from(<#value as #p::FieldType>::from_column(row, #at)?),
                },
                _ => quote_spanned!(field.type_span()=> #ident: <#ty as #p::FieldType>::from_column(row, #at)?,),
            }
        });
        quote! {
            #[inline]
            fn decode(row: &#p::Row<'_>, first: usize) -> #p::Result<Self> {
                ::core::result::Result::Ok(Self { #(#fields)* })
            }
        }
    }

    /// `value`, `set` and `unset`, by field number.
    fn field_functions(&self) -> TokenStream {
        let p = &self.lapis;
        let values = self.read().enumerate().map(|(number, field)| {
            let (ident, ty) = (&field.ident, &field.ty);
            let value = match &field.kind {
                FieldKind::Auto(value) | FieldKind::Property(value) => quote_spanned! { field.type_span()=>
                    self.#ident.get().map(<#value as #p::FieldType>::to_value)
                },
                FieldKind::Reference { .. } => {
                    quote!(<#ty as #p::ReferenceField>::value(&self.#ident, part))
                }
                _ => quote_spanned! { field.type_span()=>
                    ::core::option::Option::Some(<#ty as #p::FieldType>::to_value(&self.#ident))
                },
            };
            quote!(#number => #value,)
        });
        let sets = self.read().enumerate().map(|(number, field)| {
            let (ident, ty) = (&field.ident, &field.ty);
            let value = match &field.kind {
                FieldKind::Auto(value) | FieldKind::Property(value) => quote_spanned! { field.type_span()=>
                    #p::Auto::from(<#value as #p::FieldType>::from_cell(cell)?)
                },
                FieldKind::Reference { .. } => {
                    quote!(<#ty as #p::ReferenceField>::decode_cells(&mut |_| cell)?)
                }
                _ => quote_spanned!(field.type_span()=> <#ty as #p::FieldType>::from_cell(cell)?),
            };
            quote!(#number => self.#ident = #value,)
        });
        let unsets = self.read().enumerate().filter_map(|(number, field)| match &field.kind {
            FieldKind::Auto(_) | FieldKind::Property(_) => {
                let ident = &field.ident;
                Some(quote!(#number => self.#ident = #p::Auto::unset(),))
            }
            _ => None,
        });
        quote! {
            fn value(&self, field: usize, part: usize) -> ::core::option::Option<#p::Value<'_>> {
                let _ = part;
                match field {
                    #(#values)*
                    _ => ::core::option::Option::None,
                }
            }

            fn set(
                &mut self,
                field: usize,
                cell: #p::Cell<'_>,
            ) -> ::core::result::Result<(), #p::DecodeError> {
                match field {
                    #(#sets)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }

            #[allow(clippy::single_match, clippy::match_single_binding)]
            fn unset(&mut self, field: usize) {
                match field {
                    #(#unsets)*
                    _ => {}
                }
            }
        }
    }

    /// `link`, `relink` and `visit_relations`, by reference and relation number.
    fn relation_functions(&self) -> TokenStream {
        let p = &self.lapis;
        let references: Vec<_> = self.references().map(|(field, _, _)| &field.ident).collect();
        let types: Vec<_> = self.references().map(|(field, _, _)| &field.ty).collect();
        let numbers: Vec<_> = (0..references.len()).collect();
        let relations = self.relations().map(|(field, target, many)| {
            let ident = &field.ident;
            let visit = Ident::new(if many { "many" } else { "one" }, target.span());
            quote_spanned!(target.span()=> visitor.#visit(Self::#ident, &mut self.#ident);)
        });
        quote! {
            #[allow(clippy::match_single_binding)]
            fn link(&self, reference: usize) -> #p::Link {
                match reference {
                    #(#numbers => <#types as #p::ReferenceField>::link(&self.#references),)*
                    _ => #p::Link::Unset,
                }
            }

            #[allow(clippy::match_single_binding)]
            fn relink(
                &mut self,
                reference: usize,
                change: #p::Relink<'_, '_>,
            ) -> ::core::result::Result<(), #p::DecodeError> {
                let _ = &change;
                match reference {
                    #(#numbers => change.apply::<#types>(&mut self.#references),)*
                    _ => ::core::result::Result::Ok(()),
                }
            }

            fn visit_relations<__Visitor: #p::RelationVisitor<Self>>(&mut self, visitor: &mut __Visitor) {
                let _ = &visitor;
                #(visitor.reference::<#types>(#numbers, &mut self.#references);)*
                #(#relations)*
            }
        }
    }

    fn projection(&self) -> TokenStream {
        let (p, ident) = (&self.lapis, &self.ident);
        let decode = self.decode();
        quote! {
            #[automatically_derived]
            impl #p::Shape for #ident {
                type Options = #p::Loads<Self>;

                fn find_table(
                    name: &#p::TableName,
                ) -> ::core::option::Option<&'static #p::Table> {
                    #p::find_table::<Self>(name)
                }
            }

            #[automatically_derived]
            impl #p::Projection for #ident {
                type Row = Self;
                const WIDTH: usize = #p::total(<Self as #p::Entity>::WIDTHS);

                #decode

                fn decode_optional(
                    row: &#p::Row<'_>,
                    first: usize,
                ) -> #p::Result<::core::option::Option<Self>> {
                    #p::decode_optional::<Self>(row, first)
                }

                fn check_stream(options: &#p::Loads<Self>) -> #p::Result<()> {
                    #p::check_stream::<Self>(options)
                }

                fn fetch<'c>(
                    statement: #p::StatementRef<'c>,
                    options: &'c #p::Loads<Self>,
                    connection: &'c mut #p::Connection,
                    limit: ::core::option::Option<usize>,
                ) -> impl ::core::future::Future<Output = #p::Result<::std::vec::Vec<Self>>>
                + ::core::marker::Send
                + 'c {
                    #p::fetch::<Self>(statement, options, connection, limit)
                }

                fn complete_owned<'c>(
                    rows: &'c mut [Self],
                    options: &'c #p::Loads<Self>,
                    connection: &'c mut #p::Connection,
                ) -> impl ::core::future::Future<Output = #p::Result<()>> + ::core::marker::Send + 'c {
                    #p::complete::<Self>(rows, options, connection)
                }
            }

            #[automatically_derived]
            impl #p::FromRow for #ident {
                fn from_row(row: &#p::Row<'_>) -> #p::Result<Self> {
                    #p::from_row::<Self>(row)
                }
            }
        }
    }
}
