//! Prepared statements by their SQL, the ones used last.

use std::sync::Arc;

use hashlink::LruCache;

use super::columns::Columns;

/// What is known of a statement.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    /// The server has it prepared.
    Prepared(Prepared),
    /// The server does not prepare such statements; it runs as text.
    Text,
}

/// A prepared statement.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) id: u32,
    pub(super) parameters: usize,
    /// The columns of its rows, as they were last described.
    pub(super) columns: Arc<Columns>,
}

/// Where a statement is kept, until [`Statements::evict`] takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(usize);

/// The statements of a connection.
#[derive(Debug)]
pub(super) struct Statements {
    capacity: usize,
    slots: Vec<Option<Statement>>,
    free: Vec<Slot>,
    /// The last one used at the end.
    places: LruCache<Box<str>, Slot>,
}

impl Statements {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, slots: Vec::new(), free: Vec::new(), places: LruCache::new_unbounded() }
    }

    /// Finds a statement by its SQL, which counts as a use of it.
    pub(super) fn find(&mut self, sql: &str) -> Option<Slot> {
        self.places.get(sql).copied()
    }

    /// Keeps a statement, for the moment beyond the capacity.
    pub(super) fn insert(&mut self, sql: &str, statement: Statement) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            Slot(self.slots.len() - 1)
        });
        self.slots[slot.0] = Some(statement);
        self.places.insert(sql.into(), slot);
        slot
    }

    pub(super) fn get_prepared(&self, slot: Slot) -> Option<&Prepared> {
        match self.slots.get(slot.0)? {
            Some(Statement::Prepared(prepared)) => Some(prepared),
            Some(Statement::Text) | None => None,
        }
    }

    /// Takes note of columns that the server has described anew.
    pub(super) fn set_columns(&mut self, slot: Slot, columns: Arc<Columns>) {
        if let Some(Some(Statement::Prepared(prepared))) = self.slots.get_mut(slot.0) {
            prepared.columns = columns;
        }
    }

    /// Whether there are more statements than are to be kept.
    #[inline]
    pub(super) fn is_over_capacity(&self) -> bool {
        self.places.len() > self.capacity
    }

    /// Takes away the statement that has not been used for longest, if there are more than are to be kept.
    pub(super) fn evict(&mut self) -> Option<Statement> {
        if !self.is_over_capacity() {
            return None;
        }
        let (_, slot) = self.places.remove_lru()?;
        self.free.push(slot);
        self.slots[slot.0].take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(id: u32) -> Statement {
        Statement::Prepared(Prepared { id, parameters: 0, columns: Arc::default() })
    }

    fn evicted(statements: &mut Statements) -> Option<u32> {
        match statements.evict()? {
            Statement::Prepared(prepared) => Some(prepared.id),
            Statement::Text => None,
        }
    }

    #[test]
    fn the_statement_that_was_not_used_for_longest_goes_first() {
        let mut statements = Statements::new(2);
        for (sql, id) in [("a", 1), ("b", 2), ("c", 3)] {
            statements.insert(sql, prepared(id));
        }
        assert!(statements.find("a").is_some());
        assert_eq!(evicted(&mut statements), Some(2));
        assert_eq!(evicted(&mut statements), None);
        assert!(statements.find("b").is_none() && statements.find("c").is_some());
        let slot = statements.insert("d", prepared(4));
        assert_eq!(statements.find("d"), Some(slot));
        assert_eq!(evicted(&mut statements), Some(1));
    }

    #[test]
    fn where_none_are_kept_each_is_there_until_it_is_evicted() {
        let mut statements = Statements::new(0);
        let slot = statements.insert("a", prepared(1));
        assert_eq!(statements.get_prepared(slot).map(|it| it.id), Some(1));
        assert_eq!(evicted(&mut statements), Some(1));
        assert!(statements.get_prepared(slot).is_none());
    }
}
