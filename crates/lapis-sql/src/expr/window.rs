//! Windows: the rows around each row that a function looks at, `OVER (…)`.

use std::marker::PhantomData;
use std::ops::{RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};

use super::node::Node;
use super::operand::Expr;
use super::order::OrderBy;
use crate::Name;
use crate::statement::{Grouping, Ordering};

/// What stands in the parentheses of `OVER (…)`.
///
/// It is begun with [`window`], and several functions over the same rows take it by reference.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "a window does nothing before a function is taken `.over(..)` it"]
pub struct Window {
    /// The name of the window that this one is made of.
    pub base: Option<Name>,
    /// The rows that have the same values here are looked at together; of none: all rows.
    pub partition_by: Vec<Node>,
    /// The order within a partition.
    pub order_by: Vec<OrderBy>,
    /// Which rows of the partition count, where it is not what the database takes by itself.
    pub frame: Option<Frame>,
}

/// Which rows of a partition a function looks at, counted from the current row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What is counted.
    pub unit: FrameUnit,
    /// The first: negative before the current row (`PRECEDING`), 0 at it, positive behind it (`FOLLOWING`); `None`
    /// for the partition's first row.
    pub start: Option<i64>,
    /// The last, likewise; `None` for the partition's last row.
    pub end: Option<i64>,
    /// Which rows of these are left out.
    pub exclude: Option<Exclude>,
}

/// What a frame counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Distance in the value that the window is ordered by. The current row has with it all that are equal to it.
    Range,
    /// Groups of rows that are equal in what the window is ordered by.
    Groups,
}

/// Rows that are left out of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclude {
    /// The current row.
    CurrentRow,
    /// The current row, and those equal to it in the window's order.
    Group,
    /// Those equal to the current row in the window's order, but not that itself.
    Ties,
}

/// The bounds of a frame: a range that includes its ends, or is open. `-2..=0` is `BETWEEN 2 PRECEDING AND CURRENT
/// ROW`, `..=1` is `BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not bound a window's frame",
    note = "write a range of `i64` that includes its end: `-2..=0`, `..=0`, `0..`, `..`"
)]
pub trait FrameBounds {
    /// The first and the last, as [`Frame`] has them.
    fn bounds(self) -> (Option<i64>, Option<i64>);
}

#[diagnostic::do_not_recommend]
impl FrameBounds for RangeInclusive<i64> {
    fn bounds(self) -> (Option<i64>, Option<i64>) {
        (Some(*self.start()), Some(*self.end()))
    }
}

#[diagnostic::do_not_recommend]
impl FrameBounds for RangeToInclusive<i64> {
    fn bounds(self) -> (Option<i64>, Option<i64>) {
        (None, Some(self.end))
    }
}

#[diagnostic::do_not_recommend]
impl FrameBounds for RangeFrom<i64> {
    fn bounds(self) -> (Option<i64>, Option<i64>) {
        (Some(self.start), None)
    }
}

#[diagnostic::do_not_recommend]
impl FrameBounds for RangeFull {
    fn bounds(self) -> (Option<i64>, Option<i64>) {
        (None, None)
    }
}

/// Begins a window; alone, all rows of the result.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{func, window, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # impl Sale {
/// #     const SHOP: Column<Sale, i64> = Column::new("shop");
/// #     const DAY: Column<Sale, i64> = Column::new("day");
/// #     const AMOUNT: Column<Sale, i64> = Column::new("amount");
/// # }
/// let by_day = window().partition_by(Sale::SHOP).order_by(Sale::DAY);
/// let sales = select((
///     func::row_number().over(&by_day),
///     func::sum(Sale::AMOUNT).over(by_day.rows(-2..=0)),
/// ));
/// assert_eq!(
///     sales.sql(&Postgres)?,
///     r#"SELECT row_number() OVER (PARTITION BY "sales"."shop" ORDER BY "sales"."day"), "#.to_owned()
///         + r#"sum("sales"."amount") OVER (PARTITION BY "sales"."shop" ORDER BY "sales"."day" "#
///         + r#"ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM "sales""#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn window() -> Window {
    Window::default()
}

/// The window that the statement names so by [`Select::window`](crate::statement::Select::window), as it is or as what
/// another is made of: that may add an order, where the first has none, and a frame.
pub fn named_window(name: impl Into<Name>) -> Window {
    Window { base: Some(name.into()), ..Window::default() }
}

