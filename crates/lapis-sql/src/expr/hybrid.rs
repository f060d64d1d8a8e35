//! What `#[hybrid]` makes of Rust's operators: SQL that means the same. No part of the public interface.

use super::func;
pub use super::func::{abs, lower, upper};
use super::node::{BinaryOp, Node, UnaryOp};
use super::operand::{Condition, Expr, IntoExpr, KindOf};
use crate::Name;
use crate::types::SqlType;
use crate::types::kind::{
    Additive, Arithmetic, ComparableWith, IntegerKind, Kind, Numeric, TextKind, Textual,
};

type NotNull<O> = <<O as IntoExpr>::Type as SqlType>::NotNull;

const fn nullable<O: IntoExpr>() -> bool {
    <O::Type as SqlType>::NULLABLE
}

/// The whole, read as what the method returns.
pub fn finish<T, V>(value: V) -> Expr<T>
where
    T: SqlType<Kind: ComparableWith<KindOf<V>>>,
    V: IntoExpr,
{
    const { assert!(T::NULLABLE || !nullable::<V>(), "the method returns no `Option`, and its SQL may be NULL") }
    Expr::new(value.into_node())
}

/// `left == right`: of options, `None` equals `None`.
pub fn eq<L, R>(left: L, right: R) -> Expr<bool>
where
    L: IntoExpr,
    R: IntoExpr,
    KindOf<L>: ComparableWith<KindOf<R>>,
{
    let null_safe = nullable::<L>() || nullable::<R>();
    binary(if null_safe { BinaryOp::IsNotDistinctFrom } else { BinaryOp::Eq }, left, right)
}

/// `left != right`: of options, `None` differs from any value.
pub fn ne<L, R>(left: L, right: R) -> Expr<bool>
where
    L: IntoExpr,
    R: IntoExpr,
    KindOf<L>: ComparableWith<KindOf<R>>,
{
    let null_safe = nullable::<L>() || nullable::<R>();
    binary(if null_safe { BinaryOp::IsDistinctFrom } else { BinaryOp::Ne }, left, right)
}

macro_rules! comparisons {
    ($($name:ident $op:ident;)+) => {$(
        pub fn $name<L, R>(left: L, right: R) -> Expr<bool>
        where
            L: IntoExpr,
            R: IntoExpr,
            KindOf<L>: ComparableWith<KindOf<R>>,
        {
            // Rust has `None` before any value, and SQL gives neither true nor false.
            const {
                assert!(
                    !nullable::<L>() && !nullable::<R>(),
                    "options are not ordered alike in Rust and SQL: use `is_some_and`, or `unwrap_or`"
                );
            }
            binary(BinaryOp::$op, left, right)
        }
    )+};
}

comparisons! {
    lt Lt;
    le Le;
    gt Gt;
    ge Ge;
}

/// Kinds that Rust's `+` goes between.
#[diagnostic::on_unimplemented(message = "`+` between {Self} and {K} means nothing in SQL")]
pub trait Plus<K: Kind>: Kind {
    /// The operator between both.
    fn plus(left: Node, right: Node) -> Node;
}

impl Plus<TextKind> for TextKind {
    fn plus(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Concat, left, right)
    }
}

impl<L: Additive<R> + Numeric, R: Kind> Plus<R> for L {
    fn plus(left: Node, right: Node) -> Node {
        L::plus(left, right)
    }
}

/// `left + right`, of text as well.
pub fn add<L, R>(left: L, right: R) -> Expr<L::Type>
where
    L: IntoExpr,
    R: IntoExpr,
    KindOf<L>: Plus<KindOf<R>>,
{
    Expr::new(<KindOf<L> as Plus<KindOf<R>>>::plus(left.into_node(), right.into_node()))
}

/// `left - right`
pub fn sub<L, R>(left: L, right: R) -> Expr<L::Type>
where
    L: IntoExpr,
    R: IntoExpr,
    KindOf<L>: Additive<KindOf<R>>,
{
    Expr::new(<KindOf<L> as Additive<KindOf<R>>>::minus(left.into_node(), right.into_node()))
}

macro_rules! arithmetic {
    ($($name:ident $node:ident;)+) => {$(
        pub fn $name<L, R>(left: L, right: R) -> Expr<L::Type>
        where
            L: IntoExpr,
            R: IntoExpr,
            KindOf<L>: Arithmetic<KindOf<R>>,
        {
            Expr::new(<KindOf<L> as Arithmetic<KindOf<R>>>::$node(left.into_node(), right.into_node()))
        }
    )+};
}

arithmetic! {
    mul times;
    div divided_by;
    rem modulo;
}

/// `-operand`
pub fn neg<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    Expr::new(Node::unary(UnaryOp::Negate, operand.into_node()))
}

