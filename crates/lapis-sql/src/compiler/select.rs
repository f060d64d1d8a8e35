//! `SELECT`.

use super::check::{has_aggregate, links};
use super::grouping::repeated_item;
use super::precedence::Level;
use super::writer::{ScopeTable, SqlWriter, Written, invalid};
use crate::expr::{ColumnRef, Node, Order, OrderBy};
use crate::statement::{CommonTable, SelectItem, SelectStatement, TableItems};
use crate::value::Value;

/// How a term of an order is written.
#[derive(Clone, Copy)]
pub(super) enum OrderedBy<'a> {
    /// As the expression that it is.
    Itself,
    /// By the name of the column of a set operation that it stands for.
    Name(&'a str),
    /// By the number of the selected column that it repeats.
    Position(usize),
    /// By the label of a selected column, which is that expression.
    Label(&'a Node),
}

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn subquery(&mut self, select: &'a SelectStatement) -> Written {
        self.push("(");
        self.subqueries += 1;
        self.select(select)?;
        self.subqueries -= 1;
        self.push(")");
        Ok(())
    }

    pub(super) fn select(&mut self, select: &'a SelectStatement) -> Written {
        self.select_with(&[], select)
    }

    /// The same, with tables in its WITH before its own.
    pub(super) fn select_with(&mut self, with: &'a [CommonTable], select: &'a SelectStatement) -> Written {
        self.common_tables(with, &select.with)?;
        if let Some(set) = &select.set_operation {
            return self.set_operation(select, set);
        }
        let start = self.scope.len();
        let inferred = self.enter_from(select)?;
        let windows_around = std::mem::replace(&mut self.windows, &select.windows);
        let grouped_around = std::mem::take(&mut self.grouped);
        self.suspect |= !select.group_by.is_empty() || select.having.is_some() || select.distinct;
        let repeated = self.begin_repeating(select);
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        if !select.distinct_on.is_empty() {
            self.distinct_on(select)?;
        }
        if select.items.is_empty() {
            // What `EXISTS` asks: whether there is a row, whatever is in it.
            self.push("1");
        }
        match select.items.as_shared() {
            Some(shared) => self.table_items(shared)?,
            None => self.items(&select.items)?,
        }
        self.from(select, inferred, start)?;
        if let Some(filter) = &select.filter {
            self.push(" WHERE ");
            self.node(filter)?;
        }
        self.group_by(select)?;
        self.having(select)?;
        self.windows(&select.windows)?;
        self.order_by_of(select)?;
        self.end_repeating(repeated);
        self.limit(select.limit, select.offset)?;
        if let Some(lock) = &select.lock {
            self.lock(lock, start)?;
        }
        self.windows = windows_around;
        self.grouped = grouped_around;
        if self.scope.len() - start > 1 {
            links(select, inferred.is_some(), &self.scope, start)?;
        }
        self.leave_scope(start);
        Ok(())
    }

    fn distinct_on(&mut self, select: &'a SelectStatement) -> Written {
        if select.distinct {
            return Err(invalid(
                "the statement is DISTINCT both of whole rows and ON some terms; say one of both",
            ));
        }
        if !self.dialect.supports_distinct_on() {
            let hint =
                "number the rows with `row_number()` in a subquery, and keep those with the number 1";
            return Err(self.unsupported("DISTINCT ON", hint));
        }
        self.push("DISTINCT ON (");
        self.comma_separated(&select.distinct_on)?;
        self.push(") ");
        Ok(())
    }

    /// All columns of a table, in one piece where they have been written before.
    fn table_items(&mut self, shared: &'static TableItems) -> Written {
        let table = ScopeTable::of(shared.table());
        let qualified = !self.bare_columns && !self.in_returning && self.scope.contains(&table);
        if !qualified || !shared.are_columns() {
            return self.items(shared.items());
        }
        if let Some(written) = shared.written(self.quote) {
            self.push(written);
            return Ok(());
        }
        let start = self.sql.len();
        self.items(shared.items())?;
        shared.note(self.quote, &self.sql[start..]);
        Ok(())
    }

    pub(super) fn items(&mut self, items: &'a [SelectItem]) -> Written {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.push(", ");
            }
            self.item_node(&item.node)?;
            if let Some(label) = &item.label {
                self.push(" AS ");
                self.identifier(label)?;
            }
        }
        Ok(())
    }

    /// The order of a SELECT, whose terms are to be its columns where it is of groups or different rows.
    fn order_by_of(&mut self, select: &'a SelectStatement) -> Written {
        let of_columns = !select.group_by.is_empty() || select.distinct;
        for (position, term) in select.order_by.iter().enumerate() {
            self.push(if position > 0 { ", " } else { " ORDER BY " });
            let number = if of_columns { repeated_item(&select.items, &term.node) } else { None };
            let by = match (number, behind_label(&select.items, &term.node)) {
                (Some(number), _) => OrderedBy::Position(number),
                (None, Some(expression)) => OrderedBy::Label(expression),
                (None, None) => OrderedBy::Itself,
            };
            self.order_term(term, by)?;
        }
        Ok(())
    }

    /// ` ORDER BY …`, of no terms nothing.
    pub(super) fn order_by(&mut self, terms: &'a [OrderBy]) -> Written {
        if terms.is_empty() {
            return Ok(());
        }
        self.push(" ORDER BY ");
        self.order_terms(terms)
    }

    pub(super) fn order_terms(&mut self, terms: &'a [OrderBy]) -> Written {
        for (position, term) in terms.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.order_term(term, OrderedBy::Itself)?;
        }
        Ok(())
    }

    /// One term of an order.
    pub(super) fn order_term(&mut self, term: &'a OrderBy, by: OrderedBy<'a>) -> Written {
        let nulls_order = self.dialect.supports_nulls_order();
        if let (Some(nulls_first), false) = (term.nulls_first, nulls_order) {
            // False sorts before true.
            match by {
                OrderedBy::Name(name) => self.identifier(name)?,
                OrderedBy::Label(expression) => self.operand(expression, Level::Concat)?,
                OrderedBy::Itself | OrderedBy::Position(_) => self.operand(&term.node, Level::Concat)?,
            }
            self.push(if nulls_first { " IS NOT NULL, " } else { " IS NULL, " });
        }
        match by {
            OrderedBy::Name(name) => self.identifier(name)?,
            OrderedBy::Position(number) => self.push(&number.to_string()),
            OrderedBy::Itself | OrderedBy::Label(_) => self.node(&term.node)?,
        }
        if term.order == Order::Descending {
            self.push(" DESC");
        }
        match (term.nulls_first, nulls_order) {
            (Some(true), true) => self.push(" NULLS FIRST"),
            (Some(false), true) => self.push(" NULLS LAST"),
            _ => {}
        }
        Ok(())
    }

    /// Bound, so that the pages of one query are one statement to the caches of prepared statements.
    pub(super) fn limit(&mut self, limit: Option<u64>, offset: Option<u64>) -> Written {
        match limit {
            Some(limit) => {
                self.push(" LIMIT ");
                self.parameter(rows(limit))?;
            }
            None => {
                if let (Some(all), Some(_)) = (self.dialect.limit_of_all_rows(), offset) {
                    self.push(" LIMIT ");
                    self.push(all);
                }
            }
        }
        if let Some(offset) = offset {
            self.push(" OFFSET ");
            self.parameter(rows(offset))?;
        }
        Ok(())
    }
}

/// The expression that a label in ORDER BY names: within an expression, MySQL and MariaDB look for a column of that name
/// first, and know no label of an aggregate.
///
/// Functions over windows they take in the select list alone, and there is no need to run a subquery twice.
fn behind_label<'a>(items: &'a [SelectItem], node: &Node) -> Option<&'a Node> {
    let Node::Column(ColumnRef { table: None, name }) = node else { return None };
    let named = items.iter().find(|item| item.label.as_ref() == Some(name))?;
    let repeats = !named.node.has_window_function()
        && (has_aggregate(&named.node) || !named.node.any(&|node| node.subquery().is_some()));
    repeats.then_some(&named.node)
}

/// No database counts further than `i64`.
fn rows<'a>(count: u64) -> Value<'a> {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
