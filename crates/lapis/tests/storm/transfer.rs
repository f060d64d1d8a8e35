//! The ways to make a transfer.

use lapis::engine::{Connection, Discard};
use lapis::expr::ExprOps;
use lapis::prelude::*;
use lapis::sql::compiler::compile;
use lapis::statement::{Query, Statement, insert, update};
use lapis::{IsolationLevel, Result, RetryPolicy, TransactionOptions, Value};

use crate::dropping::{Step, Steps};
use crate::ledger::{Account, Leg, Transfer};
use crate::random::Random;

/// One account's money for another.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub id: i64,
    pub source: i64,
    pub target: i64,
    pub amount: i64,
    /// Whether its transaction locks both accounts at first, or is serializable and sees what comes of it.
    pub locks: bool,
}

impl Order {
    /// A transfer between two of so many accounts.
    pub fn random(random: &mut Random, id: i64, accounts: usize) -> Self {
        let source = random.below(accounts);
        let target = (source + 1 + random.below(accounts - 1)) % accounts;
        let (source, target) = (source as i64, target as i64);
        Self { id, source, target, amount: 1 + random.below(50) as i64, locks: !random.one_in(4) }
    }

    /// The options of its transaction. On SQLite it locks the database.
    pub fn options(self, engine: &Engine) -> TransactionOptions {
        let level = if self.locks { IsolationLevel::ReadCommitted } else { IsolationLevel::Serializable };
        let options = TransactionOptions::new();
        if engine.dialect().row_locks().is_some() {
            options.isolation_level(level)
        } else {
            options.write()
        }
    }
}

/// How a transfer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By statements in a transaction.
    Statements,
    /// Within a savepoint, beside one that is rolled back.
    Savepoints,
    /// By a batch in a transaction.
    Batch,
    /// By a batch that is a transaction of its own.
    BatchAlone,
    /// By a session's flush.
    Session,
    /// By a session, in a nested transaction.
    NestedSession,
    /// Behind a stream that is not read to its end.
    Stream,
}

impl Way {
    pub const ALL: [Way; 7] = [
        Way::Statements,
        Way::Savepoints,
        Way::Batch,
        Way::BatchAlone,
        Way::Session,
        Way::NestedSession,
        Way::Stream,
    ];

    /// What it consists of.
    pub fn steps(self) -> &'static [Step] {
        use Step::{Acquire, Batch, Begin, Commit, Flush, Savepoint, Statement, Stream};
        match self {
            Way::Statements => &[Acquire, Begin, Statement, Commit],
            Way::Savepoints => &[Begin, Savepoint, Statement, Commit],
            Way::Batch => &[Begin, Batch, Statement, Commit],
            Way::BatchAlone => &[Acquire, Batch],
            Way::Session => &[Begin, Flush, Commit],
            Way::NestedSession => &[Begin, Savepoint, Flush, Commit],
            Way::Stream => &[Begin, Stream, Commit],
        }
    }

    /// Makes a transfer, once.
    pub async fn make(self, engine: &Engine, order: Order, steps: &Steps) -> Result<()> {
        match self {
            Way::Session | Way::NestedSession => {
                let mut session = engine.session().transaction_options(order.options(engine));
                self.by_session(&mut session, order, steps).await?;
                steps.at(Step::Commit, session.commit()).await
            }
            Way::BatchAlone => {
                let mut connection = steps.at(Step::Acquire, engine.acquire()).await?;
                steps.at(Step::Batch, write_legs(&mut connection, order)).await
            }
            _ => {
                let mut transaction =
                    steps.at(Step::Acquire, engine.begin_with(order.options(engine))).await?;
                self.by_statements(&mut transaction, order, steps).await?;
                steps.at(Step::Commit, transaction.commit()).await
            }
        }
    }

    /// Makes a transfer, again where that is worth another attempt.
    pub async fn make_with(self, engine: &Engine, order: Order, retry: RetryPolicy) -> Result<()> {
        let (steps, options) = (Steps::default(), order.options(engine));
        match self {
            Way::Session | Way::NestedSession => {
                let work = async |session: &mut Session| self.by_session(session, order, &steps).await;
                SessionMaker::new(engine).begin_with(options, retry, work).await
            }
            Way::BatchAlone => retry.run(async || self.make(engine, order, &steps).await).await,
            _ => {
                let work =
                    async |connection: &mut Connection| self.by_statements(connection, order, &steps).await;
                engine.transaction_with(options, retry, work).await
            }
        }
    }

    /// Makes a transfer in the transaction that is open.
    pub async fn by_statements(
        self,
        connection: &mut Connection,
        order: Order,
        steps: &Steps,
    ) -> Result<()> {
        if self == Way::Stream {
            let all =
                text("SELECT a.id FROM accounts a, accounts b, accounts c, accounts d").scalar::<i64>();
            let mut rows = steps.at(Step::Begin, connection.stream(all)).await?;
            // More than the server is asked for at once.
            for _ in 0..order.amount * 60 {
                steps.at(Step::Stream, rows.next()).await.transpose()?;
            }
        }
        let accounts = steps.at(Step::Begin, connection.all(both(connection, order))).await?;
        let balance = |id| accounts.iter().find(|account| account.id == id).map_or(0, |it| it.balance);
        let after = [
            (order.source, balance(order.source) - order.amount),
            (order.target, balance(order.target) + order.amount),
        ];
        match self {
            Way::Savepoints => {
                let mut nested = steps.at(Step::Savepoint, connection.begin_nested()).await?;
                steps.at(Step::Statement, set(&mut nested, order.source, 0)).await?;
                steps.at(Step::Savepoint, nested.rollback()).await?;
                let mut nested = steps.at(Step::Savepoint, connection.begin_nested()).await?;
                for (account, balance) in after {
                    steps.at(Step::Statement, set(&mut nested, account, balance)).await?;
                }
                steps.at(Step::Savepoint, nested.commit()).await?;
            }
            Way::Batch => steps.at(Step::Batch, set_batch(connection, after)).await?,
            _ => {
                for (account, balance) in after {
                    steps.at(Step::Statement, set(connection, account, balance)).await?;
                }
            }
        }
        let row = (
            Transfer::id.set(order.id),
            Transfer::source.set(order.source),
            Transfer::target.set(order.target),
            Transfer::amount.set(order.amount),
            Transfer::source_balance.set(after[0].1),
            Transfer::target_balance.set(after[1].1),
        );
        steps.at(Step::Statement, connection.execute(insert::<Transfer>().values(row))).await?;
        Ok(())
    }

    /// Makes a transfer in a session, and flushes it.
    pub async fn by_session(self, session: &mut Session, order: Order, steps: &Steps) -> Result<()> {
        let mut query = Account::select()
            .filter(Account::id.in_([order.source, order.target]))
            .order_by(Account::id.asc());
        if order.locks && session.engine().dialect().row_locks().is_some() {
            query = query.for_update();
        }
        let accounts = steps.at(Step::Begin, session.all(query)).await?;
        if self == Way::NestedSession {
            let nested =
                session.begin_nested(async |session| transfer(session, &accounts, order, steps).await);
            return steps.at(Step::Savepoint, nested).await;
        }
        transfer(session, &accounts, order, steps).await
    }
}

