//! Rust expressions as calls that make SQL ones.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{BinOp, Block, Error, Expr, ExprMethodCall, Ident, Member, Pat, Result, Stmt, UnOp};

use super::{format, pattern};

/// What a body's names mean while it is translated.
pub(super) struct Translation<'p> {
    /// Where the emitted code finds Lapis.
    pub(super) p: &'p TokenStream,
    /// The method's parameters: Rust values.
    parameters: Vec<Ident>,
    /// What `let` and closures name, as SQL.
    names: HashMap<String, TokenStream>,
}

/// The error for what has no translation.
pub(super) fn beyond(at: impl quote::ToTokens, what: &str) -> Error {
    let message = format!("{what}; say its SQL with `#[sql(..)]` on the method, or `#[sql(skip)]`");
    Error::new_spanned(at, message)
}

impl<'p> Translation<'p> {
    pub(super) fn new<'n>(p: &'p TokenStream, parameters: impl Iterator<Item = &'n Ident>) -> Self {
        Self { p, parameters: parameters.cloned().collect(), names: HashMap::new() }
    }

    /// A block of `let`s and a last expression.
    pub(super) fn block(&mut self, block: &Block) -> Result<TokenStream> {
        let before = self.names.clone();
        let Some((last, lets)) = block.stmts.split_last() else {
            return Err(beyond(block, "an empty block has no value"));
        };
        for statement in lets {
            self.bind(statement)?;
        }
        let translated = match last {
            Stmt::Expr(Expr::Return(returned), _) => match &returned.expr {
                Some(value) => self.expr(value),
                None => Err(beyond(returned, "nothing is returned")),
            },
            Stmt::Expr(value, None) => self.expr(value),
            Stmt::Macro(call) if call.semi_token.is_none() => self.macro_call(&call.mac),
            other => Err(beyond(other, "the last statement has no value")),
        };
        self.names = before;
        translated
    }

    /// `let name = value;`
    fn bind(&mut self, statement: &Stmt) -> Result<()> {
        if let Stmt::Expr(value @ (Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)), _) = statement {
            return self.expr(value).map(drop);
        }
        let Stmt::Local(local) = statement else {
            return Err(beyond(statement, "a statement is nothing that SQL can say"));
        };
        let pattern = match &local.pat {
            Pat::Type(typed) => &typed.pat,
            plain => plain,
        };
        let (Pat::Ident(name), Some(init)) = (pattern, &local.init) else {
            return Err(beyond(local, "a `let` of more than one name is nothing that SQL can say"));
        };
        if name.mutability.is_some() || init.diverge.is_some() || name.by_ref.is_some() {
            return Err(beyond(local, "a `let` that changes or leaves is nothing that SQL can say"));
        }
        let value = self.expr(&init.expr)?;
        self.names.insert(name.ident.unraw().to_string(), value);
        Ok(())
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result<TokenStream> {
        let is_loop = matches!(expr, Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_));
        if !is_loop && !self.depends(expr) {
            return Ok(self.value(expr));
        }
        match expr {
            Expr::Paren(paren) => self.expr(&paren.expr),
            Expr::Group(group) => self.expr(&group.expr),
            Expr::Reference(reference) if reference.mutability.is_none() => self.expr(&reference.expr),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) if name == "self" => {
                    Err(beyond(name, "`self` as a whole is nothing that SQL can say"))
                }
                Some(name) => {
                    let known = self.names.get(&name.unraw().to_string()).cloned();
                    known.ok_or_else(|| beyond(name, "this name is nothing that SQL can say"))
                }
                None => Err(beyond(path, "this path is nothing that SQL can say")),
            },
            Expr::Field(field) => match (&*field.base, &field.member) {
                (Expr::Path(base), Member::Named(name)) if base.path.is_ident("self") => {
                    Ok(quote_spanned!(name.span()=> Self::#name))
                }
                _ => Err(beyond(field, "a field of a field is nothing that SQL can say")),
            },
            Expr::Unary(unary) => {
                let operand = self.expr(&unary.expr)?;
                match unary.op {
                    UnOp::Not(_) => Ok(self.call("not", unary.span(), &[operand])),
                    UnOp::Neg(_) => Ok(self.call("neg", unary.span(), &[operand])),
                    // `*self.id` of an `Auto`, or of a reference.
                    UnOp::Deref(_) => Ok(operand),
                    _ => Err(beyond(unary, "this operator is nothing that SQL can say")),
                }
            }
            Expr::Binary(binary) => {
                let function = operator(&binary.op)
                    .ok_or_else(|| beyond(binary, "this operator is nothing that SQL can say"))?;
                if let ("eq" | "ne", Some(option)) = (function, beside_none(&binary.left, &binary.right)) {
                    let option = self.expr(option)?;
                    let function = if function == "eq" { "is_none" } else { "is_some" };
                    return Ok(self.call(function, binary.op.span(), &[option]));
                }
                let (left, right) = (self.expr(&binary.left)?, self.expr(&binary.right)?);
                Ok(self.call(function, binary.op.span(), &[left, right]))
            }
            Expr::Cast(cast) => {
                let (p, operand, ty) = (self.p, self.expr(&cast.expr)?, &cast.ty);
                Ok(quote_spanned!(cast.ty.span()=> #p::hybrid::whole_as::<#ty, _>(#operand)))
            }
            Expr::If(branch) => self.if_else(branch),
            Expr::Match(matched) => pattern::matched(self, matched),
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(value)) if path.path.is_ident("Some") => {
                    let value = self.expr(value)?;
                    Ok(self.call("some", call.span(), &[value]))
                }
                _ => Err(beyond(call, "a call with `self` is nothing that SQL can say")),
            },
            Expr::MethodCall(call) => self.method(call),
            Expr::Macro(call) => self.macro_call(&call.mac),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
                Err(beyond(expr, "a loop is nothing that SQL can say"))
            }
            other => Err(beyond(other, "this is nothing that SQL can say")),
        }
    }

    fn if_else(&mut self, branch: &syn::ExprIf) -> Result<TokenStream> {
        if let Expr::Let(pattern) = &*branch.cond {
            return Err(beyond(
                pattern,
                "`if let` is nothing that SQL can say: use `is_some_and` or `unwrap_or`",
            ));
        }
        let Some((_, otherwise)) = &branch.else_branch else {
            return Err(beyond(branch, "an `if` without `else` has no value"));
        };
        let condition = self.expr(&branch.cond)?;
        if is_none(otherwise) {
            let then = self.block(&branch.then_branch)?;
            return Ok(self.call("if_some", branch.span(), &[condition, then]));
        }
        let (then, otherwise) = (self.block(&branch.then_branch)?, self.expr(otherwise)?);
        Ok(self.call("if_else", branch.span(), &[condition, then, otherwise]))
    }

    fn method(&mut self, call: &ExprMethodCall) -> Result<TokenStream> {
        let name = call.method.unraw().to_string();
        let span = call.method.span();
        let arguments: Vec<&Expr> = call.args.iter().collect();
        if let Expr::Path(receiver) = &*call.receiver
            && receiver.path.is_ident("self")
        {
            let function = format_ident!("{}_sql", name, span = span);
            let arguments = arguments.into_iter().map(|argument| match self.depends(argument) {
                false => Ok(self.value(argument)),
                true => Err(beyond(argument, "what another hybrid is given must not depend on `self`")),
            });
            let arguments = arguments.collect::<Result<Vec<_>>>()?;
            return Ok(quote_spanned!(span=> Self::#function(#(#arguments),*)));
        }
        if name == "count"
            && let Expr::MethodCall(chars) = &*call.receiver
            && chars.method == "chars"
        {
            let text = self.expr(&chars.receiver)?;
            return Ok(self.call("characters", span, &[text]));
        }
        let receiver = self.expr(&call.receiver)?;
        match (name.as_str(), arguments.as_slice()) {
            ("clone" | "as_ref" | "as_deref" | "as_str" | "copied" | "cloned", []) => Ok(receiver),
            ("to_owned" | "to_string" | "into_owned", []) => Ok(self.call("text", span, &[receiver])),
            ("is_none", []) => Ok(self.call("is_none", span, &[receiver])),
            ("is_some", []) => Ok(self.call("is_some", span, &[receiver])),
            ("to_lowercase", []) => Ok(self.call("lower", span, &[receiver])),
            ("to_uppercase", []) => Ok(self.call("upper", span, &[receiver])),
            ("abs", []) => Ok(self.call("abs", span, &[receiver])),
            ("unwrap_or", [fallback]) => {
                let fallback = self.expr(fallback)?;
                Ok(self.call("unwrap_or", span, &[receiver, fallback]))
            }
            ("or", [fallback]) => {
                let fallback = self.expr(fallback)?;
                Ok(self.call("or_else", span, &[receiver, fallback]))
            }
            ("is_some_and", [Expr::Closure(closure)]) => {
                let holds = self.closure(closure, &receiver)?;
                let there = self.call("is_some", span, &[receiver]);
                Ok(self.call("and", span, &[there, holds]))
            }
            ("map", [Expr::Closure(closure)]) => {
                let mapped = self.closure(closure, &receiver)?;
                // What a branch makes of NULL need not be NULL.
                let there = self.call("is_some", span, &[receiver]);
                Ok(self.call("if_some", span, &[there, mapped]))
            }
            _ => Err(beyond(&call.method, &format!("`{name}` is no method that SQL is known for"))),
        }
    }

    /// The body of `|name| ..`, whose name is what an option holds.
    fn closure(&mut self, closure: &syn::ExprClosure, option: &TokenStream) -> Result<TokenStream> {
        let name = match closure.inputs.first() {
            Some(Pat::Ident(name)) => &name.ident,
            Some(Pat::Reference(reference)) => match &*reference.pat {
                Pat::Ident(name) => &name.ident,
                _ => return Err(beyond(closure, "this closure is nothing that SQL can say")),
            },
            _ => return Err(beyond(closure, "this closure is nothing that SQL can say")),
        };
        let within = self.call("within", name.span(), std::slice::from_ref(option));
        let name = name.unraw().to_string();
        let hidden = self.names.insert(name.clone(), within);
        let body = self.expr(&closure.body);
        match hidden {
            Some(hidden) => self.names.insert(name, hidden),
            None => self.names.remove(&name),
        };
        body
    }

    fn macro_call(&mut self, call: &syn::Macro) -> Result<TokenStream> {
        if call.path.is_ident("format") {
            return format::format(self, call);
        }
        if call.path.is_ident("matches") {
            return pattern::matches(self, call);
        }
        Err(beyond(&call.path, "this macro is nothing that SQL can say"))
    }

    /// A call of one of the functions that make SQL.
    pub(super) fn call(&self, function: &str, span: Span, arguments: &[TokenStream]) -> TokenStream {
        let (p, function) = (self.p, Ident::new(function, span));
        quote_spanned!(span=> #p::hybrid::#function(#(#arguments),*))
    }

    /// A Rust value, of constants and parameters alone: it is computed in Rust, and bound.
    pub(super) fn value(&self, expr: &Expr) -> TokenStream {
        let mut used = Mentions::of(&self.parameters);
        used.visit_expr(expr);
        let names: Vec<&Ident> =
            self.parameters.iter().filter(|name| used.found.contains(&name.to_string())).collect();
        if names.is_empty() {
            return match expr {
                // A number that Rust would infer to be a wide one.
                Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. })
                    if number.suffix().is_empty()
                        && number.base10_parse::<i64>().is_ok_and(|n| i32::try_from(n).is_err()) =>
                {
                    let wide = syn::LitInt::new(&format!("{number}i64"), number.span());
                    quote!(#wide)
                }
                expr => quote!(#expr),
            };
        }
        // It may be used more than once.
        quote_spanned!(expr.span()=> { #(let #names = ::core::clone::Clone::clone(&#names);)* #expr })
    }

    /// Whether an expression speaks of the row, by `self` or by a name that stands for SQL.
    pub(super) fn depends(&self, expr: &Expr) -> bool {
        let names = self.names.keys().map(|name| format_ident!("r#{}", name));
        let mut names: Vec<Ident> = names.collect();
        names.push(Ident::new("self", Span::call_site()));
        let mut mentions = Mentions::of(&names);
        mentions.visit_expr(expr);
        !mentions.found.is_empty()
    }
}

/// Looks for names, also in what macros are given.
struct Mentions {
    names: Vec<String>,
    found: Vec<String>,
}

impl Mentions {
    fn of(names: &[Ident]) -> Self {
        Self { names: names.iter().map(|name| name.unraw().to_string()).collect(), found: Vec::new() }
    }

    fn note(&mut self, name: &Ident) {
        let name = name.unraw().to_string();
        if self.names.contains(&name) {
            self.found.push(name);
        }
    }

    fn note_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) => self.note(&name),
                proc_macro2::TokenTree::Group(group) => self.note_tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.note(name);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.note_tokens(call.tokens.clone());
    }
}

fn operator(op: &BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Eq(_) => "eq",
        BinOp::Ne(_) => "ne",
        BinOp::Lt(_) => "lt",
        BinOp::Le(_) => "le",
        BinOp::Gt(_) => "gt",
        BinOp::Ge(_) => "ge",
        BinOp::And(_) => "and",
        BinOp::Or(_) => "or",
        BinOp::Add(_) => "add",
        BinOp::Sub(_) => "sub",
        BinOp::Mul(_) => "mul",
        BinOp::Div(_) => "div",
        BinOp::Rem(_) => "rem",
        _ => return None,
    })
}

/// `None`, also as the value of a block.
fn is_none(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.is_ident("None"),
        Expr::Block(block) => {
            matches!(block.block.stmts.as_slice(), [Stmt::Expr(only, None)] if is_none(only))
        }
        Expr::Paren(paren) => is_none(&paren.expr),
        _ => false,
    }
}

/// The operand that is compared with `None`.
fn beside_none<'e>(left: &'e Expr, right: &'e Expr) -> Option<&'e Expr> {
    if is_none(right) {
        return Some(left);
    }
    is_none(left).then_some(right)
}

/// A path or a literal as tokens, for patterns.
pub(super) fn tokens(value: &impl quote::ToTokens) -> TokenStream {
    quote!(#value)
}
