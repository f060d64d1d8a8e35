//! `#[entity(..)]`: what is said of the whole table.

use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Path, Result, Token, parenthesized};

use crate::attribute::{At, Faults, once, string, unknown};

const KNOWN: [&str; 7] = ["table", "schema", "comment", "unique", "index", "check", "crate"];

/// What `#[entity(..)]` says.
#[derive(Default)]
pub struct TableAttributes {
    pub table: Option<At<LitStr>>,
    pub schema: Option<At<LitStr>>,
    pub comment: Option<At<LitStr>>,
    pub constraints: Vec<Constraint>,
    pub checks: Vec<Check>,
    pub krate: Option<At<Path>>,
}

/// A unique constraint or an index over several fields.
pub struct Constraint {
    pub name: Option<LitStr>,
    pub fields: Vec<Ident>,
    pub kind: ConstraintKind,
}

pub enum ConstraintKind {
    Unique,
    Index { unique: bool, predicate: Option<LitStr> },
}

/// A condition that every row meets.
pub struct Check {
    pub name: Option<LitStr>,
    pub sql: LitStr,
}

impl TableAttributes {
    pub fn parse(attributes: &[Attribute], faults: &mut Faults) -> Self {
        let mut table = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("entity")) {
            faults.check(attribute.parse_nested_meta(|meta| table.take(&meta)));
        }
        table
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match crate::attribute::name(meta).as_str() {
            "table" => once(&mut self.table, meta, string(meta)?),
            "schema" => once(&mut self.schema, meta, string(meta)?),
            "comment" => once(&mut self.comment, meta, string(meta)?),
            "crate" => once(&mut self.krate, meta, meta.value()?.call(Path::parse_mod_style)?),
            "unique" => self.constraint(meta, false),
            "index" => self.constraint(meta, true),
            "check" => {
                self.checks.push(Check::parse(meta)?);
                Ok(())
            }
            _ => Err(unknown(meta, "#[entity]", &KNOWN)),
        }
    }

    fn constraint(&mut self, meta: &ParseNestedMeta<'_>, index: bool) -> Result<()> {
        let content;
        parenthesized!(content in meta.input);
        let items = Punctuated::<Item, Token![,]>::parse_terminated(&content)?;
        let plain = items.iter().all(|item| matches!(item, Item::Word(_)));
        let mut constraint = Constraint {
            name: None,
            fields: Vec::new(),
            kind: if index {
                ConstraintKind::Index { unique: false, predicate: None }
            } else {
                ConstraintKind::Unique
            },
        };
        for item in items {
            match (item, &mut constraint.kind) {
                (Item::Word(field), _) if plain => constraint.fields.push(field),
                (Item::Word(word), ConstraintKind::Index { unique, .. }) if word == "unique" => {
                    *unique = true
                }
                (Item::Text(key, text), _) if key == "name" => constraint.name = Some(text),
                (Item::Text(key, text), ConstraintKind::Index { predicate, .. }) if key == "where" => {
                    *predicate = Some(text);
                }
                (Item::Fields(key, fields), _) if key == "columns" => constraint.fields.extend(fields),
                (item, _) => return Err(Error::new(item.key().span(), item.fault(index))),
            }
        }
        if constraint.fields.is_empty() {
            let what = crate::attribute::name(meta);
            return Err(meta.error(format!(
                "name the fields: `{what}(a, b)`, or `{what}(name = \"..\", columns(a, b))`"
            )));
        }
        self.constraints.push(constraint);
        Ok(())
    }
}

impl Check {
    /// `check = "sql"`, or `check(name = "..", sql = "..")`.
    pub fn parse(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        if meta.input.peek(Token![=]) {
            return Ok(Self { name: None, sql: string(meta)? });
        }
        let (mut name, mut sql) = (None, None);
        meta.parse_nested_meta(|inner| match crate::attribute::name(&inner).as_str() {
            "name" => once(&mut name, &inner, string(&inner)?),
            "sql" => once(&mut sql, &inner, string(&inner)?),
            _ => Err(unknown(&inner, "check", &["name", "sql"])),
        })?;
        match sql {
            Some(sql) => Ok(Self { name: name.map(|name| name.value), sql: sql.value }),
            None => Err(meta.error("give the condition: `check(name = \"..\", sql = \"..\")`")),
        }
    }
}

/// One item of `unique(..)` and `index(..)`.
enum Item {
    Word(Ident),
    Text(Ident, LitStr),
    Fields(Ident, Vec<Ident>),
}

impl Item {
    fn key(&self) -> &Ident {
        match self {
            Item::Word(key) | Item::Text(key, _) | Item::Fields(key, _) => key,
        }
    }

    fn fault(&self, index: bool) -> String {
        let known =
            if index { "`name`, `columns(..)`, `unique` and `where`" } else { "`name` and `columns(..)`" };
        format!("`{}` is not known here; beside plain fields there are {known}", self.key())
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        use syn::ext::IdentExt;

        let key = input.call(Ident::parse_any)?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Item::Text(key, input.parse()?));
        }
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
            return Ok(Item::Fields(key, fields.into_iter().collect()));
        }
        Ok(Item::Word(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn parse(attribute: Attribute) -> Result<TableAttributes> {
        let mut faults = Faults::default();
        let table = TableAttributes::parse(&[attribute], &mut faults);
        faults.finish().map(|()| table)
    }

    fn fault(attribute: Attribute) -> String {
        parse(attribute).err().expect("an error").to_string()
    }

    #[test]
    fn fields_may_be_listed_plainly_or_with_a_name() {
        let table =
            parse(parse_quote!(#[entity(table = "t", unique(a, b), unique(name = "u", columns(c)))]));
        let uniques = table.unwrap().constraints;
        assert_eq!(uniques[0].fields, ["a", "b"]);
        assert_eq!(uniques[1].fields, ["c"]);
        assert_eq!(uniques[1].name.as_ref().map(LitStr::value).as_deref(), Some("u"));
    }

    #[test]
    fn an_index_may_be_unique_and_partial() {
        let table = parse(parse_quote!(#[entity(table = "t", index(columns(a), unique, where = "a > 0"))]));
        let ConstraintKind::Index { unique, predicate } = &table.unwrap().constraints[0].kind else {
            panic!("an index")
        };
        assert!(*unique);
        assert_eq!(predicate.as_ref().map(LitStr::value).as_deref(), Some("a > 0"));
    }

    #[test]
    fn a_field_may_be_called_like_an_option() {
        let table = parse(parse_quote!(#[entity(table = "t", index(kind, unique))]));
        assert_eq!(table.unwrap().constraints[0].fields, ["kind", "unique"]);
    }

    #[test]
    fn a_check_has_its_sql_and_perhaps_a_name() {
        let table =
            parse(parse_quote!(#[entity(check = "a > 0", check(name = "b", sql = "b > 0"))])).unwrap();
        assert_eq!(table.checks[0].sql.value(), "a > 0");
        assert_eq!(table.checks[1].name.as_ref().map(LitStr::value).as_deref(), Some("b"));
    }

    #[test]
    fn a_misspelt_attribute_is_told_its_neighbour() {
        assert_eq!(
            fault(parse_quote!(#[entity(tabel = "t")])),
            "`#[entity]` has no `tabel`; did you mean `table`?"
        );
    }

    #[test]
    fn an_attribute_given_twice_is_refused() {
        assert_eq!(fault(parse_quote!(#[entity(table = "a", table = "b")])), "`table` is given twice");
    }
}
