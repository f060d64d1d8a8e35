//! Expressions twice over: as the typed API makes them, and as the evaluator understands them.

use std::rc::Rc;

use chrono::{NaiveDate, NaiveDateTime};
use lapis::expr::{Expr, ExprOps, IntoExpr, Node, RightOperand};
use lapis::sql::DecodeError;
use lapis::statement::{SelectItem, Selection};
use lapis::types::kind::ComparableWith;
use lapis::types::{Decode, Encode, SqlType};
use lapis::{Cell, expr};
use rust_decimal::Decimal;

use crate::data;
use crate::datum::{Datum, Meant};
use crate::environment::{Environment, Meaning};
use crate::random::Random;

/// Kinds whose values compare with one another.
pub trait Comparable: ComparableWith<Self> + Sized {}
impl<K: ComparableWith<K>> Comparable for K {}

/// A Rust type that stands for a kind of value.
pub trait Scalar:
    SqlType<NotNull = Self, Kind: Comparable> + Encode + Decode + IntoExpr<Type = Self> + Clone + Send + 'static
{
    const KIND: Kind;
    fn into_datum(self) -> Datum;
    /// The value, `None` for NULL.
    fn of(datum: Datum) -> Option<Self>;
    fn literal(random: &mut Random) -> Self;
    fn any(term: Term<Self>) -> Any;
    fn term(any: &Any) -> Option<&Term<Self>>;
}

/// A typed expression that may be NULL, or may not: what the type says of it.
#[derive(Clone)]
pub enum Maybe<T> {
    Never(Expr<T>),
    Perhaps(Expr<Option<T>>),
}

impl<T: Scalar> Maybe<T> {
    pub fn nullable(self) -> Self {
        match self {
            Maybe::Never(expr) => Maybe::Perhaps(expr.nullable()),
            perhaps => perhaps,
        }
    }
}

/// On the right of an operator, and as an argument, nothing depends on whether it may be NULL.
impl<T: Scalar> IntoExpr for Maybe<T> {
    type Type = Option<T>;

    fn into_node(self) -> Node {
        match self {
            Maybe::Never(expr) => expr.into_node(),
            Maybe::Perhaps(expr) => expr.into_node(),
        }
    }
}

/// Whether the result may be NULL is told by whoever makes it: it is not known when the generator is compiled.
impl<U: SqlType, T: Scalar> RightOperand<U> for Maybe<T> {
    type Result = U;
}

/// An expression of a known kind.
#[derive(Clone)]
pub struct Term<T> {
    pub expr: Maybe<T>,
    pub meaning: Meaning,
    /// What it is made of, for a failing statement to be made smaller.
    pub parts: Vec<Any>,
    /// No number is further from zero.
    pub bound: f64,
}

impl<T: Scalar> Term<T> {
    pub fn new(expr: Maybe<T>, meaning: impl Fn(&Environment) -> Meant<Datum> + 'static) -> Self {
        Self { expr, meaning: Rc::new(meaning), parts: Vec::new(), bound: 100.0 }
    }

    pub fn literal(value: T) -> Self {
        let datum = value.clone().into_datum();
        Self::new(Maybe::Never(expr::lit(value)), move |_| Ok(datum.clone()))
    }

    pub fn null() -> Self {
        Self::new(Maybe::Perhaps(expr::lit(None::<T>)), |_| Ok(Datum::Null))
    }

    /// Made of these.
    pub fn of(mut self, parts: impl IntoIterator<Item = Any>) -> Self {
        self.parts.extend(parts);
        self
    }

    pub fn bounded(mut self, bound: f64) -> Self {
        self.bound = bound;
        self
    }

    pub fn nullable(mut self) -> Self {
        self.expr = self.expr.nullable();
        self
    }

    pub fn is_nullable(&self) -> bool {
        matches!(self.expr, Maybe::Perhaps(_))
    }

    /// Whether it is the value NULL, of which `eq` and `ne` make `IS NULL` and `IS NOT NULL`.
    pub fn is_null_value(&self) -> bool {
        let is_null = |node: &Node| matches!(node, Node::Value(lapis::Value::Null));
        match &self.expr {
            Maybe::Never(_) => false,
            Maybe::Perhaps(expr) => match expr.node() {
                Node::Cast { operand, .. } => is_null(operand),
                node => is_null(node),
            },
        }
    }

    pub fn any(&self) -> Any {
        T::any(self.clone())
    }

    /// Its value in an environment, `None` for NULL.
    pub fn value(&self, environment: &Environment) -> Meant<Option<T>> {
        (self.meaning)(environment).map(T::of)
    }
}

/// Writes an expression for both types that its first operand may have; beside others that may be NULL, the result
/// is said to be, too.
macro_rules! typed {
    ($first:expr, $others_nullable:expr, |$x:ident| $body:expr) => {
        match ($first, $others_nullable) {
            (Maybe::Never($x), false) => Maybe::Never($body),
            (Maybe::Never($x), true) => Maybe::Perhaps(($body).nullable()),
            (Maybe::Perhaps($x), _) => Maybe::Perhaps(($body).nullable()),
        }
    };
}
pub(crate) use typed;

/// What is NULL if its operand is.
pub fn strict1<A, R, F>(a: &Term<A>, value: F) -> impl Fn(&Environment) -> Meant<Datum> + use<A, R, F>
where
    A: Scalar,
    R: Scalar,
    F: Fn(A) -> Meant<R> + 'static,
{
    let a = Rc::clone(&a.meaning);
    move |environment| match A::of(a(environment)?) {
        Some(a) => value(a).map(R::into_datum),
        None => Ok(Datum::Null),
    }
}

