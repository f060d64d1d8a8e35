//! Statements that write, each in a transaction that is rolled back.

use lapis::expr::ExprOps;
use lapis::prelude::*;
use lapis::sql::dialect::Dialect;
use lapis::statement::{
    Cte, Delete, Insert, Select, Statement, Update, Val, delete, excluded, insert, select, update,
};
use lapis::{CompileError, Error};

use crate::data::{Data, Order, Part};
use crate::databases::{DIALECTS, Database};
use crate::datum::{Datum, Doubt, Meant};
use crate::environment::{Environment, Row};
use crate::query::{Query, Source};
use crate::term::{Any, Scalar, Term};

/// What is written to the parts.
#[derive(Clone)]
pub enum Write {
    Update { of: Of, sets: Vec<(usize, Any)> },
    Delete { of: Of },
    Upsert { rows: Vec<Part>, action: Action },
    Insert { query: Query },
}

/// Which rows are written.
#[derive(Clone)]
pub struct Of {
    pub source: usize,
    pub filter: Option<Term<bool>>,
    pub joined: Option<Joined>,
    /// Those alone whose key is that of an order above this number, which stands in a `WITH` before the statement.
    pub chosen: Option<i64>,
    /// The statement stands in a `WITH` itself.
    pub in_with: bool,
}

/// Another table, of which at most one row belongs to each that is written.
#[derive(Clone)]
pub struct Joined {
    pub source: Source,
    pub on: Term<bool>,
    /// What joins them stands in the filter.
    pub in_filter: bool,
}

/// What is done with a row whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Nothing,
    /// All columns become those that were to be inserted.
    Replace,
    /// Some are computed from the old row and the new one.
    Combine,
}

/// Restricts a statement to the rows that it is of.
macro_rules! chosen {
    ($made:expr, $of:expr, $from:ident) => {{
        let (mut made, of): (_, &Of) = ($made, $of);
        if let Some(joined) = &of.joined {
            let (item, on) = (joined.source.item.clone(), joined.on.expr.clone());
            made = if joined.in_filter { made.$from(item).filter(on) } else { made.join_on(item, on) };
        }
        if let Some(key) = of.chosen {
            let orders = select(Order::id.label("id")).filter(Order::id.gt(key)).cte("chosen");
            let keys = select(orders.column::<i64>("id")).from(&orders);
            made = made.with(&orders).filter(Part::id.in_select(keys));
        }
        match &of.filter {
            Some(filter) => made.filter(filter.expr.clone()),
            None => made.all_rows(),
        }
    }};
}

/// The columns that are assigned, in the order of [`Part::row`], and whether they may be NULL.
pub const ASSIGNED: &[(&str, bool)] = &[
    ("size", false),
    ("amount", true),
    ("price", false),
    ("weight", true),
    ("name", false),
    ("note", true),
    ("open", false),
    ("sold", true),
    ("day", false),
    ("made", true),
];

/// What became of a write.
pub struct Written {
    /// The rows that are there then, by their keys.
    pub rows: Vec<Row>,
    /// The keys of those that the statement gave back, where it has RETURNING.
    pub returned: Option<Vec<i64>>,
}

