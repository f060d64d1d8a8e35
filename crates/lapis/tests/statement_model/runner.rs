//! Runs of many statements.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

use lapis::statement::Statement;
use lapis::{CompileError, Error};

use crate::data::{Data, random_data};
use crate::databases::{DIALECTS, Database};
use crate::datum::{Datum, Doubt, float};
use crate::environment::{Environment, Row};
use crate::generator::Generator;
use crate::query::{Cells, Further, OrderTerm, Query};
use crate::random::Random;
use crate::shrink;
use crate::term::{Any, Scalar, with_kind};
use crate::unsupported::{self, Refusal};
use crate::write::Write;

/// Statements over one set of rows.
const STATEMENTS: u64 = 100;
/// One statement in so many writes.
const WRITES: u64 = 8;
/// Sets of rows for one seed.
const ROUNDS: u64 = 10;
/// Statements in a run over all seeds, counted once for each database.
const AT_LEAST: usize = 20_000;
/// Seeds of a run, shared out among the databases: each is run on all of them.
const SEEDS: u64 = 27;
/// A run ends at so many statements that fail.
const MOST_FAILURES: usize = 8;

/// What went wrong with a statement on a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It was not compiled, for a reason that is not expected.
    NotCompiled,
    /// The database did not accept it.
    NotAccepted,
    /// A value is not of the type that its expression claims.
    NotDecoded,
    /// The rows are not those of the evaluator.
    Differs,
}

struct Failure {
    fault: Fault,
    database: &'static str,
    message: String,
}

/// What a run did.
#[derive(Default)]
struct Report {
    /// Statements by database.
    accepted: BTreeMap<&'static str, usize>,
    /// Statements whose rows were compared with those of the evaluator, by database.
    checked: BTreeMap<&'static str, usize>,
    /// Statements whose rows are in doubt, by the reason.
    doubts: BTreeMap<Doubt, usize>,
    constructs: BTreeMap<&'static str, usize>,
    refused: BTreeSet<Refusal>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (database, accepted) in &self.accepted {
            let checked = self.checked.get(database).copied().unwrap_or(0);
            writeln!(f, "{database}: {accepted} statements, {checked} compared with the evaluator")?;
        }
        for (doubt, count) in &self.doubts {
            writeln!(f, "not compared for {doubt:?}: {count}")?;
        }
        for (construct, count) in &self.constructs {
            writeln!(f, "{count:7} {construct}")?;
        }
        Ok(())
    }
}

fn canonical(datum: &Datum) -> String {
    match datum {
        Datum::Float(_) => format!("{:.9e}", float(datum)),
        Datum::Decimal(value) => value.normalize().to_string(),
        other => format!("{other:?}"),
    }
}

fn canonical_rows(rows: &[Row]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(canonical).collect()).collect()
}

/// The rows of a query of one column, decoded by the engine itself.
async fn typed_rows<T: Scalar>(database: &mut Database, query: &Query) -> lapis::Result<Vec<Row>> {
    let one = |value: Option<T>| -> Row { [value.map_or(Datum::Null, T::into_datum)].into() };
    match query.build_never::<T>() {
        Some(select) => Ok(database
            .connection
            .all(select)
            .await?
            .into_iter()
            .map(|value| one(Some(value)))
            .collect()),
        None => {
            let values = database.connection.all(query.build_perhaps::<T>()).await?;
            Ok(values.into_iter().map(one).collect())
        }
    }
}

/// The rows of a query, each value decoded as the type that its expression claims.
async fn rows_on(database: &mut Database, query: &Query) -> Result<Vec<Row>, Failure> {
    let name = database.name();
    let failure = |fault, message| Failure { fault, database: name, message };
    let of_error = |error: Error| {
        let decoding = format!("{:?}", error.kind()).contains("Decode");
        failure(if decoding { Fault::NotDecoded } else { Fault::NotAccepted }, error.to_string())
    };
    if let [item] = query.items() {
        return with_kind!(item.kind(), T => typed_rows::<T>(database, query).await).map_err(of_error);
    }
    let rows: Vec<Cells> = database.connection.all(query.build()).await.map_err(of_error)?;
    let decode = |(item, value): (&Any, &lapis::Value<'static>)| {
        let cell = value.as_cell().expect("a cell that was read");
        item.decode(cell).map_err(|error| failure(Fault::NotDecoded, error.to_string()))
    };
    rows.iter()
        .map(|Cells(values)| query.items().iter().zip(values).map(decode).collect())
        .collect()
}

