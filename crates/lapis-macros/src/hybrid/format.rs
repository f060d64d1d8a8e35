//! `format!` of text as text joined to text.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Result, Token};

use super::translate::{Translation, beyond};

/// `format!("{} {}", a, b)`, of text alone: how a number looks is another thing in SQL than in Rust.
pub(super) fn format(translation: &mut Translation<'_>, call: &syn::Macro) -> Result<TokenStream> {
    let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
    let mut arguments = arguments.iter();
    let Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) = arguments.next() else {
        return Err(beyond(&call.path, "`format!` begins with its text"));
    };
    let pieces = pieces(&text.value())
        .ok_or_else(|| beyond(text, "`format!` in SQL has `{}` and nothing else in braces"))?;
    let mut joined: Option<TokenStream> = None;
    let span = text.span();
    let mut join = |translation: &Translation<'_>, part: TokenStream| {
        let part = translation.call("text", span, &[part]);
        joined = Some(match joined.take() {
            Some(before) => translation.call("add", span, &[before, part]),
            None => part,
        });
    };
    for (position, piece) in pieces.iter().enumerate() {
        if position > 0 {
            let argument = arguments
                .next()
                .ok_or_else(|| beyond(text, "`format!` has fewer arguments than places"))?;
            let argument = translation.expr(argument)?;
            join(translation, argument);
        }
        if !piece.is_empty() {
            join(translation, quote!(#piece));
        }
    }
    match (arguments.next(), joined) {
        (Some(more), _) => Err(beyond(more, "`format!` has more arguments than places")),
        (None, Some(joined)) => Ok(joined),
        (None, None) => Ok(quote!("")),
    }
}

/// The text between `{}`s, with doubled braces as single ones.
fn pieces(text: &str) -> Option<Vec<String>> {
    let mut pieces = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' => match (character, characters.next()?) {
                ('{', '}') => pieces.push(String::new()),
                (one, other) if one == other => pieces.last_mut()?.push(one),
                _ => return None,
            },
            other => pieces.last_mut()?.push(other),
        }
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn the_text_is_taken_apart_at_its_places() {
        assert_eq!(pieces("{} {}"), Some(vec![String::new(), " ".into(), String::new()]));
        assert_eq!(pieces("{{{}}}"), Some(vec!["{".into(), "}".into()]));
        assert_eq!(pieces("{name}"), None);
        assert_eq!(pieces("{:?}"), None);
        assert_eq!(pieces("{"), None);
    }
}