/// `operand as T`, of whole numbers: of others, Rust cuts off what SQL rounds.
pub fn whole_as<T, O>(operand: O) -> Expr<T>
where
    T: SqlType<Kind: Numeric>,
    O: IntoExpr,
    O::Type: SqlType<Kind = IntegerKind>,
{
    Expr::new(Node::Cast { operand: Box::new(operand.into_node()), to: T::column_type() })
}

/// `!condition`
pub fn not<C: Condition>(condition: C) -> Expr<bool> {
    Expr::new(condition.into_condition().negate())
}

/// `left && right`
pub fn and<L: Condition, R: Condition>(left: L, right: R) -> Expr<bool> {
    Expr::new(left.into_condition().and(right.into_condition()))
}

/// `left || right`
pub fn or<L: Condition, R: Condition>(left: L, right: R) -> Expr<bool> {
    Expr::new(left.into_condition().or(right.into_condition()))
}

/// `if condition { then } else { otherwise }`
pub fn if_else<C, T, O>(condition: C, then: T, otherwise: O) -> Expr<T::Type>
where
    C: Condition,
    T: IntoExpr,
    O: IntoExpr,
    KindOf<T>: ComparableWith<KindOf<O>>,
{
    let branches = vec![(condition.into_condition(), then.into_node())];
    // `else if` goes on in the same CASE.
    let (more, otherwise) = match otherwise.into_node() {
        Node::Case { operand: None, branches, otherwise } => (branches, otherwise),
        other => (Vec::new(), Some(Box::new(other))),
    };
    let branches = branches.into_iter().chain(more).collect();
    Expr::new(Node::Case { operand: None, branches, otherwise })
}

/// `if condition { Some(then) } else { None }`
pub fn if_some<C: Condition, T: IntoExpr>(condition: C, then: T) -> Expr<Option<NotNull<T>>> {
    let branches = vec![(condition.into_condition(), then.into_node())];
    Expr::new(Node::Case { operand: None, branches, otherwise: None })
}

/// `Some(operand)`
pub fn some<O: IntoExpr>(operand: O) -> Expr<Option<NotNull<O>>> {
    Expr::new(operand.into_node())
}

/// What an option holds, where it is known to hold something.
pub fn within<O: IntoExpr>(operand: O) -> Expr<NotNull<O>> {
    Expr::new(operand.into_node())
}

/// `operand.is_none()`
pub fn is_none<O: IntoExpr>(operand: O) -> Expr<bool> {
    Expr::new(Node::unary(UnaryOp::IsNull, operand.into_node()))
}

/// `operand.is_some()`
pub fn is_some<O: IntoExpr>(operand: O) -> Expr<bool> {
    Expr::new(Node::unary(UnaryOp::IsNotNull, operand.into_node()))
}

/// `operand.unwrap_or(fallback)`
pub fn unwrap_or<O, F>(operand: O, fallback: F) -> Expr<NotNull<O>>
where
    O: IntoExpr,
    F: IntoExpr,
    KindOf<O>: ComparableWith<KindOf<F>>,
{
    function("coalesce", vec![operand.into_node(), fallback.into_node()])
}

/// `operand.or(fallback)`
pub fn or_else<O, F>(operand: O, fallback: F) -> Expr<F::Type>
where
    O: IntoExpr,
    F: IntoExpr,
    KindOf<O>: ComparableWith<KindOf<F>>,
{
    function("coalesce", vec![operand.into_node(), fallback.into_node()])
}

/// Text as it is.
pub fn text<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    Expr::new(operand.into_node())
}

/// `operand.chars().count()`
pub fn characters<O>(operand: O) -> Expr<i64>
where
    O: IntoExpr<Type: SqlType<Kind: Textual>>,
{
    Expr::new(func::length(operand).into_node())
}

/// A condition that a pattern makes, which none at all fulfils.
pub fn any<const N: usize>(conditions: [Expr<bool>; N]) -> Expr<bool> {
    match <[Expr<bool>; 1]>::try_from(conditions.to_vec()) {
        Ok([one]) => one,
        Err(conditions) => super::condition::any_of(conditions),
    }
}

/// A condition as an expression that may be copied.
pub fn condition<C: Condition>(condition: C) -> Expr<bool> {
    Expr::new(condition.into_condition())
}

fn binary(op: BinaryOp, left: impl IntoExpr, right: impl IntoExpr) -> Expr<bool> {
    Expr::new(Node::compared(op, left.into_node(), right.into_node()))
}

fn function<T>(name: &'static str, args: Vec<Node>) -> Expr<T> {
    Expr::new(Node::function(Name::Borrowed(name), args))
}
