//! The statements of a keyset page, and how its rows are read.

use std::fmt::Write;

use super::cursor::{Cursor, Fingerprint};
use super::keyset::{Direction, KeysetPage};
use super::seek::{Side, seek};
use super::unique::{Lookup, Sources};
use super::{PagingError, invalid};
use crate::compiler::inferred_table;
use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::expr::{BinaryOp, ColumnRef, Node, Order, OrderBy};
use crate::statement::{FromItem, SelectItem, SelectStatement, and_also};
use crate::value::Value;

/// One term of an order, as a page is read.
pub(super) struct Term {
    pub(super) node: Node,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
    pub(super) nullable: bool,
}

/// A keyset page on its way: what is sent, and what becomes of the rows.
#[derive(Debug)]
pub struct KeysetPlan {
    /// The query of the page, with what the order holds of each row behind the query's own columns, and one row more
    /// than the page has.
    pub statement: SelectStatement,
    /// Asks whether there are rows on the side that the page was not read towards, for a page without a row, which
    /// would say so.
    pub other_side: Option<SelectStatement>,
    /// Where a row holds what its page was asked of the other side.
    other_side_at: Option<usize>,
    /// How many columns are the query's own.
    own: usize,
    /// Where a row holds what the order's terms are.
    terms_at: Vec<usize>,
    order: u64,
    size: usize,
    direction: Direction,
}

/// What is asked of a page.
pub(super) struct Wanted<'w> {
    pub(super) size: u64,
    pub(super) direction: Direction,
    pub(super) from: Option<&'w Cursor>,
    /// Whether the program says that the order tells rows apart.
    pub(super) unique: bool,
}

impl KeysetPlan {
    pub(super) fn new(
        select: &SelectStatement,
        wanted: &Wanted<'_>,
        dialect: &dyn Dialect,
        lookup: Lookup<'_>,
    ) -> Result<Self, PagingError> {
        check(select, wanted.size)?;
        let mut select = super::wrap::opened(select.clone())?;
        let inferred = inferred_table(&select)?;
        select.from.extend(inferred.map(FromItem::table));
        resolve_labels(&mut select);
        let sources = Sources::of(&select, lookup);
        if !wanted.unique {
            sources.complete(&mut select)?;
        }
        if select.order_by.iter().any(|term| term.node.has_window_function()) {
            return Err(invalid(
                "a keyset page cannot be ordered by a window function, for which no WHERE can ask; select it in a \
                 `.subquery(..)`, and order by its column",
            )
            .into());
        }
        let order = fingerprint(&select.order_by, dialect);
        let terms: Vec<Term> = select
            .order_by
            .iter()
            .map(|term| Term {
                node: compared(&term.node, &sources, dialect),
                descending: (term.order == Order::Descending) != wanted.direction.is_backward(),
                nulls_last: nulls_last(term, dialect) != wanted.direction.is_backward(),
                nullable: sources.may_be_null(&term.node),
            })
            .collect();
        let place = wanted.from.map(|cursor| cursor.values(order, terms.len())).transpose()?;
        let own = select.items.len();
        let terms_at = select_terms(&mut select, &terms)?;
        if wanted.direction.is_backward() {
            select.order_by.iter_mut().for_each(reverse);
        }
        let mut other_side = None;
        let mut other_side_at = None;
        if let Some(place) = place {
            let side = |side| seek(&terms, &place, side, dialect.seeks_by_row());
            let there = is_there(&select, side(Side::UpTo));
            restrict(&mut select, side(Side::Behind));
            other_side_at = Some(select.items.len());
            select.items.to_mut().push(SelectItem::new(there.clone()));
            other_side = Some(SelectStatement {
                with: select.with.clone(),
                items: vec![SelectItem::new(there)].into(),
                ..SelectStatement::default()
            });
        }
        select.limit = Some(wanted.size.saturating_add(1));
        let size = usize::try_from(wanted.size).unwrap_or(usize::MAX);
        let direction = wanted.direction;
        Ok(Self { statement: select, other_side, other_side_at, own, terms_at, order, size, direction })
    }

    /// Where a row holds whether there are rows on the other side.
    #[must_use]
    pub fn other_side_at(&self) -> Option<usize> {
        self.other_side_at
    }

    /// How many columns of a row are the query's own.
    #[must_use]
    pub fn own(&self) -> usize {
        self.own
    }

    /// Where a row holds what the order's terms are.
    #[must_use]
    pub fn terms_at(&self) -> &[usize] {
        &self.terms_at
    }

    /// The page of the rows that were read, each with what its terms are.
    ///
    /// # Errors
    /// If a term holds what no cursor can carry.
    pub fn page<T>(
        &self,
        mut rows: Vec<(T, Vec<Value<'static>>)>,
        other_side: bool,
    ) -> Result<KeysetPage<T>, CompileError> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        if self.direction.is_backward() {
            rows.reverse();
        }
        let (has_previous, has_next) =
            if self.direction.is_backward() { (more, other_side) } else { (other_side, more) };
        let mut items = Vec::with_capacity(rows.len());
        let mut cursors = Vec::with_capacity(rows.len());
        for (item, values) in rows {
            items.push(item);
            cursors.push(Cursor::of(self.order, &values)?);
        }
        Ok(KeysetPage { items, cursors, has_previous, has_next })
    }
}

