//! SQL of one's own: its parameters, and what its rows become.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};

conformance! {
    a_query_gives_scalars,
}

async fn a_query_gives_scalars(database: &Database) -> Result<()> {
    let sum: i64 = database.one(text("SELECT 40 + :n").bind("n", 2_i64).scalar::<i64>()).await?;
    assert_eq!(sum, 42);
    Ok(())
}
