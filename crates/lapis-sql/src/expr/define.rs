//! Functions and operators of the user's own.

use super::operand::{IntoExpr, KindOf};
use crate::types::SqlType;
use crate::types::kind::ComparableWith;

/// An argument for a parameter of type `T`: a column, an expression or a value of its kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument for a parameter of type `{T}`",
    label = "not an SQL expression or value of the kind of `{T}`"
)]
pub trait ArgumentOf<T: SqlType>: IntoExpr {}

#[diagnostic::do_not_recommend]
impl<T: SqlType, O: IntoExpr> ArgumentOf<T> for O where T::Kind: ComparableWith<KindOf<O>> {}

/// Declares SQL functions with their types, each in a line: those of an extension, of a library, of one's own.
///
/// What it makes are Rust functions that give expressions; their arguments are columns, expressions or values of the kinds
/// of their types. The function in the database has the same name, or the one behind `=`, which is written as it stands.
/// An aggregate is declared in the same way: [`distinct`](crate::expr::Expr::distinct),
/// [`filter_where`](crate::expr::Expr::filter_where) and [`over`](crate::expr::Expr::over) are for every function.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const NAME: Column<User, String> = Column::new("name"); }
/// lapis_sql::sql_function! {
///     /// How alike two texts are, from 0 to 1 (`pg_trgm`).
///     pub fn similarity(left: String, right: String) -> f32;
///     fn next_invoice() -> i64 = "billing.next_invoice";
/// }
///
/// let alike = select(User::NAME).filter(similarity(User::NAME, "Anne").gt(0.4));
/// assert_eq!(
///     alike.sql(&Postgres)?,
///     r#"SELECT "users"."name" FROM "users" WHERE similarity("users"."name", $1) > $2::DOUBLE PRECISION"#
/// );
/// assert_eq!(select(next_invoice()).sql(&Postgres)?, "SELECT billing.next_invoice()");
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// An argument of another kind is an error of the compiler. Whether the database has such a function, only the database
/// knows; it refuses the statement if not.
#[macro_export]
macro_rules! sql_function {
    ($($(#[$attribute:meta])* $visible:vis fn $name:ident($($argument:ident: $ty:ty),* $(,)?) -> $result:ty $(= $sql:literal)?;)+) => {$(
        $(#[$attribute])*
        $visible fn $name($($argument: impl $crate::expr::ArgumentOf<$ty>),*) -> $crate::expr::Expr<$result> {
            let name = [$($sql,)? stringify!($name)][0];
            let arguments = vec![$($crate::expr::IntoExpr::into_node($argument)),*];
            $crate::expr::Expr::new($crate::expr::Node::function(name, arguments))
        }
    )+};
}

/// Declares SQL operators with their types, each in a line: what an extension brings, or Lapis has not.
///
/// It makes a Rust function of two arguments for each operator, which is written as it stands between them. Whatever is not
/// plain beside it gets parentheses, and so does it within anything else, since nothing is known of how tightly it binds.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const NAME: Column<User, String> = Column::new("name"); }
/// lapis_sql::sql_operator! {
///     /// Two texts are alike (`pg_trgm`).
///     pub fn is_similar(left: String, right: String) -> bool = "%";
/// }
///
/// let alike = select(User::NAME).filter(is_similar(User::NAME, "Anne"));
/// assert_eq!(
///     alike.sql(&Postgres)?,
///     r#"SELECT "users"."name" FROM "users" WHERE "users"."name" % $1::TEXT"#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[macro_export]
macro_rules! sql_operator {
    ($($(#[$attribute:meta])* $visible:vis fn $name:ident($left:ident: $left_ty:ty, $right:ident: $right_ty:ty $(,)?) -> $result:ty = $sql:literal;)+) => {$(
        $(#[$attribute])*
        $visible fn $name(
            $left: impl $crate::expr::ArgumentOf<$left_ty>,
            $right: impl $crate::expr::ArgumentOf<$right_ty>,
        ) -> $crate::expr::Expr<$result> {
            $crate::expr::Expr::new($crate::expr::Node::Operator {
                symbol: ::std::convert::Into::into($sql),
                operands: ::std::boxed::Box::new((
                    $crate::expr::IntoExpr::into_node($left),
                    $crate::expr::IntoExpr::into_node($right),
                )),
            })
        }
    )+};
}
