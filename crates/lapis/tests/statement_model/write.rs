//! Statements that write, each in a transaction that is rolled back.

use lapis::expr::ExprOps;
use lapis::prelude::*;
use lapis::sql::dialect::Dialect;
use lapis::statement::{Delete, Insert, Statement, Update, Val, delete, excluded, insert, update};
use lapis::{CompileError, Error};

use crate::data::{Data, Part};
use crate::databases::{DIALECTS, Database};
use crate::datum::{Datum, Doubt, Meant};
use crate::environment::{Environment, Row};
use crate::term::{Any, Term};

/// What is written to the parts.
#[derive(Clone)]
pub enum Write {
    Update { source: usize, sets: Vec<(usize, Any)>, filter: Option<Term<bool>> },
    Delete { source: usize, filter: Option<Term<bool>> },
    Upsert { rows: Vec<Part>, action: Action },
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
            Write::Update { .. } => "UPDATE",
            Write::Delete { .. } => "DELETE",
            Write::Upsert { .. } => "upsert",
        }
    }

    fn update(sets: &[(usize, Any)], filter: &Option<Term<bool>>) -> Update<Part> {
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
        match filter {
            Some(filter) => made.filter(filter.expr.clone()),
            None => made.all_rows(),
        }
    }

    fn delete(filter: &Option<Term<bool>>) -> Delete<Part> {
        match filter {
            Some(filter) => delete::<Part>().filter(filter.expr.clone()),
            None => delete::<Part>().all_rows(),
        }
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
            Write::Update { sets, filter, .. } => Self::update(sets, filter).sql_with_values(dialect),
            Write::Delete { filter, .. } => Self::delete(filter).sql_with_values(dialect),
            Write::Upsert { rows, action } => Self::upsert(rows, *action).sql_with_values(dialect),
        }
    }

    /// Which dialects refuse to give back rows of it, as the compiler says.
    pub fn refusals(&self) -> Vec<CompileError> {
        let refusal = |dialect: &&'static dyn Dialect| match self {
            Write::Update { sets, filter, .. } => {
                Self::update(sets, filter).returning(Part::id).sql(*dialect).err()
            }
            Write::Delete { filter, .. } => Self::delete(filter).returning(Part::id).sql(*dialect).err(),
            Write::Upsert { .. } => None,
        };
        DIALECTS.iter().filter_map(refusal).collect()
    }

    /// Runs it, looks at the rows, and takes it back.
    pub async fn run(&self, database: &mut Database) -> Result<Written, Error> {
        let dialect = database.connection.dialect();
        let mut transaction = database.connection.begin().await?;
        let returned = match self {
            Write::Update { sets, filter, .. } => {
                let made = Self::update(sets, filter);
                if dialect.supports_update_returning() {
                    let made: Update<Part, Val<i64>> = made.returning(Part::id);
                    Some(transaction.all(made).await?)
                } else {
                    transaction.execute(made).await?;
                    None
                }
            }
            Write::Delete { filter, .. } => {
                let made = Self::delete(filter);
                if dialect.supports_delete_returning() {
                    let made: Delete<Part, Val<i64>> = made.returning(Part::id);
                    Some(transaction.all(made).await?)
                } else {
                    transaction.execute(made).await?;
                    None
                }
            }
            Write::Upsert { rows, action } => {
                transaction.execute(Self::upsert(rows, *action)).await?;
                None
            }
        };
        let parts = transaction.all(Part::select().order_by(Part::id)).await?;
        transaction.rollback().await?;
        Ok(Written { rows: parts.iter().map(Part::row).collect(), returned })
    }

    /// The rows that are there then, and the keys of those that were changed or deleted.
    pub fn meaning(&self, data: &Data) -> Meant<(Vec<Row>, Vec<i64>)> {
        let (source, filter) = match self {
            Write::Update { source, filter, .. } | Write::Delete { source, filter } => (*source, filter),
            Write::Upsert { rows, action } => return upserted(data, rows, *action),
        };
        let (mut rows, mut keys) = (Vec::new(), Vec::new());
        for part in &data.parts {
            let environment = Environment::default().with(source, part.row());
            let chosen = match filter {
                Some(filter) => filter.value(&environment)? == Some(true),
                None => true,
            };
            if !chosen {
                rows.push(part.row());
                continue;
            }
            keys.push(part.id);
            if let Write::Update { sets, .. } = self {
                let mut row = part.row().to_vec();
                for (column, value) in sets {
                    row[*column] = (value.meaning())(&environment)?;
                    // The price has two digits behind the point, which SQLite does not see to.
                    if matches!(&row[*column], Datum::Decimal(price) if price.normalize().scale() > 2) {
                        return Err(Doubt::Precision);
                    }
                }
                rows.push(row.into());
            }
        }
        Ok((rows, keys))
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
