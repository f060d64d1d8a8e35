//! Every behaviour on every database: SQLite in memory and on a file always, servers where
//! `LAPIS_TEST_POSTGRES_URL` and `LAPIS_TEST_MYSQL_URL` say there is one.

mod harness;
mod models;

mod session_basics;