async fn transfer(
    session: &mut Session,
    accounts: &[Handle<Account>],
    order: Order,
    steps: &Steps,
) -> Result<()> {
    let mut after = [0; 2];
    for account in accounts {
        let is_source = session[*account].id == order.source;
        let amount = if is_source { -order.amount } else { order.amount };
        session[*account].balance += amount;
        after[usize::from(!is_source)] = session[*account].balance;
    }
    let Order { id, source, target, amount, .. } = order;
    session.add(Transfer {
        id,
        source,
        target,
        amount,
        source_balance: after[0],
        target_balance: after[1],
    });
    steps.at(Step::Flush, session.flush()).await
}

/// Both accounts, in an order that all lock them in.
fn both(connection: &Connection, order: Order) -> impl Query<Shape = Account> + use<> {
    let both = Account::select()
        .filter(Account::id.in_([order.source, order.target]))
        .order_by(Account::id.asc());
    if order.locks && connection.dialect().row_locks().is_some() { both.for_update() } else { both }
}

async fn set(connection: &mut Connection, account: i64, balance: i64) -> Result<()> {
    let update = update::<Account>().set(Account::balance, balance).filter(Account::id.eq(account));
    connection.execute(update).await.map(drop)
}

async fn set_batch(connection: &mut Connection, balances: [(i64, i64); 2]) -> Result<()> {
    let update = update::<Account>().set(Account::balance, 0).filter(Account::id.eq(0));
    let sql = compile(update.as_statement(), connection.dialect())?.sql;
    let rows: Vec<Vec<Value<'_>>> = balances
        .iter()
        .map(|(account, balance)| vec![Value::Int(*balance), Value::Int(*account)])
        .collect();
    connection.run_batch(&sql, &rows, &mut Discard).await
}

async fn write_legs(connection: &mut Connection, order: Order) -> Result<()> {
    let row = (Leg::transfer.set(0), Leg::account.set(0), Leg::amount.set(0));
    let insert = insert::<Leg>().values(row);
    let sql = compile(insert.as_statement(), connection.dialect())?.sql;
    let legs = [(order.source, -order.amount), (order.target, order.amount)];
    let rows: Vec<Vec<Value<'_>>> = legs
        .iter()
        .map(|(account, amount)| vec![Value::Int(order.id), Value::Int(*account), Value::Int(*amount)])
        .collect();
    connection.run_batch(&sql, &rows, &mut Discard).await
}
