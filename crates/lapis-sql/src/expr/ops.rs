//! The operators of columns and expressions.

use super::builtin::Builtin;
use super::cast::cast;
use super::column::{Column, StaticTable};
use super::label::Labeled;
use super::node::{BinaryOp, Node, UnaryOp};
use super::operand::{ComparableTo, Condition, Expr, IntoExpr, KindOf};
use super::order::{Order, OrderBy};
use super::pattern::{self, Anchor};
use crate::Name;
use crate::statement::{Select, Val};
use crate::types::kind::{Array, Collection, ComparableWith, Contains, Logical, Textual};
use crate::types::{ColumnType, HasLength, SqlType};

/// The operators of columns and typed expressions.
///
/// What they make is an expression too, so they chain. Conditions are `Expr<bool>` whether or not an operand
/// may be NULL; a condition that is NULL keeps no row, as in SQL.
///
/// ```
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const NAME: Column<User, String> = Column::new("name");
/// # const AGE: Column<User, i32> = Column::new("age");
/// let adults = AGE.ge(18).and(NAME.starts_with("A").or(NAME.is_null()));
/// // "users"."age" >= ? AND ("users"."name" LIKE ? OR "users"."name" IS NULL)
/// ```
#[expect(clippy::wrong_self_convention, reason = "an expression is consumed by the one it becomes part of")]
pub trait ExprOps: IntoExpr + Sized {
    /// `self = other`; where `other` is the value NULL (`None`), `self IS NULL`.
    fn eq<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        Expr::new(Node::compared(BinaryOp::Eq, self.into_node(), other.into_node()))
    }

    /// `self <> other`; where `other` is the value NULL (`None`), `self IS NOT NULL`.
    fn ne<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        Expr::new(Node::compared(BinaryOp::Ne, self.into_node(), other.into_node()))
    }

    /// `self < other`
    fn lt<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::Lt, self, other.into_node())
    }

    /// `self <= other`
    fn le<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::Le, self, other.into_node())
    }

    /// `self > other`
    fn gt<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::Gt, self, other.into_node())
    }

    /// `self >= other`
    fn ge<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::Ge, self, other.into_node())
    }

    /// Unequal, with NULL equal to NULL: `IS DISTINCT FROM`, SQLite's `IS NOT`, MySQL's `NOT (… <=> …)`.
    fn is_distinct_from<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::IsDistinctFrom, self, other.into_node())
    }

    /// Equal, with NULL equal to NULL: `IS NOT DISTINCT FROM`, SQLite's `IS`, MySQL's `<=>`.
    fn is_not_distinct_from<R: ComparableTo<KindOf<Self>>>(self, other: R) -> Expr<bool> {
        compare(BinaryOp::IsNotDistinctFrom, self, other.into_node())
    }

    /// `self IS NULL`
    fn is_null(self) -> Expr<bool> {
        Expr::new(Node::unary(UnaryOp::IsNull, self.into_node()))
    }

    /// `self IS NOT NULL`
    fn is_not_null(self) -> Expr<bool> {
        Expr::new(Node::unary(UnaryOp::IsNotNull, self.into_node()))
    }

    /// `self BETWEEN low AND high`, both ends included.
    fn between<L: ComparableTo<KindOf<Self>>, H: ComparableTo<KindOf<Self>>>(
        self,
        low: L,
        high: H,
    ) -> Expr<bool> {
        let operands = Box::new((self.into_node(), low.into_node(), high.into_node()));
        Expr::new(Node::Between { operands, negated: false })
    }

    /// `self NOT BETWEEN low AND high`
    fn not_between<L: ComparableTo<KindOf<Self>>, H: ComparableTo<KindOf<Self>>>(
        self,
        low: L,
        high: H,
    ) -> Expr<bool> {
        let operands = Box::new((self.into_node(), low.into_node(), high.into_node()));
        Expr::new(Node::Between { operands, negated: true })
    }

    /// `self IN (a, b, …)`; of no operands: false.
    ///
    /// A long list of values becomes one parameter where the database can take it as one, so that its length
    /// neither meets the limit of parameters nor makes a new statement of each length.
    fn in_<I: IntoIterator<Item: ComparableTo<KindOf<Self>>>>(self, operands: I) -> Expr<bool> {
        Expr::new(member_of(self.into_node(), operands, false))
    }

    /// `self NOT IN (a, b, …)`; of no operands: true. As in SQL, never true if one of them is NULL.
    fn not_in<I: IntoIterator<Item: ComparableTo<KindOf<Self>>>>(self, operands: I) -> Expr<bool> {
        Expr::new(member_of(self.into_node(), operands, true))
    }

    /// `self IN (SELECT …)`
    fn in_select<T>(self, select: Select<Val<T>>) -> Expr<bool>
    where
        T: SqlType + 'static,
        KindOf<Self>: ComparableWith<T::Kind>,
    {
        let (operand, select) = (Box::new(self.into_node()), Box::new(select.statement));
        Expr::new(Node::InSelect { operand, select, negated: false })
    }

    /// `self NOT IN (SELECT …)`
    fn not_in_select<T>(self, select: Select<Val<T>>) -> Expr<bool>
    where
        T: SqlType + 'static,
        KindOf<Self>: ComparableWith<T::Kind>,
    {
        let (operand, select) = (Box::new(self.into_node()), Box::new(select.statement));
        Expr::new(Node::InSelect { operand, select, negated: true })
    }

    /// `self LIKE pattern`, where `%` is any text and `_` any character.
    ///
    /// The pattern goes to the database as it is. Databases differ in two ways: SQLite and MySQL take upper and
    /// lower case as alike (MySQL by the column's collation), PostgreSQL does not; and `\` escapes in PostgreSQL
    /// and MySQL, but not in SQLite. For text that is to be found literally there are
    /// [`starts_with`](Self::starts_with), [`ends_with`](Self::ends_with) and [`contains`](Self::contains).
    fn like<R>(self, pattern: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(pattern::like(self.into_node(), pattern.into_node(), false, false))
    }

    /// `self NOT LIKE pattern`
    fn not_like<R>(self, pattern: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(pattern::like(self.into_node(), pattern.into_node(), false, true))
    }

    /// `self ILIKE pattern`, with upper and lower case alike: `lower(self) LIKE lower(pattern)` where the
    /// database has no `ILIKE`. SQLite knows the case of ASCII letters alone: `'Ä' ILIKE 'ä'` is false there.
    fn ilike<R>(self, pattern: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(pattern::like(self.into_node(), pattern.into_node(), true, false))
    }

    /// Begins with that text: a LIKE in which the text's own `%` and `_` are escaped.
    ///
    /// Whether upper and lower case are alike is the database's choice, as in [`like`](Self::like).
    fn starts_with<R>(self, text: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(pattern::find(self.into_node(), text.into_node(), Anchor::Start))
    }

    /// Ends with that text: a LIKE in which the text's own `%` and `_` are escaped.
    fn ends_with<R>(self, text: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(pattern::find(self.into_node(), text.into_node(), Anchor::End))
    }

    /// Has that text within: a LIKE in which the text's own `%` and `_` are escaped.
    ///
    /// Of an array: has every element of another array (`@>`). Of a range: holds a value, or all of another range.
    fn contains<R>(self, other: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Contains<KindOf<R>>,
    {
        Expr::new(KindOf::<Self>::contains(self.into_node(), other.into_node(), Self::Type::column_type))
    }

    /// Is within an array or a range: [`contains`](Self::contains) from the other side, `self <@ other`.
    fn contained_by<R>(self, other: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<R>: Collection + Contains<KindOf<Self>>,
    {
        let contains = KindOf::<R>::contains(other.into_node(), self.into_node(), R::Type::column_type);
        Expr::new(match contains {
            Node::Binary { op: BinaryOp::Contains, operands } => {
                let (left, right) = *operands;
                Node::binary(BinaryOp::ContainedBy, right, left)
            }
            other => other,
        })
    }

    /// Two arrays have an element in common, or two ranges a value: `self && other`.
    fn overlaps<R>(self, other: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Collection + ComparableWith<KindOf<R>>,
    {
        compare(BinaryOp::Overlaps, self, other.into_node())
    }

    /// Equals an element of an array: `self = ANY(array)`. For a list of values there is [`in_`](Self::in_).
    fn eq_any<A>(self, array: A) -> Expr<bool>
    where
        A: IntoExpr,
        KindOf<A>: Array,
        KindOf<Self>: ComparableWith<<KindOf<A> as Collection>::Element>,
    {
        compare(BinaryOp::EqAny, self, array.into_node())
    }

    /// Text joined to text: `self || other`, MySQL's `CONCAT(self, other)`; NULL if either is.
    fn concat<R>(self, other: R) -> Expr<<R::Type as SqlType>::Propagate<Self::Type>>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        Expr::new(Node::binary(BinaryOp::Concat, self.into_node(), other.into_node()))
    }

    /// A regular expression is found in it: PostgreSQL's `self ~ pattern`, `self REGEXP pattern` elsewhere. Upper and lower
    /// case are apart.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # impl User { const NAME: Column<User, String> = Column::new("name"); }
    /// let names = select(User::NAME).filter(User::NAME.matches("^[A-D]"));
    /// let condition = |sql: String| sql.split_once(" WHERE ").map(|(_, condition)| condition.to_owned()).unwrap();
    /// assert_eq!(condition(names.sql(&Postgres)?), r#"("users"."name" ~ $1::TEXT)"#);
    /// assert_eq!(condition(names.sql(&Sqlite)?), r#"("users"."name" REGEXP ?)"#);
    /// assert_eq!(condition(names.sql(&MySql)?), "(`users`.`name` REGEXP concat('(?-i)', ?))");
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// Each database has its own kind of regular expressions: PostgreSQL its *advanced* ones, MariaDB those of PCRE, MySQL
    /// those of ICU; to SQLite Lapis's connections bring those of the crate `regex-lite`, without look-around and
    /// back-references. Anchors, sets, groups, alternatives and quantities are the same in all. A pattern that is none is an
    /// error of the database.
    fn matches<R>(self, pattern: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        regexp(self, pattern, false)
    }

    /// The same with upper and lower case alike: PostgreSQL's `self ~* pattern`.
    fn matches_ignore_case<R>(self, pattern: R) -> Expr<bool>
    where
        R: IntoExpr,
        KindOf<Self>: Textual,
        KindOf<R>: Textual,
    {
        regexp(self, pattern, true)
    }

    /// `self COLLATE name`: compared and ordered by a collation. Its name is the database's own, such as `NOCASE` on SQLite,
    /// `C` or `de-x-icu` on PostgreSQL, `utf8mb4_bin` on MySQL, and is quoted; the database refuses one that it does not
    /// know.
    fn collate(self, collation: impl Into<Name>) -> Expr<Self::Type>
    where
        KindOf<Self>: Textual,
    {
        Expr::new(Node::Collate { operand: Box::new(self.into_node()), collation: collation.into() })
    }

    /// Both hold: `self AND other`.
    fn and<C>(self, other: C) -> Expr<bool>
    where
        C: Condition,
        KindOf<Self>: Logical,
    {
        Expr::new(self.into_node().and(other.into_condition()))
    }

    /// One of both holds: `self OR other`.
    fn or<C>(self, other: C) -> Expr<bool>
    where
        C: Condition,
        KindOf<Self>: Logical,
    {
        Expr::new(self.into_node().or(other.into_condition()))
    }

    /// It does not hold: `NOT self`, or the negated form of the operator.
    fn not(self) -> Expr<bool>
    where
        KindOf<Self>: Logical,
    {
        Expr::new(self.into_node().negate())
    }

    /// `CAST(self AS …)`, the SQL type being that of a column that holds `T`. What may be NULL is read as an `Option<T>`.
    ///
    /// What a database's own cast would not do is written in another way: a whole number becomes a truth value by
    /// `self <> 0`, an instant a date or a time of day in UTC, and a UUID its text, and back, where the database keeps the
    /// bytes. Text of the other types is the database's own. A fraction that becomes an integer is cut off by SQLite, and
    /// rounded by the others.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
    /// # use lapis_sql::expr::{Column, Expr, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # use uuid::Uuid;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const KEY: Column<User, Uuid> = Column::new("key");
    /// # const AGE: Column<User, Option<i32>> = Column::new("age");
    /// let age: Expr<Option<String>> = AGE.cast::<String>();
    /// assert_eq!(select(age).sql(&Sqlite)?, r#"SELECT CAST("users"."age" AS TEXT) FROM "users""#);
    /// let key = select(KEY.cast::<String>());
    /// assert_eq!(key.sql(&Postgres)?, r#"SELECT CAST("users"."key" AS TEXT) FROM "users""#);
    /// assert_eq!(key.sql(&MySql)?, "SELECT bin_to_uuid(`users`.`key`) FROM `users`");
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    fn cast<T: SqlType>(self) -> Expr<<Self::Type as SqlType>::Propagate<T>> {
        Expr::new(cast(self.into_node(), &Self::Type::column_type(), T::column_type()))
    }

    /// `CAST(self AS VARCHAR(length))`, MySQL's `CHAR(length)`: text of up to so many characters, from which the
    /// databases but SQLite cut off in silence what is longer. It is what gives the first rows of a recursive query
    /// room for text that grows.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const ID: Column<User, i64> = Column::new("id");
    /// let path = select(ID.cast_of_length::<String>(200));
    /// assert_eq!(path.sql(&Postgres)?, r#"SELECT CAST("users"."id" AS VARCHAR(200)) FROM "users""#);
    /// assert_eq!(path.sql(&MySql)?, "SELECT CAST(`users`.`id` AS CHAR(200)) FROM `users`");
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    fn cast_of_length<T>(self, length: u32) -> Expr<<Self::Type as SqlType>::Propagate<T>>
    where
        T: SqlType<Kind: HasLength>,
    {
        let to = ColumnType::text_of_length::<T>(length);
        Expr::new(Node::Cast { operand: Box::new(self.into_node()), to })
    }

    /// The same, read as an `Option`: for columns of a table that an outer join may leave without a row.
    fn nullable(self) -> Expr<Option<<Self::Type as SqlType>::NotNull>> {
        Expr::new(self.into_node())
    }

    /// The same, read as never NULL: for what the query makes sure of, such as the sum of a group, which has a row, or
    /// a column that a filter has asked for. A NULL that comes all the same is an error when the row is read.
    ///
    /// ```
    /// # use lapis_sql::expr::{func, Column, Expr, ExprOps, StaticTable};
    /// # use lapis_sql::statement::select;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const TEAM: Column<User, String> = Column::new("team");
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let age: Expr<i64> = func::sum(AGE).assume_not_null();
    /// select((TEAM, age)).group_by(TEAM); // rows are (String, i64)
    /// ```
    fn assume_not_null(self) -> Expr<<Self::Type as SqlType>::NotNull> {
        Expr::new(self.into_node())
    }

    /// `self AS name` in the projection; [`label`](super::label) names it elsewhere.
    fn label(self, name: impl Into<Name>) -> Labeled<Self::Type> {
        Labeled::new(self.into_node(), name.into())
    }

    /// Smallest first.
    fn asc(self) -> OrderBy {
        OrderBy { node: self.into_node(), order: Order::Ascending, nulls_first: None }
    }

    /// Largest first.
    fn desc(self) -> OrderBy {
        OrderBy { node: self.into_node(), order: Order::Descending, nulls_first: None }
    }
}

impl<E: StaticTable, T: SqlType> ExprOps for Column<E, T> {}
impl<T: SqlType> ExprOps for Expr<T> {}
impl<T: SqlType> ExprOps for &Expr<T> {}

fn compare(op: BinaryOp, left: impl IntoExpr, right: Node) -> Expr<bool> {
    Expr::new(Node::binary(op, left.into_node(), right))
}

fn regexp(operand: impl IntoExpr, pattern: impl IntoExpr, ignore_case: bool) -> Expr<bool> {
    let args = vec![operand.into_node(), pattern.into_node()];
    Expr::new(Node::builtin(Builtin::Matches { ignore_case }, args))
}

/// A list of nothing but values can be bound as one parameter, so it is kept apart from other lists.
fn member_of<I>(operand: Node, operands: I, negated: bool) -> Node
where
    I: IntoIterator,
    I::Item: IntoExpr,
{
    let mut operands = operands.into_iter();
    let operand = Box::new(operand);
    let mut values = Vec::with_capacity(operands.size_hint().0);
    while let Some(next) = operands.next() {
        match next.into_node() {
            Node::Value(value) => values.push(value),
            node => {
                let mut list: Vec<Node> = values.into_iter().map(Node::Value).collect();
                list.push(node);
                list.extend(operands.map(IntoExpr::into_node));
                return Node::In { operand, list, negated };
            }
        }
    }
    Node::InValues { operand, values, negated }
}
