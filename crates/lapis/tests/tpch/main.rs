//! The queries of TPC-H in the expression language, beside the specification's SQL: on the same rows both give the same
//! result, on each database.
//!
//! The rows are those of scale factor 0.01. They are compared one by one and in order: in these data no ORDER BY of the
//! queries leaves two rows in an order of the database's choice. A text of `reference/` is the specification's own,
//! with its parameters for validation; one that is named after a database is for what that one cannot take, and says
//! what that is.

mod data;
mod database;
mod queries;
#[path = "../support/server.rs"]
mod server;
mod tables;

use std::fmt::Debug;
use std::time::Instant;

use lapis::FromRow;
use lapis::prelude::*;

use crate::database::{Database, Target};
use crate::queries::Rows;
use crate::server::Server;

/// Checks that a query has rows, and those of its reference text.
async fn same_rows<T>(database: &Database, number: u8, query: impl Rows<T>) -> lapis::Result<()>
where
    T: FromRow + Debug + PartialEq + Send + 'static,
{
    let reference = text(database.reference(number)).rows::<T>();
    let rows = compare(database, number, query, reference).await?;
    assert_ne!(rows, [], "Q{number} has no rows to compare");
    Ok(())
}

/// Checks that a query has one row of one value, and that of its reference text.
async fn same_sum(
    database: &Database,
    number: u8,
    query: impl Rows<Option<Decimal>>,
) -> lapis::Result<Option<Decimal>> {
    same_sum_as(database, number, query, &database.reference(number)).await
}

async fn same_sum_as(
    database: &Database,
    number: u8,
    query: impl Rows<Option<Decimal>>,
    reference: &str,
) -> lapis::Result<Option<Decimal>> {
    let rows = compare(database, number, query, text(reference).scalar()).await?;
    assert_eq!(rows.len(), 1, "Q{number} is one sum");
    Ok(rows[0])
}

async fn compare<T: Debug + PartialEq>(
    database: &Database,
    number: u8,
    query: impl Rows<T>,
    reference: impl Rows<T>,
) -> lapis::Result<Vec<T>> {
    let engine = &database.engine;
    let name = format!("Q{number} on {}", engine.dialect().name());
    let sql = query.sql(engine.dialect())?;
    let started = Instant::now();
    let rows = engine.all(query).await?;
    println!("{name}: {} rows in {:?}", rows.len(), started.elapsed());
    let expected = engine.all(reference).await?;
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(row, expected, "{name}: {sql}");
    }
    assert_eq!(rows.len(), expected.len(), "{name}: {sql}");
    Ok(rows)
}

async fn all_queries(database: &Database) -> lapis::Result<()> {
    use queries::*;
    same_rows(database, 1, pricing_summary()).await?;
    same_rows(database, 2, minimum_cost_supplier()).await?;
    same_rows(database, 3, shipping_priority()).await?;
    same_rows(database, 4, order_priority()).await?;
    same_rows(database, 5, local_supplier_volume()).await?;
    assert!(same_sum(database, 6, revenue_change()).await?.is_some());
    same_rows(database, 7, volume_shipping()).await?;
    same_rows(database, 8, national_market_share()).await?;
    same_rows(database, 9, product_type_profit()).await?;
    same_rows(database, 10, returned_items()).await?;
    same_rows(database, 11, important_stock()).await?;
    same_rows(database, 12, shipping_modes()).await?;
    same_rows(database, 13, customer_distribution()).await?;
    assert!(same_sum(database, 14, promotion_effect()).await?.is_some());
    same_rows(database, 15, top_supplier()).await?;
    same_rows(database, 16, suppliers_of_parts()).await?;
    // Nobody ordered few of that kind in so few orders, so another kind is asked for, too.
    assert_eq!(same_sum(database, 17, small_orders("Brand#23", "MED BOX")).await?, None);
    let other = database.reference(17).replace("Brand#23", "Brand#44").replace("MED BOX", "WRAP CAN");
    let orders = small_orders("Brand#44", "WRAP CAN");
    assert!(same_sum_as(database, 17, orders, &other).await?.is_some());
    same_rows(database, 18, large_volume_customers()).await?;
    assert!(same_sum(database, 19, discounted_revenue()).await?.is_some());
    same_rows(database, 20, part_promotion()).await?;
    same_rows(database, 21, late_suppliers()).await?;
    same_rows(database, 22, sales_opportunity()).await
}

fn run(target: Target) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let work = async {
        let Some(database) = Database::create(target).await? else {
            println!("there is no server of {target:?} to run the queries on");
            return Ok(());
        };
        let checked = all_queries(&database).await;
        database.remove().await?;
        checked
    };
    let result: lapis::Result<()> = runtime.block_on(work);
    if let Err(error) = result {
        panic!("on {target:?}: {error}");
    }
}

#[test]
fn every_query_gives_the_rows_of_its_reference_on_sqlite() {
    run(Target::Sqlite);
}

#[test]
fn every_query_gives_the_rows_of_its_reference_on_postgresql() {
    run(Target::On(Server::Postgres));
}

#[test]
fn every_query_gives_the_rows_of_its_reference_on_mysql_or_mariadb() {
    run(Target::On(Server::MySql));
}

#[test]
fn no_query_is_written_in_sql() {
    let queries = include_str!("queries.rs");
    for by_hand in ["raw(", "raw::<", "text(", "func::call"] {
        assert!(!queries.contains(by_hand), "{by_hand}");
    }
}
