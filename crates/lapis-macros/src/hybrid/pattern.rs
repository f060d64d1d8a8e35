//! `match` and `matches!` as CASE and conditions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ExprMatch, Pat, Result, Token};

use super::translate::{Translation, beyond, tokens};

/// `match value { A | B => .., _ => .. }`
pub(super) fn matched(translation: &mut Translation<'_>, matched: &ExprMatch) -> Result<TokenStream> {
    let value = translation.expr(&matched.expr)?;
    let Some((last, branches)) = matched.arms.split_last() else {
        return Err(beyond(matched, "a `match` without arms has no value"));
    };
    // The last arm is what remains, for Rust has checked that nothing else does.
    check(&last.pat)?;
    let mut whole = translation.expr(&last.body)?;
    for arm in branches.iter().rev() {
        let Some(condition) = holds(translation, &arm.pat, &value)? else {
            return Err(beyond(&arm.pat, "arms behind one that always matches are never reached"));
        };
        let body = translation.expr(&arm.body)?;
        whole = translation.call("if_else", arm.pat.span(), &[condition, body, whole]);
    }
    Ok(whole)
}

/// `matches!(value, A | B)`
pub(super) fn matches(translation: &mut Translation<'_>, call: &syn::Macro) -> Result<TokenStream> {
    let Matches { value, pattern, guard } = call.parse_body()?;
    let value = translation.expr(&value)?;
    let condition = match holds(translation, &pattern, &value)? {
        Some(condition) => condition,
        None => quote!(true),
    };
    match guard {
        Some(guard) => {
            let guard = translation.expr(&guard)?;
            Ok(translation.call("and", pattern.span(), &[condition, guard]))
        }
        None => Ok(condition),
    }
}

struct Matches {
    value: Expr,
    pattern: Pat,
    guard: Option<Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard =
            if input.parse::<Option<Token![if]>>()?.is_some() { Some(input.parse()?) } else { None };
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { value, pattern, guard })
    }
}

/// The condition that a pattern makes of a value; none for `_`.
fn holds(
    translation: &mut Translation<'_>,
    pattern: &Pat,
    value: &TokenStream,
) -> Result<Option<TokenStream>> {
    match pattern {
        Pat::Wild(_) => Ok(None),
        Pat::Guard(guarded) => {
            let guard = translation.expr(&guarded.guard)?;
            Ok(Some(match holds(translation, &guarded.pat, value)? {
                Some(condition) => translation.call("and", pattern.span(), &[condition, guard]),
                None => guard,
            }))
        }
        Pat::Paren(paren) => holds(translation, &paren.pat, value),
        Pat::Ident(name) if name.ident == "None" => {
            Ok(Some(translation.call("is_none", pattern.span(), std::slice::from_ref(value))))
        }
        Pat::TupleStruct(some) if some.path.is_ident("Some") => match some.elems.first() {
            Some(Pat::Wild(_)) => {
                Ok(Some(translation.call("is_some", pattern.span(), std::slice::from_ref(value))))
            }
            Some(inner) => {
                check(inner)?;
                holds(translation, inner, value)
            }
            None => Err(beyond(pattern, "this pattern is nothing that SQL can say")),
        },
        Pat::Lit(literal) => {
            let literal = tokens(literal);
            Ok(Some(translation.call("eq", pattern.span(), &[value.clone(), literal])))
        }
        Pat::Path(path) => {
            let path = tokens(path);
            Ok(Some(translation.call("eq", pattern.span(), &[value.clone(), path])))
        }
        Pat::Or(cases) => {
            let p = translation.p;
            let mut conditions = Vec::new();
            for case in &cases.cases {
                match holds(translation, case, value)? {
                    Some(condition) => conditions.push(quote!(#p::hybrid::condition(#condition))),
                    None => return Ok(None),
                }
            }
            Ok(Some(quote!(#p::hybrid::any([#(#conditions),*]))))
        }
        other => Err(beyond(
            other,
            "a pattern in SQL is a literal, a constant's or variant's path, `None`, `Some(..)` of those, or `_`",
        )),
    }
}

/// Refuses patterns that bind names or look into values.
fn check(pattern: &Pat) -> Result<()> {
    match pattern {
        Pat::Wild(_) | Pat::Lit(_) | Pat::Path(_) => Ok(()),
        Pat::Ident(name) if name.ident == "None" => Ok(()),
        Pat::Or(cases) => cases.cases.iter().try_for_each(check),
        Pat::Paren(paren) => check(&paren.pat),
        Pat::TupleStruct(some) if some.path.is_ident("Some") => some.elems.iter().try_for_each(check),
        other => Err(beyond(other, "a pattern that names what it finds is nothing that SQL can say")),
    }
}