/// Asks for what else the query is to be asked for, and says what is not as its rows are.
async fn further(database: &mut Database, query: &Query, rows: usize) -> lapis::Result<Option<String>> {
    let differs = |what: &str, found: usize| {
        (found != rows).then(|| format!("{what} gives {found} rows, and the query {rows}"))
    };
    let connection = &mut database.connection;
    match query.further {
        Further::Nothing => Ok(None),
        Further::Count => {
            let count = connection.one(query.build().count()).await?;
            Ok(differs("count()", count as usize))
        }
        Further::Pages(size) => {
            let (mut number, mut found) = (1, Vec::new());
            loop {
                let page = connection.page(query.build().page(number, size)).await?;
                let (last, total) = (number >= page.pages(), page.total);
                found.extend(page.items);
                if last {
                    return Ok(differs("a page", total as usize).or(differs("pages", found.len())));
                }
                number += 1;
            }
        }
        Further::Keyset(size) => {
            let (mut cursor, mut found) = (None, 0);
            loop {
                let keyset = query.build().keyset(size).unique().after_if(cursor.as_ref());
                let page = connection.keyset_page(keyset).await?;
                found += page.items.len();
                cursor = page.next_cursor().cloned();
                if cursor.is_none() || found > 1000 {
                    return Ok(differs("a walk through pages", found));
                }
            }
        }
    }
}

/// Whether the order tells the place of each row, up to rows that are alike.
fn is_ordered(query: &Query) -> bool {
    let ordered = |position: usize| {
        query
            .order_by
            .iter()
            .any(|order| matches!(order.by, OrderTerm::Item(item) if item == position))
    };
    !query.order_by.is_empty() && (0..query.items().len()).all(ordered)
}

/// Compiles a query; `None` where the dialect is known to refuse it.
fn compile(
    query: &Query,
    dialect: &'static dyn lapis::sql::dialect::Dialect,
    refused: &mut BTreeSet<Refusal>,
) -> Result<Option<String>, Failure> {
    match query.build().sql(dialect) {
        Ok(sql) => Ok(Some(sql)),
        Err(CompileError::Unsupported { dialect, feature, .. })
            if unsupported::is_expected(dialect, &feature) =>
        {
            refused.insert((dialect, feature));
            Ok(None)
        }
        Err(error) => {
            Err(Failure { fault: Fault::NotCompiled, database: dialect.name(), message: error.to_string() })
        }
    }
}

/// Runs a query everywhere.
async fn check(
    databases: &mut [Database],
    only: Option<&str>,
    query: &Query,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut compiled = Vec::new();
    for dialect in DIALECTS {
        if compile(query, dialect, &mut report.refused)?.is_some() {
            compiled.push(dialect.name());
        }
    }
    let meant = query.rows(&Environment::default());
    let mut counted = false;
    for database in databases {
        let name = database.name();
        if !compiled.contains(&name) || only.is_some_and(|only| only != name) {
            continue;
        }
        let rows = rows_on(database, query).await?;
        *report.accepted.entry(name).or_default() += 1;
        let failure = |fault, message| Failure { fault, database: name, message };
        match further(database, query, rows.len()).await {
            Ok(None) => {}
            Ok(Some(message)) => return Err(failure(Fault::Differs, message)),
            Err(error) => return Err(failure(Fault::NotAccepted, error.to_string())),
        }
        match &meant {
            Ok(meant) => {
                compare(query, name, meant, &rows)?;
                *report.checked.entry(name).or_default() += 1;
            }
            Err(doubt) if !counted => {
                counted = true;
                *report.doubts.entry(*doubt).or_default() += 1;
            }
            Err(_) => {}
        }
    }
    Ok(())
}

fn compare(query: &Query, database: &'static str, meant: &[Row], rows: &[Row]) -> Result<(), Failure> {
    let (mut meant, mut found) = (canonical_rows(meant), canonical_rows(rows));
    let ordered = is_ordered(query);
    if !ordered {
        meant.sort();
        found.sort();
    }
    if meant == found {
        return Ok(());
    }
    let message = format!(
        "{} rows {}\n    evaluator: {meant:?}\n    database:  {found:?}",
        if ordered { "in order," } else { "in any order," },
        if meant.len() == found.len() { "differ" } else { "are of another number" },
    );
    Err(Failure { fault: Fault::Differs, database, message })
}

/// Runs a statement that writes everywhere, and takes it back.
async fn check_write(
    databases: &mut [Database],
    write: &Write,
    data: &Data,
    report: &mut Report,
) -> Result<(), Failure> {
    for refusal in write.refusals() {
        match refusal {
            CompileError::Unsupported { dialect, feature, .. }
                if unsupported::is_expected(dialect, &feature) =>
            {
                report.refused.insert((dialect, feature));
            }
            error => {
                let message = error.to_string();
                return Err(Failure { fault: Fault::NotCompiled, database: "a dialect", message });
            }
        }
    }
    let meant = write.meaning(data);
    for database in databases {
        let name = database.name();
        let failure = |fault, message| Failure { fault, database: name, message };
        let written = write
            .run(database)
            .await
            .map_err(|error| failure(Fault::NotAccepted, error.to_string()))?;
        let Some(written) = written else { continue };
        *report.accepted.entry(name).or_default() += 1;
        let Ok((rows, keys)) = &meant else { continue };
        let mut returned = written.returned;
        if let Some(returned) = &mut returned {
            returned.sort_unstable();
        }
        let found = canonical_rows(&written.rows);
        if canonical_rows(rows) != found || returned.as_ref().is_some_and(|returned| returned != keys) {
            let message = format!(
                "\n    evaluator: {:?}, {keys:?}\n    database:  {found:?}, {returned:?}",
                canonical_rows(rows)
            );
            return Err(failure(Fault::Differs, message));
        }
        *report.checked.entry(name).or_default() += 1;
    }
    Ok(())
}

