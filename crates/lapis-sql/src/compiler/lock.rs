//! `FOR UPDATE` and its kin.

use super::writer::{ScopeTable, SqlWriter, Written, invalid};
use crate::dialect::RowLocks;
use crate::statement::{LockStrength, LockWait, RowLock};

impl<'a> SqlWriter<'a, '_> {
    /// Writes the lock of a SELECT whose own tables begin at `start` in the scope.
    pub(super) fn lock(&mut self, lock: &'a RowLock, start: usize) -> Written {
        let locks = self.dialect.row_locks();
        let clause = match lock.strength {
            LockStrength::Update => locks.map(|_| " FOR UPDATE"),
            LockStrength::Share => locks.map(|locks| locks.share),
            LockStrength::NoKeyUpdate => key_lock(locks, " FOR NO KEY UPDATE"),
            LockStrength::KeyShare => key_lock(locks, " FOR KEY SHARE"),
        };
        let (Some(locks), Some(clause)) = (locks, clause) else {
            return Err(self.no_such_lock(locks.is_some(), lock.strength));
        };
        self.push(clause);
        if !lock.of.is_empty() && !locks.of {
            let hint = "lock the rows of all tables, or read the others in a statement of their own";
            return Err(self.unsupported("a lock OF some of the tables", hint));
        }
        for (position, item) in lock.of.iter().enumerate() {
            let Some(table) = ScopeTable::of_item(item) else {
                return Err(invalid("a lock is OF a table or an alias, and not of a subquery"));
            };
            if !self.scope[start..].contains(&table) {
                return Err(invalid(format!(
                    "the lock is of {}, which is not in the statement's FROM; join it, or leave it out",
                    table.name,
                )));
            }
            self.push(if position > 0 { ", " } else { " OF " });
            // Neither database takes a schema here.
            self.identifier(table.name)?;
        }
        self.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " NOWAIT",
            LockWait::SkipLocked => " SKIP LOCKED",
        });
        Ok(())
    }

    #[cold]
    fn no_such_lock(&self, some: bool, strength: LockStrength) -> super::writer::Fault {
        let hint = match (some, strength) {
            (true, LockStrength::KeyShare) => "take the stronger `.for_share()`",
            (true, _) => "take the stronger `.for_update()`",
            (false, _) => {
                "begin the transaction as one that writes, which has the database to itself, and leave the lock out"
            }
        };
        let feature = match strength {
            LockStrength::Update => "SELECT … FOR UPDATE",
            LockStrength::NoKeyUpdate => "SELECT … FOR NO KEY UPDATE",
            LockStrength::Share => "SELECT … FOR SHARE",
            LockStrength::KeyShare => "SELECT … FOR KEY SHARE",
        };
        self.unsupported(feature, hint)
    }
}

fn key_lock(locks: Option<RowLocks>, clause: &'static str) -> Option<&'static str> {
    locks.filter(|locks| locks.key_locks).map(|_| clause)
}