/// What makes a query one that cannot be read in pages, by the name of the part that is at fault.
fn check(select: &SelectStatement, size: u64) -> Result<(), CompileError> {
    super::numbered::check(select, size, "a keyset page")?;
    if select.items.iter().any(|item| item.node.has_window_function()) {
        return Err(invalid(
            "a keyset page cannot select a window function, whose window would lose the rows that the page leaves out; make \
             the query a `.subquery(..)`, and read pages of that",
        ));
    }
    if select.distinct_on.is_empty() {
        return Ok(());
    }
    // What is behind a place would have other first rows.
    Err(invalid(
        "a keyset page cannot be of a query with DISTINCT ON, which chooses among rows that the page leaves out; make the \
         query a `.subquery(..)`, and read pages of that",
    ))
}

/// The order speaks of labels by what they stand for: a WHERE knows no labels.
fn resolve_labels(select: &mut SelectStatement) {
    let mut order = std::mem::take(&mut select.order_by);
    for term in &mut order {
        if let Node::Column(ColumnRef { table: None, name }) = &term.node
            && let Some(item) = select.items.iter().find(|item| item.label.as_ref() == Some(name))
        {
            term.node = item.node.clone();
        }
    }
    select.order_by = order;
}

/// What a term is compared as, so that comparing it and ordering by it agree.
fn compared(node: &Node, sources: &Sources, dialect: &dyn Dialect) -> Node {
    if dialect.compares_enums_as_text() && sources.is_native_enum(node) {
        // The number of its name in the list.
        return Node::binary(BinaryOp::Add, node.clone(), Node::Value(Value::Int(0)));
    }
    node.clone()
}

/// What an order is, so that a cursor of another one is told from its own.
fn fingerprint(order: &[OrderBy], dialect: &dyn Dialect) -> u64 {
    let mut hash = Fingerprint::default();
    hash.add(dialect.name().as_bytes());
    for term in order {
        let direction = if term.order == Order::Descending { "descending" } else { "ascending" };
        let nulls = if nulls_last(term, dialect) { "last" } else { "first" };
        // Adding to a hash cannot fail.
        let _ = match &term.node {
            Node::Column(ColumnRef { table, name }) => {
                let table = table.as_ref().map(ToString::to_string).unwrap_or_default();
                write!(hash, "|{table}|{name}|{direction}|{nulls}")
            }
            node => write!(hash, "|{node:?}|{direction}|{nulls}"),
        };
    }
    hash.finish()
}

fn nulls_last(term: &OrderBy, dialect: &dyn Dialect) -> bool {
    match term.nulls_first {
        Some(first) => !first,
        None => dialect.nulls_are_largest() == (term.order == Order::Ascending),
    }
}

fn reverse(term: &mut OrderBy) {
    term.order = match term.order {
        Order::Ascending => Order::Descending,
        Order::Descending => Order::Ascending,
    };
    term.nulls_first = term.nulls_first.map(|first| !first);
}

/// Has the query give back the terms of its order; where it does already, nothing is added.
fn select_terms(select: &mut SelectStatement, terms: &[Term]) -> Result<Vec<usize>, CompileError> {
    let mut places = Vec::with_capacity(terms.len());
    let mut added = Vec::new();
    for (number, (term, ordered)) in terms.iter().zip(&select.order_by).enumerate() {
        let place = |node: &Node| select.items.iter().position(|item| item.node == *node);
        if let Some(place) = place(&term.node) {
            places.push(place);
            continue;
        }
        if select.distinct && place(&ordered.node).is_none() {
            return Err(invalid(format!(
                "a keyset page of distinct rows is ordered by what the query selects, and term {} of the order is \
                 nothing of that",
                number + 1
            )));
        }
        places.push(select.items.len() + added.len());
        // Without a label, which might be one that the query has.
        added.push(SelectItem::new(term.node.clone()));
    }
    if !added.is_empty() {
        select.items.to_mut().extend(added);
    }
    Ok(places)
}

/// Adds a condition on the rows: in HAVING where they are groups.
fn restrict(select: &mut SelectStatement, condition: Node) {
    let of_groups = !select.group_by.is_empty() || select.having.is_some();
    and_also(if of_groups { &mut select.having } else { &mut select.filter }, condition);
}

/// `EXISTS (SELECT 1 FROM … WHERE …)`: the query has a row for which the condition holds as well.
fn is_there(select: &SelectStatement, condition: Node) -> Node {
    let mut there = SelectStatement {
        // The statement around it has them.
        with: Vec::new(),
        items: Vec::new().into(),
        distinct: false,
        order_by: Vec::new(),
        limit: None,
        lock: None,
        ..select.clone()
    };
    restrict(&mut there, condition);
    Node::Exists { select: Box::new(there), negated: false }
}
