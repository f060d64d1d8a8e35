//! `#[derive(SqlEnum)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr, Path, Result};

use crate::attribute::{At, Faults, name, once, string, unknown};
use crate::lapis_path::lapis_path;
use crate::rename::Case;

#[derive(Default)]
struct EnumAttributes {
    rename_all: Option<At<Case>>,
    name: Option<At<LitStr>>,
    native: Option<At<()>>,
    krate: Option<At<Path>>,
}

/// Everything the derive makes of an enum.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "only an enum is stored by name; for a newtype derive `SqlType`",
        ));
    };
    let mut faults = Faults::default();
    let attributes = EnumAttributes::parse(input, &mut faults);
    if !input.generics.params.is_empty() {
        faults.say(input.generics.span(), "an enum in a column has no generic parameters");
    }
    if data.variants.is_empty() {
        faults.say(input.ident.span(), "an enum in a column needs a variant: without one it has no value");
    }
    let mut variants: Vec<(&Ident, String)> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = "a variant with fields has no place in one column: store the enum as `Json<..>`";
            faults.say(variant.fields.span(), message);
        }
        let written = variant.ident.unraw().to_string();
        let case = attributes.rename_all.as_ref().map(|case| case.value);
        let stored = rename(&variant.attrs, &mut faults)
            .unwrap_or_else(|| case.map_or_else(|| written.clone(), |case| case.apply(&written)));
        if let Some((first, _)) = variants.iter().find(|(_, known)| *known == stored) {
            faults.say(variant.ident.span(), format!("`{first}` is stored as {stored:?} already"));
        }
        variants.push((&variant.ident, stored));
    }
    faults.finish()?;
    Ok(emit(input, &attributes, &variants))
}

fn emit(input: &DeriveInput, attributes: &EnumAttributes, variants: &[(&Ident, String)]) -> TokenStream {
    let p = lapis_path(attributes.krate.as_ref());
    let ident = &input.ident;
    let type_name = match &attributes.name {
        Some(name) => name.value.value(),
        None => Case::Snake.apply(&ident.unraw().to_string()),
    };
    let native = attributes.native.is_some();
    let names: Vec<&Ident> = variants.iter().map(|(ident, _)| *ident).collect();
    let stored: Vec<&str> = variants.iter().map(|(_, stored)| stored.as_str()).collect();
    quote! {
        #[automatically_derived]
        impl #p::SqlEnum for #ident {
            const NAME: &'static str = #type_name;
            const VALUES: &'static [&'static str] = &[#(#stored),*];
            const NATIVE: bool = #native;

            fn name(&self) -> &'static str {
                match self {
                    #(Self::#names => #stored,)*
                }
            }

            fn from_name(name: &str) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(match name {
                    #(#stored => Self::#names,)*
                    _ => return ::core::option::Option::None,
                })
            }
        }

        #[automatically_derived]
        impl #p::SqlType for #ident {
            type Kind = #p::kind::EnumKind<Self>;
            type NotNull = Self;
            type Propagate<U: #p::SqlType> = U;

            fn column_type() -> #p::ColumnType {
                <Self as #p::SqlEnum>::enum_column()
            }
        }

        #[automatically_derived]
        impl #p::Encode for #ident {
            fn encode(&self) -> #p::Value<'_> {
                #p::SqlEnum::encode_name(self)
            }
        }

        #[automatically_derived]
        impl #p::Decode for #ident {
            fn decode(cell: #p::Cell<'_>) -> ::core::result::Result<Self, #p::DecodeError> {
                <Self as #p::SqlEnum>::decode_name(cell)
            }
        }

        #[automatically_derived]
        impl #p::ArrayElement for #ident {}

        #[automatically_derived]
        impl #p::IntoExpr for #ident {
            type Type = Self;

            fn into_node(self) -> #p::Node {
                #p::Node::Value(#p::SqlEnum::encode_name(&self))
            }
        }
    }
}

impl EnumAttributes {
    fn parse(input: &DeriveInput, faults: &mut Faults) -> Self {
        let mut given = Self::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("sql")) {
            faults.check(attribute.parse_nested_meta(|meta| match name(&meta).as_str() {
                "rename_all" => once(&mut given.rename_all, &meta, Case::parse(&string(&meta)?)?),
                "name" => once(&mut given.name, &meta, string(&meta)?),
                "native" => once(&mut given.native, &meta, ()),
                "crate" => once(&mut given.krate, &meta, meta.value()?.call(Path::parse_mod_style)?),
                _ => Err(unknown(&meta, "#[sql]", &["rename_all", "name", "native", "crate"])),
            }));
        }
        given
    }
}

/// `#[sql(rename = "..")]` of a variant.
fn rename(attributes: &[syn::Attribute], faults: &mut Faults) -> Option<String> {
    let mut rename = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("sql")) {
        faults.check(attribute.parse_nested_meta(|meta| match name(&meta).as_str() {
            "rename" => once(&mut rename, &meta, string(&meta)?),
            _ => Err(unknown(&meta, "#[sql]", &["rename"])),
        }));
    }
    rename.map(|rename| rename.value.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn faults(input: DeriveInput) -> Vec<String> {
        match derive(&input) {
            Ok(_) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        }
    }

    #[test]
    fn variants_are_stored_in_the_case_asked_for() {
        let emitted = derive(&parse_quote! {
            #[sql(rename_all = "kebab-case")]
            enum Status { InReview, #[sql(rename = "live")] Published }
        });
        let emitted = emitted.unwrap().to_string();
        assert!(emitted.contains(r#"["in-review" , "live"]"#), "{emitted}");
        assert!(emitted.contains(r#"NAME : & 'static str = "status""#), "{emitted}");
    }

    #[test]
    fn a_variant_has_no_fields() {
        let found = faults(parse_quote! { enum Shape { Circle(f64) } });
        assert_eq!(
            found,
            ["a variant with fields has no place in one column: store the enum as `Json<..>`"]
        );
    }

    #[test]
    fn two_variants_are_not_stored_alike() {
        let found = faults(parse_quote! { #[sql(rename_all = "lowercase")] enum Case { AB, Ab } });
        assert_eq!(found, ["`AB` is stored as \"ab\" already"]);
    }

    #[test]
    fn an_unknown_case_is_told_the_cases() {
        let found = faults(parse_quote! { #[sql(rename_all = "snake")] enum Case { A } });
        assert!(found[0].starts_with("no such case; the cases are `lowercase`"), "{found:?}");
    }
}
