//! Storms: transfers between accounts while futures are dropped, connections and servers die, and everybody wants the
//! same rows. After each one the ledger has to be whole, and what the callers were told has to be true.
//!
//! Servers are used where `LAPIS_TEST_POSTGRES_URL` and `LAPIS_TEST_MYSQL_URL` say there is one.
//! `LAPIS_SEED=7 cargo test -p lapis --test storm` repeats what one seed chooses; how tasks and servers interleave is
//! theirs to choose.

mod dropping;
mod instance;
mod ledger;
mod load;
mod place;
mod proxy;
#[path = "../session_model/random.rs"]
mod random;
mod transfer;
mod weather;

mod cancellation;
mod contention;
mod faults;