fn describe_write(write: &Write, failure: &Failure, place: &str) -> String {
    let mut text =
        format!("{place}\n  on {}: {:?}: {}\n", failure.database, failure.fault, failure.message);
    for dialect in DIALECTS {
        let sql = write.sql(dialect).unwrap_or_else(|error| error.to_string());
        let _ = writeln!(text, "  {}: {sql}", dialect.name());
    }
    text
}

/// Makes a failing query smaller for as long as it fails in the same way on the same database.
async fn shrink(databases: &mut [Database], mut query: Query, mut failure: Failure) -> (Query, Failure) {
    let until = Instant::now() + Duration::from_secs(2);
    'smaller: while Instant::now() < until {
        for smaller in shrink::smaller(&query) {
            let found = check(databases, Some(failure.database), &smaller, &mut Report::default()).await;
            if let Err(found) = found
                && (found.fault, found.database) == (failure.fault, failure.database)
            {
                (query, failure) = (smaller, found);
                continue 'smaller;
            }
        }
        break;
    }
    (query, failure)
}

fn describe(query: &Query, failure: &Failure, data: &Data, place: &str) -> String {
    let mut text =
        format!("{place}\n  on {}: {:?}: {}\n", failure.database, failure.fault, failure.message);
    for dialect in DIALECTS {
        let sql = query.build().sql_with_values(dialect).unwrap_or_else(|error| error.to_string());
        let _ = writeln!(text, "  {}: {sql}", dialect.name());
    }
    let _ =
        writeln!(text, "  parts: {:?}", data.parts.iter().map(crate::data::Part::row).collect::<Vec<_>>());
    let _ = writeln!(
        text,
        "  orders: {:?}",
        data.orders.iter().map(crate::data::Order::row).collect::<Vec<_>>()
    );
    text
}

async fn run_seed(
    databases: &mut [Database],
    seed: u64,
    report: &mut Report,
) -> lapis::Result<Vec<String>> {
    let mut failures = Vec::new();
    for round in 0..ROUNDS {
        let mut random = Random::new(seed.wrapping_mul(1_000_003) ^ round);
        let data = Rc::new(random_data(&mut random));
        for database in databases.iter_mut() {
            database.fill(&data).await?;
        }
        for number in 0..STATEMENTS {
            let mut generator = Generator::new(Random::new(random.next()), Rc::clone(&data));
            let place = format!("LAPIS_SEED={seed}, rows {round}, statement {number}");
            if number % WRITES == 0 {
                let write = generator.write();
                *report.constructs.entry(write.name()).or_default() += 1;
                if let Err(failure) = check_write(databases, &write, &data, report).await {
                    failures.push(describe_write(&write, &failure, &place));
                }
                continue;
            }
            let query = generator.query();
            for construct in &generator.used {
                *report.constructs.entry(construct).or_default() += 1;
            }
            if let Err(failure) = check(databases, None, &query, report).await {
                let (query, failure) = shrink(databases, query, failure).await;
                failures.push(describe(&query, &failure, &data, &place));
                if failures.len() >= MOST_FAILURES {
                    return Ok(failures);
                }
            }
        }
    }
    Ok(failures)
}

/// Runs the seeds, or as many as make enough statements on the databases that there are.
fn run(named: Option<u64>) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut report = Report::default();
    let work = async {
        let mut databases = Database::all("all").await?;
        let enough = SEEDS / databases.len() as u64;
        let mut failures = Vec::new();
        for seed in named.map_or(1..=enough, |seed| seed..=seed) {
            let started = Instant::now();
            failures.extend(run_seed(&mut databases, seed, &mut report).await?);
            println!("LAPIS_SEED={seed}: {:.1} s", started.elapsed().as_secs_f64());
            if failures.len() >= MOST_FAILURES {
                break;
            }
        }
        for database in databases {
            database.remove().await?;
        }
        Ok::<_, Error>(failures)
    };
    let failures = runtime.block_on(work).expect("the databases can be reached");
    assert!(failures.is_empty(), "{} statements failed:\n{}", failures.len(), failures.join("\n"));
    report
}

#[test]
fn random_statements_give_what_the_evaluator_gives() {
    let named = std::env::var("LAPIS_SEED").ok();
    let named = named.map(|seed| seed.parse().expect("LAPIS_SEED is a number"));
    let report = run(named);
    println!("{report}");
    if named.is_none() {
        for dialect in DIALECTS {
            let not_met = unsupported::not_met(dialect.name(), &report.refused);
            assert!(not_met.is_empty(), "{} did not refuse {not_met:?}", dialect.name());
        }
        let sum: usize = report.accepted.values().sum();
        assert!(sum >= AT_LEAST, "{sum} statements are less than {AT_LEAST}");
    }
}
