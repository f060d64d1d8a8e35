//! Where the emitted code finds Lapis.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use crate::attribute::At;

/// The path of what the emitted code calls: of `crate = ..` where that is given.
pub fn lapis_path(krate: Option<&At<Path>>) -> TokenStream {
    match krate {
        Some(path) => {
            let path = &path.value;
            quote!(#path::__private)
        }
        None => quote!(::lapis::__private),
    }
}
