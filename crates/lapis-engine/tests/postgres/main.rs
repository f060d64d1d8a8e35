//! The driver of PostgreSQL, on the server that `LAPIS_TEST_POSTGRES_URL` names and on clusters that tests start for
//! themselves; without the URL, or the server's programs, a test passes at once and says so.
#![cfg(feature = "postgres")]

#[path = "../shared/certificates.rs"]
mod certificates;
#[path = "../shared/mod.rs"]
mod shared;

mod cluster;
mod common;

mod authentication;
mod batches;
mod cancellation;
mod connecting;
mod copies;
mod pgbouncer;
mod schema_changes;
mod statements;
mod streams;
mod tls;
mod transactions;
mod two_phase;
mod values;
