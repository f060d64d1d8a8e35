//! Types as the programmer wrote them.

use syn::{GenericArgument, PathArguments, Type};

/// The last segment's name: `String` of `std::string::String`.
pub fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        Type::Group(group) => last_name(&group.elem),
        Type::Paren(paren) => last_name(&paren.elem),
        _ => None,
    }
}

/// The `T` of a type written `wrapper<T>`.
pub fn inner<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let path = match ty {
        Type::Path(path) => &path.path,
        Type::Group(group) => return inner(&group.elem, wrapper),
        Type::Paren(paren) => return inner(&paren.elem, wrapper),
        _ => return None,
    };
    let segment = path.segments.last().filter(|segment| segment.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}

/// Whether a builder's setter takes `impl Into<T>`: for types that are seldom at hand as themselves.
///
/// Not for numbers, whose literals could then not be inferred.
pub fn takes_into(ty: &Type) -> bool {
    const INTO: [&str; 11] =
        ["String", "Json", "Ref", "Many", "One", "Vec", "Box", "Arc", "Rc", "Cow", "PathBuf"];
    last_name(ty).is_some_and(|name| INTO.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn a_wrapper_is_known_by_its_last_segment() {
        let ty: Type = parse_quote!(lapis::Auto<i64>);
        assert_eq!(inner(&ty, "Auto").and_then(last_name).as_deref(), Some("i64"));
        assert!(inner(&ty, "Ref").is_none());
    }

    #[test]
    fn setters_convert_text_but_not_numbers() {
        assert!(takes_into(&parse_quote!(String)));
        assert!(takes_into(&parse_quote!(std::sync::Arc<str>)));
        assert!(!takes_into(&parse_quote!(i64)));
        assert!(!takes_into(&parse_quote!(Uuid)));
    }
}
