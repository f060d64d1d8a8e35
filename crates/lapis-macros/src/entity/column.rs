//! `#[column(..)]`: what is said of a field that is a column or a reference.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Expr, ExprLit, Lit, LitStr, Result, Token, UnOp};

use super::table::Check;
use crate::attribute::{At, Faults, integer, name, once, string, unknown};

const KNOWN: [&str; 20] = [
    "primary_key",
    "name",
    "length",
    "precision",
    "scale",
    "type",
    "unique",
    "index",
    "default",
    "server_default",
    "on_update",
    "sequence",
    "on_delete",
    "on_key_update",
    "comment",
    "check",
    "computed",
    "stored",
    "property",
    "skip",
];

/// What `#[column(..)]` says.
#[derive(Default)]
pub struct ColumnAttributes {
    /// Where the attribute stands, if there is one.
    pub span: Option<Span>,
    pub primary_key: Option<At<()>>,
    pub name: Option<At<LitStr>>,
    pub length: Option<At<u32>>,
    pub precision: Option<At<u32>>,
    pub scale: Option<At<u32>>,
    pub ty: Option<At<Expr>>,
    pub unique: Option<At<()>>,
    pub index: Option<At<()>>,
    pub default: Option<At<Expr>>,
    pub server_default: Option<At<Expr>>,
    pub on_update: Option<At<Expr>>,
    pub sequence: Option<At<Sequence>>,
    pub on_delete: Option<At<Action>>,
    pub on_key_update: Option<At<Action>>,
    pub comment: Option<At<LitStr>>,
    pub checks: Vec<Check>,
    pub computed: Option<At<LitStr>>,
    pub stored: Option<At<()>>,
    pub property: Option<At<Expr>>,
    pub skip: Option<At<()>>,
}

/// `sequence(name = "..", start = 100, increment = 1)`
#[derive(Default)]
pub struct Sequence {
    pub name: Option<At<LitStr>>,
    pub start: Option<At<i64>>,
    pub increment: Option<At<i64>>,
}

/// What the database does to rows that refer to one which goes or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl ColumnAttributes {
    pub fn parse(attributes: &[Attribute], faults: &mut Faults) -> Self {
        let mut column = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("column")) {
            column.span.get_or_insert(attribute.path().segments[0].ident.span());
            faults.check(attribute.parse_nested_meta(|meta| column.take(&meta)));
        }
        column
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match name(meta).as_str() {
            "primary_key" => once(&mut self.primary_key, meta, ()),
            "name" => once(&mut self.name, meta, string(meta)?),
            "length" => once(&mut self.length, meta, integer(meta)?),
            "precision" => once(&mut self.precision, meta, integer(meta)?),
            "scale" => once(&mut self.scale, meta, integer(meta)?),
            "type" => once(&mut self.ty, meta, meta.value()?.parse()?),
            "unique" => once(&mut self.unique, meta, ()),
            "index" => once(&mut self.index, meta, ()),
            "default" => once(&mut self.default, meta, meta.value()?.parse()?),
            "server_default" => once(&mut self.server_default, meta, meta.value()?.parse()?),
            "on_update" => once(&mut self.on_update, meta, meta.value()?.parse()?),
            "sequence" => once(&mut self.sequence, meta, Sequence::parse(meta)?),
            "on_delete" => once(&mut self.on_delete, meta, Action::parse(&string(meta)?)?),
            "on_key_update" => once(&mut self.on_key_update, meta, Action::parse(&string(meta)?)?),
            "comment" => once(&mut self.comment, meta, string(meta)?),
            "check" => {
                self.checks.push(Check::parse(meta)?);
                Ok(())
            }
            "computed" => once(&mut self.computed, meta, string(meta)?),
            "stored" => once(&mut self.stored, meta, ()),
            "property" => once(&mut self.property, meta, meta.value()?.parse()?),
            "skip" => once(&mut self.skip, meta, ()),
            _ => Err(unknown(meta, "#[column]", &KNOWN)),
        }
    }

    /// Those that only a plain column or an `Auto` takes, as far as they are given.
    pub fn of_columns_only(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let given = [
            ("length", span(&self.length)),
            ("precision", span(&self.precision)),
            ("scale", span(&self.scale)),
            ("type", span(&self.ty)),
            ("on_update", span(&self.on_update)),
            ("sequence", span(&self.sequence)),
            ("computed", span(&self.computed)),
        ];
        given.into_iter().filter_map(|(name, span)| Some((name, span?)))
    }

    /// Those that say something of a column, which a property is not, as far as they are given.
    pub fn of_columns(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let given = [
            ("primary_key", span(&self.primary_key)),
            ("name", span(&self.name)),
            ("unique", span(&self.unique)),
            ("index", span(&self.index)),
            ("default", span(&self.default)),
            ("server_default", span(&self.server_default)),
            ("comment", span(&self.comment)),
            ("check", self.checks.first().map(|check| check.sql.span())),
            ("stored", span(&self.stored)),
            ("skip", span(&self.skip)),
        ];
        let given = given.into_iter().filter_map(|(name, span)| Some((name, span?)));
        given.chain(self.of_columns_only()).chain(self.of_references_only())
    }

    /// Those that only a reference takes, as far as they are given.
    pub fn of_references_only(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let given = [("on_delete", span(&self.on_delete)), ("on_key_update", span(&self.on_key_update))];
        given.into_iter().filter_map(|(name, span)| Some((name, span?)))
    }
}

