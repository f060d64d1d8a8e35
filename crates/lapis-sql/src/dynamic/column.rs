//! One column that is known by name at run time.

use super::error::shown;
use super::kind::{comparable, describe, readable};
use super::parse::parse;
use super::{ColumnError, Comparison};
use crate::Name;
use crate::expr::{Assignment, Expr, IntoExpr, Node, Order, OrderBy, StaticTable, TableName, UnaryOp};
use crate::schema::ColumnDef;
use crate::statement::{Alias, ByRow, Grouping, Ordering, SelectItem, Selection, Val};
use crate::types::{ColumnType, SqlType};
use crate::value::Value;

/// A column found by its name at run time. It knows its type, so that what it is compared with is checked, if not by
/// the compiler then before anything is sent.
///
/// It stands in `select`, `order_by` and `group_by` as it is. [`typed`](Self::typed) makes a typed expression of it,
/// with every operator there is.
///
/// ```
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::dynamic::Comparison;
/// use lapis_sql::expr::ExprOps;
/// use lapis_sql::schema::{ColumnDef, Table};
/// use lapis_sql::statement::{Statement, select};
/// use lapis_sql::types::ColumnType;
///
/// let users = Table::build("users")
///     .column(ColumnDef::new("name", ColumnType::Text))
///     .column(ColumnDef::new("age", ColumnType::Int))
///     .finish();
/// let (name, age) = (users.c("name")?, users.c("age")?);
/// let adults = select(name.clone())
///     .filter(age.compare_text(Comparison::Ge, "18")?) // as a request has it
///     .filter(name.typed::<String>()?.starts_with("A"))
///     .order_by(age.desc());
/// assert_eq!(
///     adults.sql(&Sqlite).unwrap(),
///     "SELECT \"users\".\"name\" FROM \"users\" WHERE \"users\".\"age\" >= ? \
///      AND \"users\".\"name\" LIKE ? ORDER BY \"users\".\"age\" DESC"
/// );
/// assert_eq!(
///     users.c("agee").unwrap_err().to_string(),
///     "users has no column `agee` (did you mean `age`?); it has `name` and `age`"
/// );
/// assert!(age.compare_text(Comparison::Ge, "18 OR 1 = 1").is_err());
/// assert!(age.typed::<String>().is_err());
/// # Ok::<(), lapis_sql::dynamic::ColumnError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicColumn {
    /// The table that the metadata has it in, under its own name.
    home: TableName,
    /// The table as the statement names it.
    table: TableName,
    name: Name,
    ty: ColumnType,
    nullable: bool,
    computed: bool,
    /// What it stands for, where it is no column of the table.
    expression: Option<Node>,
}

impl DynamicColumn {
    /// A column as a table's metadata has it.
    #[must_use]
    pub fn new(table: &TableName, column: &ColumnDef) -> Self {
        Self {
            home: table.clone(),
            table: table.clone(),
            name: column.name.clone(),
            ty: column.ty.clone(),
            nullable: column.nullable,
            computed: column.computed.is_some(),
            expression: None,
        }
    }

    /// An expression over a table's columns that goes by a name, as a column does. It cannot be set.
    pub fn expression(
        table: &TableName,
        name: impl Into<Name>,
        ty: ColumnType,
        nullable: bool,
        expression: Node,
    ) -> Self {
        Self {
            home: table.clone(),
            table: table.clone(),
            name: name.into(),
            ty,
            nullable,
            computed: true,
            expression: Some(expression),
        }
    }

    /// Its name in the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    #[must_use]
    pub fn column_type(&self) -> &ColumnType {
        &self.ty
    }

    /// Whether it may hold NULL.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The same column of its table under another name.
    #[must_use]
    pub fn of<E: StaticTable>(mut self, alias: &Alias<E>) -> Self {
        self.table = alias.table_name();
        self
    }

    /// The column as a typed expression, with all of its operators.
    ///
    /// # Errors
    /// If its values are of another kind than `T`, or it may be NULL and `T` has no room for that.
    pub fn typed<T: SqlType>(&self) -> Result<Expr<T>, ColumnError> {
        self.check(readable(&self.ty, &T::column_type()), &T::column_type())?;
        if self.nullable && !T::NULLABLE {
            return Err(ColumnError::Nullable { column: self.label() });
        }
        Ok(Expr::new(self.node()))
    }

    /// The column compared with a value or an expression. NULL (`None`) is found by [`Comparison::Eq`] and
    /// [`Comparison::Ne`], as in [`eq`](crate::expr::ExprOps::eq).
    ///
    /// # Errors
    /// If the value is of another kind.
    pub fn compare<V: IntoExpr>(&self, how: Comparison, value: V) -> Result<Expr<bool>, ColumnError> {
        let ty = V::Type::column_type();
        self.check(comparable(&self.ty, &ty), &ty)?;
        Ok(self.compared(how, value.into_node()))
    }

    /// The column compared with a value given as text, which is read as the column's type and bound: whole numbers
    /// and decimals as Rust reads them, `true` and `false`, dates and times as in ISO 8601, bytes as hexadecimal
    /// digits, names of an enum, anything for text.
    ///
    /// # Errors
    /// If the text is no value of the column.
    pub fn compare_text(&self, how: Comparison, text: &str) -> Result<Expr<bool>, ColumnError> {
        Ok(self.compared(how, Node::Value(self.parse(text)?)))
    }

