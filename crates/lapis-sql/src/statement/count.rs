//! How many rows a query has.

use super::{FromItem, Select, SelectItem, SelectStatement, Shape, TableSource, Val};
use crate::compiler::inferred_table;
use crate::expr::{Node, func};

impl<S: Shape> Select<S> {
    /// How many rows this query has: `SELECT count(*) FROM …`, without its order and its lock.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{Statement, select};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const NAME: Column<User, String> = Column::new("name");
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let adults = select(NAME).filter(AGE.ge(18)).order_by(NAME);
    /// assert_eq!(adults.count().sql(&Sqlite)?, r#"SELECT count(*) FROM "users" WHERE "users"."age" >= ?"#);
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// Of a query with DISTINCT, groups, a limit or computed columns it is `SELECT count(*) FROM (…)`. MySQL wants the
    /// names of that query's columns to differ: give those of a join labels.
    #[must_use]
    pub fn count(self) -> Select<Val<i64>> {
        Select::new(self.statement.counted())
    }
}

impl SelectStatement {
    /// The query that counts this one's rows.
    pub(crate) fn counted(mut self) -> SelectStatement {
        self.order_by.clear();
        self.lock = None;
        if self.rows_are_those_of_from()
            && let Ok(inferred) = inferred_table(&self)
        {
            self.from.extend(inferred.map(FromItem::table));
            self.items = vec![count_all()].into();
            return self;
        }
        let counted =
            FromItem { source: TableSource::Select(Box::new(self)), alias: Some("counted".into()) };
        SelectStatement {
            items: vec![count_all()].into(),
            from: vec![counted],
            ..SelectStatement::default()
        }
    }

    /// Whether it has a row for each row of its FROM, whatever its projection: an aggregate would make one of all.
    fn rows_are_those_of_from(&self) -> bool {
        self.set_operation.is_none()
            && !self.distinct
            && self.distinct_on.is_empty()
            && self.group_by.is_empty()
            && self.having.is_none()
            && self.limit.is_none()
            && self.offset.is_none()
            && (self.items.as_shared().is_some()
                || self.items.iter().all(|item| matches!(item.node, Node::Column(_))))
    }
}

fn count_all() -> SelectItem {
    SelectItem::new(func::count_all().node().clone())
}
