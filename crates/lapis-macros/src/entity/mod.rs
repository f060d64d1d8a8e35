//! `#[derive(Entity)]`

mod builder;
mod column;
mod constants;
mod field;
mod model;
mod relation;
mod row;
mod stand_in;
mod table;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Ident, Result, Type, Visibility};

use crate::attribute::Faults;
use crate::lapis_path::lapis_path;
use field::{Field, FieldKind};
use table::TableAttributes;

/// More columns than this no field number holds.
const MOST_COLUMNS: usize = 256;

/// A struct on its way to being an entity.
struct Entity {
    ident: Ident,
    vis: Visibility,
    attributes: TableAttributes,
    fields: Vec<Field>,
    /// The path of what the emitted code calls.
    lapis: TokenStream,
}

/// Everything the derive makes of a struct.
///
/// A struct with faults gets their messages, and as much of the rest as keeps the compiler from reporting
/// that it is no entity wherever it is used.
pub fn derive(input: &DeriveInput) -> TokenStream {
    let (entity, faults) = match parse(input) {
        Ok(parsed) => parsed,
        Err(error) => return error.into_compile_error(),
    };
    match faults.finish() {
        Ok(()) => {
            let constants = entity.constants();
            let tables = entity.tables();
            let row = entity.row();
            let builder = entity.builder();
            quote! { #constants #tables #row #builder }
        }
        Err(error) if input.generics.params.is_empty() => {
            let messages = error.into_compile_error();
            let stand_in = entity.stand_in();
            quote! { #messages #stand_in }
        }
        Err(error) => error.into_compile_error(),
    }
}

/// Reads a struct and its attributes, noting every fault on the way.
fn parse(input: &DeriveInput) -> Result<(Entity, Faults)> {
    let struct_fields = named_fields(input)?;
    let mut faults = Faults::default();
    if !input.generics.params.is_empty() {
        faults.say(input.generics.span(), "an entity has no generic parameters: a row's types are known");
    }
    let attributes = TableAttributes::parse(&input.attrs, &mut faults);
    let fields: Vec<Field> =
        struct_fields.iter().filter_map(|field| Field::parse(field, &mut faults)).collect();
    if attributes.table.is_none() {
        let name = crate::rename::Case::Snake.apply(&input.ident.unraw().to_string());
        faults.say(input.ident.span(), format!("name the table: `#[entity(table = \"{name}s\")]`"));
    }
    let lapis = lapis_path(attributes.krate.as_ref());
    let entity = Entity { ident: input.ident.clone(), vis: input.vis.clone(), attributes, fields, lapis };
    entity.check(&mut faults);
    Ok((entity, faults))
}

impl Entity {
    fn check(&self, faults: &mut Faults) {
        if !self.fields.iter().any(Field::is_primary_key) {
            let message = "an entity has a primary key: mark a field with `#[column(primary_key)]`";
            faults.say(self.ident.span(), message);
        }
        if let Some(seventh) = self.fields.iter().filter(|field| field.is_primary_key()).nth(6) {
            faults.say(seventh.ident.span(), "a primary key has at most six fields");
        }
        if let Some(second) = self.fields.iter().filter(|field| field.is_numbered()).nth(1) {
            let message = "one field of a primary key can be numbered by the database, and one is already";
            faults.say(second.type_span(), message);
        }
        if self.read().count() > MOST_COLUMNS {
            faults.say(self.ident.span(), format!("an entity has at most {MOST_COLUMNS} columns"));
        }
        for constraint in &self.attributes.constraints {
            for name in &constraint.fields {
                if self.number(name).is_none() {
                    faults.push(self.no_such_field(name));
                }
            }
        }
        for (field, _, _) in self.relations() {
            let Some(inverse) = &field.relation.inverse else { continue };
            let mut names = inverse.value.segments.iter().rev().map(|segment| segment.ident.unraw());
            let names_itself = names.next().is_some_and(|name| name == field.name)
                && names.next().is_some_and(|entity| entity == "Self" || entity == self.ident.unraw());
            if names_itself {
                faults.push(Error::new_spanned(
                    &inverse.value,
                    "a relation is not its own other side: name that, or leave `inverse` away",
                ));
            }
        }
        let mut seen = std::collections::HashMap::new();
        for field in self.fields.iter().filter(|field| {
            matches!(field.kind, FieldKind::Column | FieldKind::Auto(_) | FieldKind::Property(_))
        }) {
            if let Some(first) = seen.insert(field.column_name(), &field.name) {
                let message = format!("the field `{first}` has a column of this name already");
                faults.say(
                    field.column.name.as_ref().map_or(field.ident.span(), |name| name.value.span()),
                    message,
                );
            }
        }
    }

    fn no_such_field(&self, name: &Ident) -> Error {
        let columns: Vec<&str> = self.mapped().map(|field| field.name.as_str()).collect();
        let written = name.unraw().to_string();
        let message = match crate::attribute::nearest(&written, &columns) {
            Some(near) => format!("no column belongs to a field `{written}`; did you mean `{near}`?"),
            None => format!("no column belongs to a field `{written}`"),
        };
        Error::new(name.span(), message)
    }

    /// The fields that have columns, in order: their places are the mapper's field numbers.
    fn mapped(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_mapped())
    }

    /// The fields that are properties, in order: their numbers follow those of the mapped ones.
    fn properties(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_property())
    }

    /// The fields that a row holds, in the order of their numbers.
    fn read(&self) -> impl Iterator<Item = &Field> {
        self.mapped().chain(self.properties())
    }

    /// The references, in order: their places are the mapper's reference numbers.
    fn references(&self) -> impl Iterator<Item = (&Field, &Type, bool)> {
        self.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Reference { target, nullable } => Some((field, target, *nullable)),
            _ => None,
        })
    }

    /// The relations, in order: their places are the mapper's relation numbers.
    fn relations(&self) -> impl Iterator<Item = (&Field, &Type, bool)> {
        self.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Many(target) => Some((field, target, true)),
            FieldKind::One(target) => Some((field, target, false)),
            _ => None,
        })
    }

    /// The path of what the emitted code calls, as if written at a place in the struct.
    fn lapis_at(&self, span: Span) -> TokenStream {
        let respan = |mut token: proc_macro2::TokenTree| {
            token.set_span(span);
            token
        };
        self.lapis.clone().into_iter().map(respan).collect()
    }

    /// The number of the mapped field of that name.
    fn number(&self, name: &Ident) -> Option<usize> {
        self.mapped().position(|field| name.unraw() == field.name)
    }

    /// The type of a value of a field, as expressions and keys have it.
    fn value_type(&self, field: &Field) -> TokenStream {
        let p = &self.lapis;
        match &field.kind {
            FieldKind::Reference { target, nullable } => {
                let key = quote_spanned!(target.span()=> <#target as #p::Entity>::Key);
                if *nullable { quote!(::core::option::Option<#key>) } else { key }
            }
            _ => {
                let ty = field.value_type();
                quote!(#ty)
            }
        }
    }
}

fn named_fields(input: &DeriveInput) -> Result<&syn::punctuated::Punctuated<syn::Field, syn::Token![,]>> {
    let fault = |span: Span, message: &str| Err(Error::new(span, message));
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(&fields.named),
            _ => fault(input.ident.span(), "an entity needs named fields, as its columns need names"),
        },
        Data::Enum(data) => {
            fault(data.enum_token.span, "an entity is a struct; for an enum in a column derive `SqlEnum`")
        }
        Data::Union(data) => fault(data.union_token.span, "an entity is a struct with named fields"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn faults(input: DeriveInput) -> Vec<String> {
        match parse(&input).and_then(|(_, faults)| faults.finish()) {
            Ok(()) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
        }
    }

    #[test]
    fn an_entity_is_a_struct_with_named_fields() {
        assert_eq!(
            faults(parse_quote! { #[entity(table = "t")] struct Pair(i32, i32); }),
            ["an entity needs named fields, as its columns need names"]
        );
        assert_eq!(
            faults(parse_quote! { enum Status { Draft } }),
            ["an entity is a struct; for an enum in a column derive `SqlEnum`"]
        );
    }

    #[test]
    fn a_table_and_a_primary_key_are_asked_for() {
        assert_eq!(
            faults(parse_quote! { struct BlogPost { title: String } }),
            [
                "name the table: `#[entity(table = \"blog_posts\")]`",
                "an entity has a primary key: mark a field with `#[column(primary_key)]`"
            ]
        );
    }

    #[test]
    fn generic_parameters_are_refused() {
        let found = faults(parse_quote! {
            #[entity(table = "t")] struct Row<T> { #[column(primary_key)] id: T }
        });
        assert_eq!(found, ["an entity has no generic parameters: a row's types are known"]);
    }

    #[test]
    fn the_database_numbers_one_field() {
        let found = faults(parse_quote! {
            #[entity(table = "t")] struct Pair {
                #[column(primary_key)] a: Auto<i64>,
                #[column(primary_key)] b: Auto<i64>,
            }
        });
        assert_eq!(
            found,
            ["one field of a primary key can be numbered by the database, and one is already"]
        );
    }

    #[test]
    fn a_constraint_names_fields_that_are_there() {
        let found = faults(parse_quote! {
            #[entity(table = "t", unique(emial))] struct User {
                #[column(primary_key)] id: Auto<i64>,
                email: String,
            }
        });
        assert_eq!(found, ["no column belongs to a field `emial`; did you mean `email`?"]);
    }

    #[test]
    fn a_relation_is_not_its_own_other_side() {
        let found = faults(parse_quote! {
            #[entity(table = "people")] struct Person {
                #[column(primary_key)] id: Auto<i64>,
                #[relation(through = "friends", inverse = Person::friends)] friends: Many<Person>,
            }
        });
        assert_eq!(found, ["a relation is not its own other side: name that, or leave `inverse` away"]);
    }

    #[test]
    fn two_fields_do_not_share_a_column() {
        let found = faults(parse_quote! {
            #[entity(table = "t")] struct User {
                #[column(primary_key)] id: Auto<i64>,
                email: String,
                #[column(name = "email")] mail: String,
            }
        });
        assert_eq!(found, ["the field `email` has a column of this name already"]);
    }
}