    /// The column is one of several values given as text; of none: false.
    ///
    /// # Errors
    /// If one of them is no value of the column.
    pub fn in_texts<I>(&self, texts: I) -> Result<Expr<bool>, ColumnError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let values = texts.into_iter().map(|text| self.parse(text.as_ref())).collect::<Result<_, _>>()?;
        Ok(Expr::new(Node::InValues { operand: Box::new(self.node()), values, negated: false }))
    }

    /// The column is NULL.
    #[must_use]
    pub fn is_null(&self) -> Expr<bool> {
        Expr::new(Node::unary(UnaryOp::IsNull, self.node()))
    }

    /// The column is not NULL.
    #[must_use]
    pub fn is_not_null(&self) -> Expr<bool> {
        Expr::new(Node::unary(UnaryOp::IsNotNull, self.node()))
    }

    /// Text as a value of the column.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(&self, text: &str) -> Result<Value<'static>, ColumnError> {
        parse(text, &self.ty).map_err(|expected| ColumnError::Value {
            column: self.label(),
            given: shown(text),
            expected: expected.into_owned(),
        })
    }

    /// `column = value`, for an insert or an update of table `E`.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::StaticTable;
    /// # use lapis_sql::schema::{ColumnDef, Table};
    /// # use lapis_sql::statement::{Statement, update};
    /// # use lapis_sql::types::ColumnType;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # let users = Table::build("users").column(ColumnDef::new("age", ColumnType::Int)).finish();
    /// let age = users.c("age")?;
    /// let change = update::<User>().values(age.set_text("18")?).all_rows();
    /// assert_eq!(change.sql(&Sqlite).unwrap(), r#"UPDATE "users" SET "age" = ?"#);
    /// # Ok::<(), lapis_sql::dynamic::ColumnError>(())
    /// ```
    ///
    /// # Errors
    /// If the value is of another kind, the database computes the column, or it is none of `E`.
    pub fn set<E: StaticTable, V: IntoExpr>(&self, value: V) -> Result<Assignment<E>, ColumnError> {
        let ty = V::Type::column_type();
        self.check(comparable(&self.ty, &ty), &ty)?;
        self.assign(value.into_node())
    }

    /// The same with a value given as text, as in [`compare_text`](Self::compare_text).
    ///
    /// # Errors
    /// If the text is no value of the column, the database computes it, or it is none of `E`.
    pub fn set_text<E: StaticTable>(&self, text: &str) -> Result<Assignment<E>, ColumnError> {
        self.assign(Node::Value(self.parse(text)?))
    }

    /// Smallest first.
    #[must_use]
    pub fn asc(&self) -> OrderBy {
        OrderBy { node: self.node(), order: Order::Ascending, nulls_first: None }
    }

    /// Largest first.
    #[must_use]
    pub fn desc(&self) -> OrderBy {
        OrderBy { node: self.node(), order: Order::Descending, nulls_first: None }
    }

    /// The column as a node.
    #[must_use]
    pub fn node(&self) -> Node {
        match &self.expression {
            Some(expression) if self.table == self.home => expression.clone(),
            Some(expression) => {
                let mut node = expression.clone();
                node.rename_table(&self.home, &self.table);
                node
            }
            None => Node::column(self.table.clone(), self.name.clone()),
        }
    }

    fn compared(&self, how: Comparison, value: Node) -> Expr<bool> {
        Expr::new(Node::compared(how.operator(), self.node(), value))
    }

    fn assign<E: StaticTable>(&self, value: Node) -> Result<Assignment<E>, ColumnError> {
        let refuse = |reason: String| Err(ColumnError::NotSettable { column: self.label(), reason });
        if self.computed {
            return refuse("it is computed".to_owned());
        }
        if self.home != E::table_name() {
            return refuse(format!("the statement is about {}", E::table_name()));
        }
        Ok(Assignment::new(self.name.clone(), value))
    }

    fn check(&self, fits: bool, given: &ColumnType) -> Result<(), ColumnError> {
        if fits {
            return Ok(());
        }
        let (holds, given) = (describe(&self.ty).into_owned(), describe(given).into_owned());
        Err(ColumnError::Kind { column: self.label(), holds, given })
    }

    fn label(&self) -> String {
        format!("{}.{}", self.home, self.name)
    }
}

#[diagnostic::do_not_recommend]
impl Ordering for DynamicColumn {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.asc());
    }
}

#[diagnostic::do_not_recommend]
impl Grouping for DynamicColumn {
    fn add_to(self, terms: &mut Vec<Node>) {
        terms.push(self.node());
    }
}

/// Read as whatever the database holds: a [`Value`].
#[diagnostic::do_not_recommend]
impl Selection for DynamicColumn {
    type Shape = Val<Value<'static>>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem::new(self.node()));
    }
}

/// As many columns as there are, read as a `Vec` of [`Value`]s: `?fields=name,age`.
#[diagnostic::do_not_recommend]
impl Selection for Vec<DynamicColumn> {
    type Shape = ByRow<Vec<Value<'static>>>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.extend(self.into_iter().map(|column| SelectItem::new(column.node())));
    }
}
