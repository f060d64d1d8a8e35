//! `#[derive(FromRow)]`

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Fields, LitStr, Path, Result};

use crate::attribute::{At, Faults, name, once, string, unknown};
use crate::lapis_path::lapis_path;

const KNOWN: [&str; 4] = ["rename", "default", "flatten", "skip"];

#[derive(Default)]
struct FieldAttributes {
    rename: Option<At<LitStr>>,
    default: Option<At<()>>,
    flatten: Option<At<()>>,
    skip: Option<At<()>>,
}

/// Everything the derive makes of a struct.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "a row is read into a struct with named fields, or a tuple",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        let message = "columns are found by name: name the fields, or read a tuple instead";
        return Err(Error::new(input.ident.span(), message));
    };
    let mut faults = Faults::default();
    let mut krate = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("from_row")) {
        faults.check(attribute.parse_nested_meta(|meta| match name(&meta).as_str() {
            "crate" => once(&mut krate, &meta, meta.value()?.call(Path::parse_mod_style)?),
            _ => Err(unknown(&meta, "#[from_row]", &["crate"])),
        }));
    }
    let p = lapis_path(krate.as_ref());
    let reads: Vec<TokenStream> = fields.named.iter().map(|field| read(&p, field, &mut faults)).collect();
    faults.finish()?;
    let ident = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics #p::FromRow for #ident #arguments #bounds {
            fn from_row(row: &#p::Row<'_>) -> #p::Result<Self> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    })
}

/// How one field is read.
fn read(p: &TokenStream, field: &Field, faults: &mut Faults) -> TokenStream {
    let given = FieldAttributes::parse(field, faults);
    let (ident, ty) = (&field.ident, &field.ty);
    let column = match (&given.rename, ident) {
        (Some(rename), _) => rename.value.value(),
        (None, Some(ident)) => ident.unraw().to_string(),
        (None, None) => String::new(),
    };
    let read = if given.skip.is_some() {
        quote!(::core::default::Default::default())
    } else if given.flatten.is_some() {
        quote_spanned!(ty.span()=> <#ty as #p::FromRow>::from_row(row)?)
    } else if given.default.is_some() {
        quote_spanned! { ty.span()=>
            match row.find(#column) {
                ::core::option::Option::Some(index) => row.get::<#ty>(index)?,
                ::core::option::Option::None => ::core::default::Default::default(),
            }
        }
    } else {
        quote_spanned!(ty.span()=> row.get_named::<#ty>(#column)?)
    };
    quote!(#ident: #read)
}

impl FieldAttributes {
    fn parse(field: &Field, faults: &mut Faults) -> Self {
        let mut given = Self::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("from_row")) {
            faults.check(attribute.parse_nested_meta(|meta| match name(&meta).as_str() {
                "rename" => once(&mut given.rename, &meta, string(&meta)?),
                "default" => once(&mut given.default, &meta, ()),
                "flatten" => once(&mut given.flatten, &meta, ()),
                "skip" => once(&mut given.skip, &meta, ()),
                _ => Err(unknown(&meta, "#[from_row]", &KNOWN)),
            }));
        }
        if let (Some(flatten), Some(_)) = (&given.flatten, given.rename.as_ref()) {
            faults.say(flatten.span, "a flattened field is several columns, and has no name of its own");
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn a_field_is_read_by_its_name_or_the_one_given() {
        let emitted = derive(&parse_quote! {
            struct City { r#type: String, #[from_row(rename = "n")] people: i64 }
        });
        let emitted = emitted.unwrap().to_string();
        assert!(emitted.contains(r#"("type")"#), "{emitted}");
        assert!(emitted.contains(r#"("n")"#), "{emitted}");
    }

    #[test]
    fn a_struct_without_names_is_told_what_to_do() {
        let fault = derive(&parse_quote! { struct City(String); }).unwrap_err().to_string();
        assert_eq!(fault, "columns are found by name: name the fields, or read a tuple instead");
    }

    #[test]
    fn a_flattened_field_has_no_name() {
        let fault = derive(&parse_quote! { struct A { #[from_row(flatten, rename = "b")] b: B } });
        assert!(fault.unwrap_err().to_string().starts_with("a flattened field is several columns"));
    }
}
