//! The driver of MySQL and MariaDB, on the server that `LAPIS_TEST_MYSQL_URL` names; without it, each test passes at
//! once.
#![cfg(feature = "mysql")]

#[path = "../shared/certificates.rs"]
mod certificates;
#[path = "../shared/mod.rs"]
mod shared;

mod common;
mod fake;

mod authentication;
mod batches;
mod cancellation;
mod connecting;
mod errors;
mod statements;
mod streams;
mod tls;
mod transactions;
mod values;
