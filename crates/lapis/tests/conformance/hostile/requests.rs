//! Text of a request that names columns, orders and pages when the program runs.

use lapis::dynamic::Comparison;
use lapis::prelude::*;

use super::numbered;
use crate::company::{Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    text_that_names_no_column_is_an_error,
    text_that_is_compared_with_a_column_is_a_value,
    text_that_is_no_cursor_is_an_error,
}

async fn text_that_names_no_column_is_an_error(database: &Database) -> Result<()> {
    company(database).await?;
    for (_, text) in numbered() {
        assert!(Person::column(text).is_err(), "{text:?}");
        assert!(Person::columns().alias("name", text).is_err(), "{text:?}");
        // No order at all is one, too.
        let order = Person::columns().order_by(text);
        assert!(order.is_err() || text.trim().is_empty(), "{text:?}: {order:?}");
    }
    assert_eq!(database.round_trips(), 0);
    Ok(())
}

async fn text_that_is_compared_with_a_column_is_a_value(database: &Database) -> Result<()> {
    company(database).await?;
    let nickname = Person::column("nickname")?;
    for (_, text) in numbered() {
        let named = Person::update().set(Person::nickname, text).filter(Person::id.eq(1));
        database.execute(named).await?;
        let found = select(Person::id).filter(nickname.compare_text(Comparison::Eq, text)?);
        assert_eq!(database.all(found).await?, [1], "{text:?}");
        let salary = Person::column("salary")?.compare_text(Comparison::Eq, text);
        let number = salary.is_ok();
        assert_eq!(number, text.parse::<i64>().is_ok(), "{text:?}");
    }
    Ok(())
}

async fn text_that_is_no_cursor_is_an_error(database: &Database) -> Result<()> {
    company(database).await?;
    for (_, text) in numbered() {
        let people = || Person::select().order_by(Person::id).keyset(2);
        assert!(database.keyset_page(people().after(text)).await.is_err(), "{text:?}");
        assert!(database.keyset_page(people().before(text)).await.is_err(), "{text:?}");
    }
    assert_eq!(database.round_trips(), 0);
    Ok(())
}
