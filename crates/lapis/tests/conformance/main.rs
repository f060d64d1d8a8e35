//! Every behaviour on every database: SQLite in memory and on a file always, servers where
//! `LAPIS_TEST_POSTGRES_URL` and `LAPIS_TEST_MYSQL_URL` say there is one.

mod harness;
mod omissions;

// The Core: schema, values, statements, engine.
mod aggregates;
mod bad_input;
mod checks;
mod collections;
mod common_tables;
mod company;
mod coordination;
mod datetimes;
mod dynamic_columns;
mod engine;
mod extremes;
mod full_text;
mod functions;
mod groupings;
mod hostile;
mod hybrids;
mod joined_writes;
mod joins;
mod json;
mod keyset_walk;
mod named_windows;
mod natives;
mod operands;
mod paging;
mod plans;
mod properties;
mod quantified;
mod queries;
mod raw_sql;
mod recursion;
mod references;
mod retry;
mod row_locks;
mod schema;
#[path = "../support/server.rs"]
mod server;
mod set_operations;
mod statements;
mod subqueries;
mod table_functions;
mod upserts;
mod values;
mod windows;
mod writing_with;

// The mapper: sessions, relations, loading.
mod models;

mod both_sides;
mod concurrency;
mod deleting;
mod eager;
mod flush_order;
mod graphs;
mod keys;
mod loading;
mod many_to_many;
mod random;
mod session_basics;
mod session_changes;
mod session_errors;
mod staleness;
mod transactions;
