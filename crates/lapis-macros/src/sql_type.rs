//! `#[derive(SqlType)]`

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Member, Path, Result, Type};

use crate::attribute::{At, Faults, integer, name, once, unknown};
use crate::lapis_path::lapis_path;

#[derive(Default)]
struct TypeAttributes {
    length: Option<At<u32>>,
    krate: Option<At<Path>>,
}

/// Everything the derive makes of a newtype.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let (member, inner) = newtype(input)?;
    let mut faults = Faults::default();
    let mut given = TypeAttributes::default();
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("sql")) {
        faults.check(attribute.parse_nested_meta(|meta| match name(&meta).as_str() {
            "length" => once(&mut given.length, &meta, integer(&meta)?),
            "crate" => once(&mut given.krate, &meta, meta.value()?.call(Path::parse_mod_style)?),
            _ => Err(unknown(&meta, "#[sql]", &["length", "crate"])),
        }));
    }
    if !input.generics.params.is_empty() {
        faults.say(input.generics.span(), "a type in a column has no generic parameters");
    }
    faults.finish()?;
    let p = lapis_path(given.krate.as_ref());
    let ident = &input.ident;
    let column_type = match &given.length {
        Some(length) => {
            let number = length.value;
            quote_spanned!(length.span=> #p::ColumnType::text_of_length::<#inner>(#number))
        }
        None => quote!(<#inner as #p::SqlType>::column_type()),
    };
    let inner_type = quote_spanned!(inner.span()=> <#inner as #p::SqlType>);
    Ok(quote! {
        #[automatically_derived]
        impl #p::SqlType for #ident {
            type Kind = #inner_type::Kind;
            type NotNull = Self;
            type Propagate<U: #p::SqlType> = U;

            fn column_type() -> #p::ColumnType {
                #column_type
            }
        }

        #[automatically_derived]
        impl #p::Encode for #ident {
            fn encode(&self) -> #p::Value<'_> {
                #p::Encode::encode(&self.#member)
            }
        }

        #[automatically_derived]
        impl #p::Decode for #ident {
            fn decode(cell: #p::Cell<'_>) -> ::core::result::Result<Self, #p::DecodeError> {
                ::core::result::Result::Ok(Self { #member: <#inner as #p::Decode>::decode(cell)? })
            }
        }

        #[automatically_derived]
        impl #p::IntoExpr for #ident {
            type Type = Self;

            fn into_node(self) -> #p::Node {
                #p::IntoExpr::into_node(self.#member)
            }
        }
    })
}

/// The one field of a newtype.
fn newtype(input: &DeriveInput) -> Result<(Member, &Type)> {
    let fault = "a newtype has one field: `struct Email(String)`; for an enum derive `SqlEnum`";
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.ident.span(), fault));
    };
    let mut fields = data.fields.iter().zip(data.fields.members());
    match (fields.next(), fields.next()) {
        (Some((field, _)), None) if crate::types::inner(&field.ty, "Option").is_some() => {
            let message =
                "NULL is the column's to allow: take the `Option` off here, and write `Option<..>` there";
            Err(Error::new(field.ty.span(), message))
        }
        (Some((field, member)), None) => Ok((member, &field.ty)),
        _ => Err(Error::new(input.ident.span(), fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn a_newtype_has_one_field_with_or_without_a_name() {
        assert!(derive(&parse_quote! { struct Email(String); }).is_ok());
        assert!(derive(&parse_quote! { #[sql(length = 320)] struct Email { address: String } }).is_ok());
        let fault = derive(&parse_quote! { struct Pair(i32, i32); }).unwrap_err().to_string();
        assert!(fault.starts_with("a newtype has one field"), "{fault}");
    }

    #[test]
    fn null_is_not_the_newtypes_to_allow() {
        let fault = derive(&parse_quote! { struct Email(Option<String>); }).unwrap_err().to_string();
        assert!(fault.starts_with("NULL is the column's to allow"), "{fault}");
    }
}
