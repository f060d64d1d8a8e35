//! The same methods on engine, connection and transaction.
