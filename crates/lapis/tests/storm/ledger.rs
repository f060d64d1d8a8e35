//! Accounts, the transfers between them, and whether it all adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use lapis::prelude::*;
use lapis::statement::insert;

/// What every account holds at first.
pub const START: i64 = 1000;

#[derive(Entity, Debug, Clone)]
#[entity(table = "accounts")]
pub struct Account {
    #[column(primary_key)]
    pub id: i64,
    pub balance: i64,
}

/// A transfer, with what both accounts held after it.
#[derive(Entity, Debug, Clone)]
#[entity(table = "transfers")]
pub struct Transfer {
    #[column(primary_key)]
    pub id: i64,
    pub source: i64,
    pub target: i64,
    pub amount: i64,
    pub source_balance: i64,
    pub target_balance: i64,
}

/// One side of a transfer that a batch writes both of, in a transaction of its own.
#[derive(Entity, Debug, Clone)]
#[entity(table = "legs")]
pub struct Leg {
    #[column(primary_key)]
    pub transfer: i64,
    #[column(primary_key)]
    pub account: i64,
    pub amount: i64,
}

/// What a caller was told of its transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Committed,
    /// It did not take effect.
    Failed,
    /// It took effect or did not: the connection was lost while it was committed.
    Unknown,
    /// The caller did not wait for an answer.
    Nothing,
}

impl Told {
    pub fn by<T>(result: &lapis::Result<T>) -> Self {
        match result {
            Ok(_) => Self::Committed,
            Err(error) if error.is_outcome_unknown() => Self::Unknown,
            Err(_) => Self::Failed,
        }
    }
}

/// What all callers were told.
#[derive(Debug, Default)]
pub struct Book(Mutex<BTreeMap<i64, Told>>);

impl Book {
    pub fn note(&self, transfer: i64, told: Told) {
        let before = self.entries().insert(transfer, told);
        assert_eq!(before, None, "each transfer is made once");
    }

    pub fn count(&self, told: Told) -> usize {
        self.entries().values().filter(|it| **it == told).count()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Display for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} committed, {} failed, {} unknown",
            self.count(Told::Committed),
            self.count(Told::Failed),
            self.count(Told::Unknown)
        )
    }
}

/// Creates the tables with so many accounts, numbered from 0.
pub async fn open(engine: &Engine, accounts: i64) -> lapis::Result<()> {
    engine.create_all(&MetaData::of::<(Account, Transfer, Leg)>()).await?;
    let rows = (0..accounts).map(|id| (Account::id.set(id), Account::balance.set(START)));
    engine.execute(insert::<Account>().rows(rows)).await?;
    Ok(())
}

/// Checks that the ledger is whole, and that what the callers were told is true.
///
/// # Panics
/// If not, with all that is wrong.
pub async fn audit(engine: &Engine, book: &Book) -> lapis::Result<()> {
    let accounts = engine.all(Account::select().order_by(Account::id.asc())).await?;
    let transfers = engine.all(Transfer::select()).await?;
    let legs = engine.all(Leg::select()).await?;
    let mut wrong = Vec::new();

    let total: i64 = accounts.iter().map(|account| account.balance).sum();
    if total != START * accounts.len() as i64 {
        wrong.push(format!("{total} is the sum of {} accounts", accounts.len()));
    }
    for account in &accounts {
        if let Err(what) = check_account(account, &transfers) {
            wrong.push(what);
        }
    }
    let mut both_legs: BTreeMap<i64, (usize, i64)> = BTreeMap::new();
    for leg in &legs {
        let (count, sum) = both_legs.entry(leg.transfer).or_default();
        *count += 1;
        *sum += leg.amount;
    }
    for (transfer, legs) in &both_legs {
        if *legs != (2, 0) {
            wrong.push(format!("transfer {transfer} has {} legs, which come to {}", legs.0, legs.1));
        }
    }
    let made: BTreeSet<i64> =
        transfers.iter().map(|transfer| transfer.id).chain(both_legs.into_keys()).collect();
    for (transfer, told) in &*book.entries() {
        match (told, made.contains(transfer)) {
            (Told::Committed, false) => {
                wrong.push(format!("transfer {transfer} was committed, and is lost"))
            }
            (Told::Failed, true) => {
                wrong.push(format!("transfer {transfer} was said to have failed, and is there"))
            }
            _ => {}
        }
    }
    for transfer in made.iter().filter(|transfer| !book.entries().contains_key(transfer)) {
        wrong.push(format!("nobody has made transfer {transfer}"));
    }
    assert!(wrong.is_empty(), "the ledger is not whole:\n  {}", wrong.join("\n  "));
    Ok(())
}

/// Whether an account holds what its transfers left, and each of them started with what another had left.
fn check_account(account: &Account, transfers: &[Transfer]) -> Result<(), String> {
    let mut sum = START;
    let (mut before, mut after) = (Vec::new(), vec![START]);
    for transfer in transfers {
        for (id, amount, balance) in [
            (transfer.source, -transfer.amount, transfer.source_balance),
            (transfer.target, transfer.amount, transfer.target_balance),
        ] {
            if id == account.id {
                sum += amount;
                after.push(balance);
                before.push(balance - amount);
            }
        }
    }
    if sum != account.balance {
        return Err(format!(
            "account {} holds {}, and its transfers come to {sum}",
            account.id, account.balance
        ));
    }
    before.push(account.balance);
    before.sort_unstable();
    after.sort_unstable();
    if before == after {
        Ok(())
    } else {
        Err(format!("transfers of account {} did not see one another", account.id))
    }
}
