//! A stream of a million rows holds as much memory as one of ten thousand: a few hundred rows and the driver's buffers.
//! So does a batch.
//!
//! A program of its own, for it counts every allocation of its process.

use std::alloc::System;

use lapis::engine::{Batch, BatchSink, Outcome, Row};
use lapis::prelude::*;
use lapis::sql::Value;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// More than any driver's buffers, and a small part of the 70 MB that the rows of the largest result take together.
const MOST: usize = 2 << 20;

/// Makes the query that gives so many rows.
type Rows = fn(usize) -> String;

/// The databases, and the query for each.
fn databases() -> Vec<(String, Rows)> {
    let mut databases: Vec<(String, Rows)> = vec![("sqlite::memory:".into(), |rows| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             SELECT i, 'row number ' || i FROM n"
        )
    })];
    if let Ok(url) = std::env::var("LAPIS_TEST_POSTGRES_URL") {
        databases.push((url, |rows| {
            format!("SELECT i, 'row number ' || i FROM generate_series(1::bigint, {rows}) AS i")
        }));
    }
    if let Ok(url) = std::env::var("LAPIS_TEST_MYSQL_URL") {
        databases.push((url, |rows| {
            // Ten to the power of six rows, without MariaDB's sequence engine, which MySQL does not have.
            let digit = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                         UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
            format!(
                "SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d + 1, \
                 concat('row number ', a.d) FROM {digit} a, {digit} b, {digit} c, {digit} e, {digit} f, {digit} g \
                 LIMIT {rows}"
            )
        }));
    }
    databases
}

/// Streams so many rows; the most memory that was held meanwhile beyond what was held before.
async fn peak(engine: &Engine, sql: &str, rows: usize) -> lapis::Result<usize> {
    let region = Region::new(ALLOCATOR);
    let mut stream = engine.stream(text(sql).rows::<(i64, String)>()).await?;
    let (mut peak, mut seen) = (0, 0);
    while let Some(row) = stream.next().await {
        let (_, text) = row?;
        assert!(text.starts_with("row number "));
        seen += 1;
        let change = region.change();
        peak = peak.max(change.bytes_allocated.saturating_sub(change.bytes_deallocated));
    }
    assert_eq!(seen, rows);
    Ok(peak)
}

/// So many rows, each made when it is asked for.
struct Numbers(usize);

impl Batch for Numbers {
    fn len(&self) -> usize {
        self.0
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        out.push(Value::Text(format!("row number {row:>50}").into()));
    }
}

/// The most memory that was held when a row had been written.
struct Peak<'a>(&'a Region<'a, System>, usize);

impl BatchSink for Peak<'_> {
    fn returned(&mut self, _index: usize, _row: &Row<'_>) -> lapis::Result<()> {
        Ok(())
    }

    fn done(&mut self, _index: usize, _outcome: Outcome) -> lapis::Result<()> {
        let change = self.0.change();
        self.1 = self.1.max(change.bytes_allocated.saturating_sub(change.bytes_deallocated));
        Ok(())
    }
}

/// Writes so many rows as a batch; the most memory that was held meanwhile beyond what was held before.
async fn batch_peak(engine: &Engine, rows: usize) -> lapis::Result<usize> {
    let mut connection = engine.acquire().await?;
    connection.script("CREATE TEMPORARY TABLE lapis_rows (x VARCHAR(100))").await?;
    let place = if engine.dialect().name() == "PostgreSQL" { "$1" } else { "?" };
    let (batch, region) = (Numbers(rows), Region::new(ALLOCATOR));
    let mut peak = Peak(&region, 0);
    connection
        .run_batch(&format!("INSERT INTO lapis_rows VALUES ({place})"), &batch, &mut peak)
        .await?;
    let peak = peak.1;
    connection.script("DROP TABLE lapis_rows").await?;
    Ok(peak)
}

#[tokio::test]
async fn streams_and_batches_hold_a_constant_amount_of_memory() -> lapis::Result<()> {
    for (url, query) in databases() {
        let engine = Engine::connect(&url).await?;
        let database = engine.dialect().name();
        let few = peak(&engine, &query(10_000), 10_000).await?;
        let many = peak(&engine, &query(1_000_000), 1_000_000).await?;
        println!("{database}: 10,000 rows hold {} KiB, 1,000,000 rows {} KiB", few >> 10, many >> 10);
        assert!(many < MOST, "{database}: {many} bytes were held at once");
        let written = batch_peak(&engine, 100_000).await?;
        println!("{database}: a batch of 100,000 rows holds {} KiB", written >> 10);
        assert!(written < MOST, "{database}: {written} bytes were held at once");
        engine.close().await?;
    }
    Ok(())
}