impl Write {
    pub fn name(&self) -> &'static str {
        match self {
            Write::Update { of, .. } if of.joined.is_some() => "UPDATE with another table",
            Write::Update { of, .. } if of.in_with => "UPDATE in WITH",
            Write::Update { of, .. } if of.chosen.is_some() => "UPDATE after WITH",
            Write::Update { .. } => "UPDATE",
            Write::Delete { of } if of.joined.is_some() => "DELETE with another table",
            Write::Delete { of } if of.in_with => "DELETE in WITH",
            Write::Delete { of } if of.chosen.is_some() => "DELETE after WITH",
            Write::Delete { .. } => "DELETE",
            Write::Upsert { .. } => "upsert",
            Write::Insert { .. } => "INSERT of a query",
        }
    }

    fn update(of: &Of, sets: &[(usize, Any)]) -> Update<Part> {
        let mut made = update::<Part>();
        for set in sets.iter().cloned() {
            made = match set {
                (1, Any::Int(term)) => made.set(Part::size, term.expr),
                (2, Any::Int(term)) => made.set(Part::amount, term.expr),
                (3, Any::Decimal(term)) => made.set(Part::price, term.expr),
                (4, Any::Float(term)) => made.set(Part::weight, term.expr),
                (5, Any::Text(term)) => made.set(Part::name, term.expr),
                (6, Any::Text(term)) => made.set(Part::note, term.expr),
                (7, Any::Bool(term)) => made.set(Part::open, term.expr),
                (8, Any::Bool(term)) => made.set(Part::sold, term.expr),
                (9, Any::Date(term)) => made.set(Part::day, term.expr),
                (10, Any::Timestamp(term)) => made.set(Part::made, term.expr),
                (column, _) => panic!("column {column} is of another kind"),
            };
        }
        chosen!(made, of, from)
    }

    fn delete(of: &Of) -> Delete<Part> {
        chosen!(delete::<Part>(), of, using)
    }

    fn insert(query: &Query) -> Insert<Part> {
        let columns = (
            (Part::id, Part::size, Part::amount, Part::price, Part::weight, Part::name),
            (Part::note, Part::open, Part::sold, Part::day, Part::made),
        );
        insert::<Part>().from_select(columns, query.build())
    }

    fn upsert(rows: &[Part], action: Action) -> Insert<Part> {
        let mut made = insert::<Part>();
        for part in rows.iter().cloned() {
            made = made.values((
                (Part::id.set(part.id), Part::size.set(part.size), Part::amount.set(part.amount)),
                (Part::price.set(part.price), Part::weight.set(part.weight), Part::name.set(part.name)),
                (Part::note.set(part.note), Part::open.set(part.open), Part::sold.set(part.sold)),
                (Part::day.set(part.day), Part::made.set(part.made)),
            ));
        }
        let conflict = made.on_conflict(Part::id);
        match action {
            Action::Nothing => conflict.do_nothing(),
            Action::Replace => conflict.do_update_all(),
            Action::Combine => conflict.do_update((
                Part::amount.set(func::coalesce(Part::amount, 0_i64) + excluded(Part::size)),
                Part::note.set(excluded(Part::name).concat(Part::name)),
                Part::day.set(excluded(Part::day)),
            )),
        }
    }

    /// Its SQL, without RETURNING.
    pub fn sql(&self, dialect: &dyn Dialect) -> Result<String, CompileError> {
        match self {
            Write::Update { of, sets } if of.in_with => {
                changed(Self::update(of, sets).returning(Part::id).cte("changed")).sql_with_values(dialect)
            }
            Write::Delete { of } if of.in_with => {
                changed(Self::delete(of).returning(Part::id).cte("changed")).sql_with_values(dialect)
            }
            Write::Update { of, sets } => Self::update(of, sets).sql_with_values(dialect),
            Write::Delete { of } => Self::delete(of).sql_with_values(dialect),
            Write::Upsert { rows, action } => Self::upsert(rows, *action).sql_with_values(dialect),
            Write::Insert { query } => Self::insert(query).sql_with_values(dialect),
        }
    }

    /// Which dialects refuse it, or to give back rows of it, as the compiler says.
    pub fn refusals(&self) -> Vec<CompileError> {
        let refusal = |dialect: &&'static dyn Dialect| match (self.sql(*dialect), self) {
            (Err(error), _) => Some(error),
            (_, Write::Update { of, sets }) => {
                Self::update(of, sets).returning(Part::id).sql(*dialect).err()
            }
            (_, Write::Delete { of }) => Self::delete(of).returning(Part::id).sql(*dialect).err(),
            _ => None,
        };
        DIALECTS.iter().filter_map(refusal).collect()
    }

    /// Runs it, looks at the rows, and takes it back. `None` where it is not compiled.
    pub async fn run(&self, database: &mut Database) -> Result<Option<Written>, Error> {
        let dialect = database.connection.dialect();
        if self.sql(dialect).is_err() {
            return Ok(None);
        }
        let mut transaction = database.connection.begin().await?;
        let returned = match self {
            Write::Update { of, sets } => {
                let returning: Update<Part, Val<i64>> = Self::update(of, sets).returning(Part::id);
                if of.in_with {
                    Some(transaction.all(changed(returning.cte("changed"))).await?)
                } else if returning.sql(dialect).is_ok() {
                    Some(transaction.all(returning).await?)
                } else {
                    transaction.execute(Self::update(of, sets)).await?;
                    None
                }
            }
            Write::Delete { of } => {
                let returning: Delete<Part, Val<i64>> = Self::delete(of).returning(Part::id);
                if of.in_with {
                    Some(transaction.all(changed(returning.cte("changed"))).await?)
                } else if returning.sql(dialect).is_ok() {
                    Some(transaction.all(returning).await?)
                } else {
                    transaction.execute(Self::delete(of)).await?;
                    None
                }
            }
            Write::Upsert { rows, action } => {
                transaction.execute(Self::upsert(rows, *action)).await?;
                None
            }
            Write::Insert { query } => {
                transaction.execute(Self::insert(query)).await?;
                None
            }
        };
        let parts = transaction.all(Part::select().order_by(Part::id)).await?;
        transaction.rollback().await?;
        Ok(Some(Written { rows: parts.iter().map(Part::row).collect(), returned }))
    }

    /// The rows that are there then, and the keys of those that were changed or deleted.
    pub fn meaning(&self, data: &Data) -> Meant<(Vec<Row>, Vec<i64>)> {
        let of = match self {
            Write::Update { of, .. } | Write::Delete { of } => of,
            Write::Upsert { rows, action } => return upserted(data, rows, *action),
            Write::Insert { query } => {
                let mut rows: Vec<Row> = data.parts.iter().map(Part::row).collect();
                rows.extend(query.rows(&Environment::default())?);
                rows.iter().try_for_each(|row| has_digits(&row[3]))?;
                rows.sort_by_key(|row| i64::of(row[0].clone()));
                return Ok((rows, Vec::new()));
            }
        };
        let (mut rows, mut keys) = (Vec::new(), Vec::new());
        for part in &data.parts {
            let Some(environment) = of.environment(part, data)? else {
                rows.push(part.row());
                continue;
            };
            keys.push(part.id);
            if let Write::Update { sets, .. } = self {
                let mut row = part.row().to_vec();
                for (column, value) in sets {
                    row[*column] = (value.meaning())(&environment)?;
                    has_digits(&row[*column])?;
                }
                rows.push(row.into());
            }
        }
        Ok((rows, keys))
    }
}

