//! `#[relation(..)]`: what is said of a field that is the other side of a reference, or many to many.

use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Path, Result, Token};

use crate::attribute::{At, Faults, name, once, string, unknown};

const KNOWN: [&str; 6] = ["inverse", "through", "from", "to", "cascade", "order_by"];

/// What `#[relation(..)]` says.
#[derive(Default)]
pub struct RelationAttributes {
    /// Where the attribute stands, if there is one.
    pub span: Option<proc_macro2::Span>,
    pub inverse: Option<At<Path>>,
    pub through: Option<At<LitStr>>,
    pub from: Option<At<LitStr>>,
    pub to: Option<At<LitStr>>,
    pub delete: Option<At<()>>,
    pub delete_orphan: Option<At<()>>,
    pub order_by: Vec<OrderBy>,
}

/// One column of `order_by = "a, b desc"`: a field of the other entity.
#[derive(Debug)]
pub struct OrderBy {
    pub field: Ident,
    pub descending: bool,
}

impl RelationAttributes {
    pub fn parse(attributes: &[Attribute], faults: &mut Faults) -> Self {
        let mut relation = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("relation")) {
            relation.span.get_or_insert(attribute.path().segments[0].ident.span());
            faults.check(attribute.parse_nested_meta(|meta| relation.take(&meta)));
        }
        relation
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match name(meta).as_str() {
            "inverse" => {
                let path: Path = meta.value()?.parse()?;
                if path.segments.len() < 2 {
                    let message = "name the type and its field: `inverse = Post::author`";
                    return Err(Error::new_spanned(path, message));
                }
                once(&mut self.inverse, meta, path)
            }
            "through" => once(&mut self.through, meta, string(meta)?),
            "from" => once(&mut self.from, meta, string(meta)?),
            "to" => once(&mut self.to, meta, string(meta)?),
            "cascade" => meta.parse_nested_meta(|inner| match name(&inner).as_str() {
                "delete" => once(&mut self.delete, &inner, ()),
                "delete_orphan" => once(&mut self.delete_orphan, &inner, ()),
                _ => Err(unknown(&inner, "cascade", &["delete", "delete_orphan"])),
            }),
            "order_by" => {
                let order = string(meta)?.parse_with(Punctuated::<OrderBy, Token![,]>::parse_terminated)?;
                self.order_by.extend(order);
                Ok(())
            }
            _ => Err(unknown(meta, "#[relation]", &KNOWN)),
        }
    }
}

impl Parse for OrderBy {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let field: Ident = input.parse()?;
        let direction: Option<Ident> = input.parse()?;
        let descending = match &direction {
            None => false,
            Some(direction) if direction.to_string().eq_ignore_ascii_case("asc") => false,
            Some(direction) if direction.to_string().eq_ignore_ascii_case("desc") => true,
            Some(other) => return Err(Error::new(other.span(), "the order is `asc` or `desc`")),
        };
        Ok(Self { field, descending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn parse(attribute: Attribute) -> Result<RelationAttributes> {
        let mut faults = Faults::default();
        let relation = RelationAttributes::parse(&[attribute], &mut faults);
        faults.finish().map(|()| relation)
    }

    #[test]
    fn an_inverse_names_a_type_and_its_field() {
        assert!(parse(parse_quote!(#[relation(inverse = Post::author)])).is_ok());
        let fault = parse(parse_quote!(#[relation(inverse = author)])).err().expect("an error");
        assert_eq!(fault.to_string(), "name the type and its field: `inverse = Post::author`");
    }

    #[test]
    fn an_order_may_have_several_fields() {
        let relation = parse(parse_quote!(#[relation(order_by = "rank desc, name")])).unwrap();
        let order: Vec<_> =
            relation.order_by.iter().map(|by| (by.field.to_string(), by.descending)).collect();
        assert_eq!(order, [("rank".to_owned(), true), ("name".to_owned(), false)]);
    }

    #[test]
    fn cascades_are_two() {
        let relation = parse(parse_quote!(#[relation(cascade(delete, delete_orphan))])).unwrap();
        assert!(relation.delete.is_some() && relation.delete_orphan.is_some());
        let fault = parse(parse_quote!(#[relation(cascade(deleted))])).err().expect("an error");
        assert_eq!(fault.to_string(), "`cascade` has no `deleted`; did you mean `delete`?");
    }
}