/// Where an attribute was given.
pub fn span<T>(at: &Option<At<T>>) -> Option<Span> {
    at.as_ref().map(|at| at.span)
}

impl Sequence {
    /// `sequence`, or `sequence(..)`.
    fn parse(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        let mut sequence = Self::default();
        if meta.input.is_empty() || meta.input.peek(Token![,]) {
            return Ok(sequence);
        }
        meta.parse_nested_meta(|inner| match name(&inner).as_str() {
            "name" => once(&mut sequence.name, &inner, string(&inner)?),
            "start" => once(&mut sequence.start, &inner, integer(&inner)?),
            "increment" => once(&mut sequence.increment, &inner, integer(&inner)?),
            _ => Err(unknown(&inner, "sequence", &["name", "start", "increment"])),
        })?;
        match &sequence.increment {
            Some(At { value: 0, span }) => {
                Err(Error::new(*span, "an increment of 0 would give one number for ever"))
            }
            _ => Ok(sequence),
        }
    }
}

impl Action {
    fn parse(text: &LitStr) -> Result<Self> {
        match text.value().to_lowercase().as_str() {
            "no action" => Ok(Action::Nothing),
            "restrict" => Ok(Action::Restrict),
            "cascade" => Ok(Action::Cascade),
            "set null" => Ok(Action::SetNull),
            "set default" => Ok(Action::SetDefault),
            other => {
                let known = ["cascade", "restrict", "set null", "set default", "no action"];
                let message = match crate::attribute::nearest(&other.replace('_', " "), &known) {
                    Some(near) => format!("no such action; did you mean \"{near}\"?"),
                    None => format!("no such action; the actions are {}", crate::attribute::list(&known)),
                };
                Err(Error::new(text.span(), message))
            }
        }
    }
}

/// The literal an expression is, a leading minus included.
pub fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => literal(&unary.expr),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// The string within `sql("..")`.
pub fn raw_sql(expr: &Expr) -> Option<&LitStr> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    match call.args.first().and_then(literal) {
        Some(Lit::Str(sql)) if function.path.is_ident("sql") && call.args.len() == 1 => Some(sql),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn parse(attribute: Attribute) -> Result<ColumnAttributes> {
        let mut faults = Faults::default();
        let column = ColumnAttributes::parse(&[attribute], &mut faults);
        faults.finish().map(|()| column)
    }

    fn fault(attribute: Attribute) -> String {
        parse(attribute).err().expect("an error").to_string()
    }

    #[test]
    fn a_sequence_has_a_name_a_start_and_a_step() {
        let column =
            parse(parse_quote!(#[column(sequence(name = "s", start = 100, increment = -2))])).unwrap();
        let sequence = column.sequence.unwrap().value;
        assert_eq!(sequence.name.unwrap().value.value(), "s");
        assert_eq!(sequence.start.unwrap().value, 100);
        assert_eq!(sequence.increment.unwrap().value, -2);
    }

    #[test]
    fn a_keyword_is_an_attribute_like_any_other() {
        assert!(parse(parse_quote!(#[column(type = Text, length = 3)])).unwrap().ty.is_some());
    }

    #[test]
    fn sql_written_by_hand_is_told_from_a_function() {
        assert_eq!(raw_sql(&parse_quote!(sql("x()"))).map(LitStr::value).as_deref(), Some("x()"));
        assert!(raw_sql(&parse_quote!(now())).is_none());
    }

    #[test]
    fn actions_are_those_of_sql() {
        let column = parse(parse_quote!(#[column(on_delete = "SET NULL")])).unwrap();
        assert_eq!(column.on_delete.unwrap().value, Action::SetNull);
        assert_eq!(
            fault(parse_quote!(#[column(on_delete = "cascde")])),
            "no such action; did you mean \"cascade\"?"
        );
        assert_eq!(
            fault(parse_quote!(#[column(on_delete = "set_null")])),
            "no such action; did you mean \"set null\"?"
        );
    }

    #[test]
    fn a_misspelt_attribute_is_told_its_neighbour() {
        assert_eq!(
            fault(parse_quote!(#[column(lenght = 3)])),
            "`#[column]` has no `lenght`; did you mean `length`?"
        );
    }

    #[test]
    fn a_number_is_asked_for_where_one_is_needed() {
        assert_eq!(fault(parse_quote!(#[column(length = "3")])), "`length` takes a whole number");
    }
}