/// The price has two digits behind the point, which SQLite does not see to.
fn has_digits(datum: &Datum) -> Meant<()> {
    match datum {
        Datum::Decimal(price) if price.normalize().scale() > 2 => Err(Doubt::Precision),
        _ => Ok(()),
    }
}

/// The keys of what a statement in `WITH` changed.
fn changed(table: Cte) -> Select<Val<i64>> {
    select(table.column::<i64>("id")).with(&table).from(&table)
}

impl Of {
    /// Where its expressions stand for a row that is written; `None` for one that is not.
    fn environment(&self, part: &Part, data: &Data) -> Meant<Option<Environment>> {
        let own = Environment::default().with(self.source, part.row());
        let is_chosen = |key: i64| part.id > key && data.orders.iter().any(|order| order.id == part.id);
        if self.chosen.is_some_and(|key| !is_chosen(key)) {
            return Ok(None);
        }
        let candidates = match &self.joined {
            None => vec![own],
            Some(joined) => {
                let rows = (joined.source.rows)(&own)?;
                rows.into_iter().map(|row| own.with(joined.source.number, row)).collect()
            }
        };
        for environment in candidates {
            let on = self.joined.as_ref().map(|joined| &joined.on);
            let mut holds = true;
            for condition in on.into_iter().chain(&self.filter) {
                holds &= condition.value(&environment)? == Some(true);
            }
            if holds {
                return Ok(Some(environment));
            }
        }
        Ok(None)
    }
}

fn upserted(data: &Data, added: &[Part], action: Action) -> Meant<(Vec<Row>, Vec<i64>)> {
    let mut parts = data.parts.clone();
    for new in added {
        match (parts.iter_mut().find(|part| part.id == new.id), action) {
            (None, _) => parts.push(new.clone()),
            (Some(_), Action::Nothing) => {}
            (Some(old), Action::Replace) => *old = new.clone(),
            (Some(old), Action::Combine) => {
                old.amount = Some(old.amount.unwrap_or(0) + i64::from(new.size));
                old.note = Some(format!("{}{}", new.name, old.name));
                old.day = new.day;
            }
        }
    }
    parts.sort_by_key(|part| part.id);
    Ok((parts.iter().map(Part::row).collect(), Vec::new()))
}