/// What is NULL if one of its operands is.
pub fn strict2<A, B, R, F>(
    a: &Term<A>,
    b: &Term<B>,
    value: F,
) -> impl Fn(&Environment) -> Meant<Datum> + use<A, B, R, F>
where
    A: Scalar,
    B: Scalar,
    R: Scalar,
    F: Fn(A, B) -> Meant<R> + 'static,
{
    let (a, b) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    move |environment| match (A::of(a(environment)?), B::of(b(environment)?)) {
        (Some(a), Some(b)) => value(a, b).map(R::into_datum),
        _ => Ok(Datum::Null),
    }
}

macro_rules! kinds {
    ($($kind:ident $ty:ty, $literal:expr;)+) => {
        /// A kind of value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($kind),+ }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind),+];
        }

        /// An expression of any kind.
        #[derive(Clone)]
        pub enum Any { $($kind(Term<$ty>)),+ }

        $(
            impl Scalar for $ty {
                const KIND: Kind = Kind::$kind;

                fn into_datum(self) -> Datum {
                    Datum::$kind(self)
                }

                fn of(datum: Datum) -> Option<Self> {
                    match datum {
                        Datum::Null => None,
                        Datum::$kind(value) => Some(value),
                        other => panic!("{other:?} is no {}", stringify!($kind)),
                    }
                }

                fn literal(random: &mut Random) -> Self {
                    let literal: fn(&mut Random) -> Self = $literal;
                    literal(random)
                }

                fn any(term: Term<Self>) -> Any {
                    Any::$kind(term)
                }

                fn term(any: &Any) -> Option<&Term<Self>> {
                    if let Any::$kind(term) = any { Some(term) } else { None }
                }
            }
        )+
    };
}

kinds! {
    Int i64, data::small;
    Float f64, data::half;
    Decimal Decimal, data::quarters;
    Text String, |random| { let awkward = random.one_in(8); data::word(random, awkward) };
    Bool bool, |random| random.one_in(2);
    Date NaiveDate, data::date;
    Timestamp NaiveDateTime, data::instant;
}

/// Does the same with an expression of any kind.
macro_rules! with_any {
    ($any:expr, $term:ident => $body:expr) => {
        match $any {
            $crate::term::Any::Int($term) => $body,
            $crate::term::Any::Float($term) => $body,
            $crate::term::Any::Decimal($term) => $body,
            $crate::term::Any::Text($term) => $body,
            $crate::term::Any::Bool($term) => $body,
            $crate::term::Any::Date($term) => $body,
            $crate::term::Any::Timestamp($term) => $body,
        }
    };
}
pub(crate) use with_any;

/// Does the same with the Rust type of any kind.
macro_rules! with_kind {
    ($kind:expr, $ty:ident => $body:expr) => {
        match $kind {
            $crate::term::Kind::Int => {
                type $ty = i64;
                $body
            }
            $crate::term::Kind::Float => {
                type $ty = f64;
                $body
            }
            $crate::term::Kind::Decimal => {
                type $ty = rust_decimal::Decimal;
                $body
            }
            $crate::term::Kind::Text => {
                type $ty = String;
                $body
            }
            $crate::term::Kind::Bool => {
                type $ty = bool;
                $body
            }
            $crate::term::Kind::Date => {
                type $ty = chrono::NaiveDate;
                $body
            }
            $crate::term::Kind::Timestamp => {
                type $ty = chrono::NaiveDateTime;
                $body
            }
        }
    };
}
pub(crate) use with_kind;

impl Any {
    pub fn kind(&self) -> Kind {
        fn of<T: Scalar>(_: &Term<T>) -> Kind {
            T::KIND
        }
        with_any!(self, term => of(term))
    }

    pub fn meaning(&self) -> &Meaning {
        with_any!(self, term => &term.meaning)
    }

    pub fn parts(&self) -> &[Any] {
        with_any!(self, term => &term.parts)
    }

    pub fn bound(&self) -> f64 {
        with_any!(self, term => term.bound)
    }

    pub fn is_nullable(&self) -> bool {
        with_any!(self, term => term.is_nullable())
    }

    pub fn nullable(self) -> Any {
        with_any!(self, term => Scalar::any(term.nullable()))
    }

    pub fn node(&self) -> Node {
        with_any!(self, term => term.expr.clone().into_node())
    }

    /// Adds it to a projection under a label.
    pub fn select_as(&self, label: &str, items: &mut Vec<SelectItem>) {
        let label = label.to_owned();
        with_any!(self, term => match term.expr.clone() {
            Maybe::Never(expr) => expr.label(label).add_to(items),
            Maybe::Perhaps(expr) => expr.label(label).add_to(items),
        });
    }

    /// Reads a cell as the type that the expression claims.
    pub fn decode(&self, cell: Cell<'_>) -> Result<Datum, DecodeError> {
        fn decode<T: Scalar>(term: &Term<T>, cell: Cell<'_>) -> Result<Datum, DecodeError> {
            if term.is_nullable() {
                Ok(Option::<T>::decode(cell)?.map_or(Datum::Null, T::into_datum))
            } else {
                T::decode(cell).map(T::into_datum)
            }
        }
        with_any!(self, term => decode(term, cell))
    }
}