impl Window {
    /// `PARTITION BY …`: rows that are equal in these are looked at together. Adds to earlier ones.
    pub fn partition_by(mut self, terms: impl Grouping) -> Self {
        terms.add_to(&mut self.partition_by);
        self
    }

    /// `ORDER BY …` within a partition. Adds to earlier ones.
    ///
    /// With an order, and unless a frame is given, aggregates and [`last_value`](super::func::last_value) look at the
    /// rows up to the current one and those equal to it.
    pub fn order_by(mut self, terms: impl Ordering) -> Self {
        terms.add_to(&mut self.order_by);
        self
    }

    /// `ROWS BETWEEN … AND …`: counted in rows.
    pub fn rows(self, bounds: impl FrameBounds) -> Self {
        self.frame(FrameUnit::Rows, bounds)
    }

    /// `RANGE BETWEEN … AND …`: counted in the value that the window is ordered by, which has to be one number unless
    /// the bounds are the current row or open.
    pub fn range(self, bounds: impl FrameBounds) -> Self {
        self.frame(FrameUnit::Range, bounds)
    }

    /// `GROUPS BETWEEN … AND …`: counted in groups of rows that are equal in the window's order. MySQL and MariaDB have
    /// none.
    pub fn groups(self, bounds: impl FrameBounds) -> Self {
        self.frame(FrameUnit::Groups, bounds)
    }

    /// `EXCLUDE …`: rows left out of the frame. MySQL and MariaDB have none.
    pub fn exclude(mut self, exclude: Exclude) -> Self {
        let by_itself = Frame { unit: FrameUnit::Range, start: None, end: Some(0), exclude: None };
        self.frame.get_or_insert(by_itself).exclude = Some(exclude);
        self
    }

    fn frame(mut self, unit: FrameUnit, bounds: impl FrameBounds) -> Self {
        let (start, end) = bounds.bounds();
        let exclude = self.frame.and_then(|earlier| earlier.exclude);
        self.frame = Some(Frame { unit, start, end, exclude });
        self
    }

    /// Every expression in it.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.partition_by.iter().chain(self.order_by.iter().map(|term| &term.node))
    }

    pub(crate) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.partition_by.iter_mut().chain(self.order_by.iter_mut().map(|term| &mut term.node))
    }
}

/// A function that has a meaning over a window alone, read as `T`: it is an expression after
/// [`over`](WindowFunction::over).
#[derive(Debug, Clone)]
#[must_use = "a window function is an expression after `.over(..)`"]
pub struct WindowFunction<T> {
    node: Node,
    marker: PhantomData<fn() -> T>,
}

impl<T> WindowFunction<T> {
    /// Says that a call of a window function is read as `T`: for those that only one database has.
    pub const fn new(node: Node) -> Self {
        Self { node, marker: PhantomData }
    }

    /// `self OVER (…)`: a window, or a reference to one that several functions share.
    pub fn over(self, window: impl Into<Window>) -> Expr<T> {
        Expr::new(over(self.node, window.into()))
    }
}

impl<T> Expr<T> {
    /// `self OVER (…)`: an aggregate of the rows in a window, for each row.
    ///
    /// ```
    /// # use lapis_sql::expr::{func, window, Column, Expr, StaticTable};
    /// # struct Sale;
    /// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
    /// # const SHOP: Column<Sale, i64> = Column::new("shop");
    /// # const AMOUNT: Column<Sale, i64> = Column::new("amount");
    /// let of_shop: Expr<Option<i64>> = func::sum(AMOUNT).over(window().partition_by(SHOP));
    /// // sum("sales"."amount") OVER (PARTITION BY "sales"."shop")
    /// ```
    ///
    /// Anything but a function is an error when the statement is compiled, and so is an aggregate of DISTINCT or
    /// ordered values.
    #[must_use]
    pub fn over(self, window: impl Into<Window>) -> Self {
        Self::new(over(self.into_inner(), window.into()))
    }
}

impl From<&Window> for Window {
    fn from(window: &Window) -> Self {
        window.clone()
    }
}

fn over(function: Node, window: Window) -> Node {
    Node::Over { function: Box::new(function), window: Box::new(window) }
}
