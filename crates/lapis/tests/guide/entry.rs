//! An entry of the chapter: a statement, whatever its rows are.

use std::any::TypeId;
use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use lapis::engine::{Connection, Projection};
use lapis::sql::dialect::Dialect;
use lapis::statement::{
    Query, Shape, Statement, StatementRef, TextStatement, text,
};
use lapis::{CompileError, FromRow};

use crate::source::Source;

/// A statement that gives rows of type `T`.
pub trait Rows<T>: Query<Shape: Projection<Row = T>> {}

impl<T, Q: Query<Shape: Projection<Row = T>>> Rows<T> for Q {}

/// A statement that gives no rows.
pub trait Write: Rows<()> {}

impl<Q: Rows<()>> Write for Q {}

/// The entries of one file.
pub struct Topic {
    pub file: &'static str,
    pub source: &'static str,
    pub entries: Vec<Entry>,
}

impl Topic {
    pub fn parsed(&self) -> Source {
        Source::parse(self.source)
    }
}

/// A function of the chapter.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    make: Box<dyn Fn() -> Box<dyn Runnable>>,
}

impl Entry {
    pub fn new<Q>(name: &'static str, make: fn() -> Q) -> Self
    where
        Q: Query<Shape: Projection<Row: Debug>> + 'static,
    {
        Self { name, make: Box::new(move || Box::new(make())) }
    }

    pub fn program<T>(
        name: &'static str,
        run: fn(&mut Connection) -> Running<'_, T>,
    ) -> Self
    where
        T: FromRow + Debug + Send + 'static,
    {
        Self { name, make: Box::new(move || Box::new(Program { run })) }
    }

    pub fn statement(&self) -> Box<dyn Runnable> {
        (self.make)()
    }
}

/// Lists the functions of a file that are entries, in their order: `fallible` those that give a `Result`, and `program`
/// those that run statements themselves.
macro_rules! topic {
    ($file:literal: $($first:ident $($second:ident)?),+ $(,)?) => {
        pub fn topic() -> $crate::entry::Topic {
            $crate::entry::Topic {
                file: $file,
                source: include_str!($file),
                entries: vec![$($crate::entry::topic!(@entry $first $($second)?)),+],
            }
        }
    };
    (@entry fallible $entry:ident) => {
        $crate::entry::Entry::new(stringify!($entry), || $entry().expect("what the entry asks for is there"))
    };
    (@entry program $entry:ident) => {
        $crate::entry::Entry::program(stringify!($entry), |connection| Box::pin($entry(connection)))
    };
    (@entry $entry:ident) => {
        $crate::entry::Entry::new(stringify!($entry), $entry)
    };
}
pub(crate) use topic;

/// Rows on their way.
type Running<'a, T> = Pin<Box<dyn Future<Output = lapis::Result<Vec<T>>> + 'a>>;

type Answer<'a> = Running<'a, String>;

/// A statement without the type of its rows, which are given as text.
pub trait Runnable {
    fn compile(&self, dialect: &dyn Dialect) -> Result<String, CompileError>;

    /// Whether it is certain to leave all tables as they are.
    fn only_reads(&self) -> bool;

    /// Runs it.
    fn run<'a>(&'a self, connection: &'a mut Connection) -> Answer<'a>;

    /// Runs SQL by hand, and reads its rows as if they were the statement's.
    fn run_sql<'a>(
        &'a self,
        sql: &str,
        connection: &'a mut Connection,
    ) -> Answer<'a>;
}

impl<Q: Query<Shape: Projection<Row: Debug>>> Runnable for Q {
    fn compile(&self, dialect: &dyn Dialect) -> Result<String, CompileError> {
        self.sql(dialect)
    }

    fn only_reads(&self) -> bool {
        self.as_statement().is_read_only()
    }

    fn run<'a>(&'a self, connection: &'a mut Connection) -> Answer<'a> {
        Box::pin(rows(self, connection))
    }

    fn run_sql<'a>(
        &'a self,
        sql: &str,
        connection: &'a mut Connection,
    ) -> Answer<'a> {
        let statement = TextStatement::parse(sql);
        let by_hand = ByHand::<Q::Shape> {
            statement,
            options: Default::default(),
            marker: PhantomData,
        };
        Box::pin(async move { rows(&by_hand, connection).await })
    }
}

/// What runs several statements, or reads their rows in a manner of its own.
struct Program<T> {
    run: fn(&mut Connection) -> Running<'_, T>,
}

impl<T: FromRow + Debug + Send + 'static> Runnable for Program<T> {
    fn compile(&self, _dialect: &dyn Dialect) -> Result<String, CompileError> {
        Ok("a program".to_owned())
    }

    fn only_reads(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, connection: &'a mut Connection) -> Answer<'a> {
        Box::pin(async move { Ok(shown(&(self.run)(connection).await?)) })
    }

    fn run_sql<'a>(
        &'a self,
        sql: &str,
        connection: &'a mut Connection,
    ) -> Answer<'a> {
        let by_hand = text(sql).rows::<T>();
        Box::pin(async move { rows(&by_hand, connection).await })
    }
}

fn shown(rows: &[impl Debug]) -> Vec<String> {
    rows.iter().map(|row| format!("{row:?}")).collect()
}

async fn rows<Q>(
    query: &Q,
    connection: &mut Connection,
) -> lapis::Result<Vec<String>>
where
    Q: Query<Shape: Projection<Row: Debug>>,
{
    if TypeId::of::<<Q::Shape as Projection>::Row>() == TypeId::of::<()>() {
        connection.execute(query).await?;
        return Ok(Vec::new());
    }
    Ok(shown(&connection.all(query).await?))
}

/// SQL by hand that gives rows of any shape.
struct ByHand<S: Shape> {
    statement: TextStatement,
    options: S::Options,
    marker: PhantomData<fn() -> S>,
}

impl<S: Shape> Statement for ByHand<S> {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Text(&self.statement)
    }
}

impl<S: Shape> Query for ByHand<S> {
    type Shape = S;

    fn options(&self) -> &S::Options {
        &self.options
    }
}
