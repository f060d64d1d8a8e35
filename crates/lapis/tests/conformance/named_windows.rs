//! Windows with names, and rows that are not there.

use lapis::expr::{named_window, window};
use lapis::prelude::*;

use crate::company::{Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    functions_are_taken_over_a_named_window,
    a_window_is_made_of_a_named_one,
    windows_of_a_subquery_are_its_own,
    a_window_that_is_not_named_is_an_error,
    what_a_named_window_says_is_not_said_again,
    another_row_has_a_value_where_there_is_none,
}

async fn functions_are_taken_over_a_named_window(database: &Database) -> Result<()> {
    company(database).await?;
    let by_salary = named_window("by salary");
    let rows = select((func::rank().over(by_salary.clone()), func::count_all().over(by_salary)))
        .window("by salary", window().order_by(Person::salary.desc()))
        .filter(Person::salary.ge(500))
        .order_by(Person::id);
    assert_eq!(database.all(rows).await?, [(1, 1), (3, 4), (2, 2), (3, 4)]);
    // The window alone tells of which table the rows are.
    let alone =
        select(func::row_number().over(named_window("w"))).window("w", window().order_by(Person::id));
    assert_eq!(database.all(alone).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

async fn a_window_is_made_of_a_named_one(database: &Database) -> Result<()> {
    company(database).await?;
    let same = named_window("same");
    let rows = select((
        func::count_all().over(same.clone()),
        func::row_number().over(same.order_by(Person::id.desc())),
        func::sum(Person::salary).over(named_window("ordered").rows(-1..=0)),
    ))
    .window("same", window().partition_by(Person::salary.gt(500)))
    .window("ordered", named_window("same").order_by(Person::id))
    .order_by(Person::id);
    let rows = database.all(rows).await?;
    let sum = Some;
    assert_eq!(
        rows,
        [(2, 2, sum(900)), (3, 3, sum(500)), (2, 1, sum(1600)), (3, 2, sum(1000)), (3, 1, sum(800))]
    );
    Ok(())
}

async fn windows_of_a_subquery_are_its_own(database: &Database) -> Result<()> {
    company(database).await?;
    let within = select((Person::id, func::row_number().over(named_window("w")).label("place")))
        .window("w", window().order_by(Person::salary.desc()))
        .subquery("within");
    let place = within.column::<i64>("place");
    let rows = select(func::sum(place.clone()).over(named_window("w")))
        .from(&within)
        .window("w", window().order_by(place.clone()))
        .order_by(place);
    assert_eq!(database.all(rows).await?, [1, 3, 6, 10, 15].map(Some));
    Ok(())
}

async fn a_window_that_is_not_named_is_an_error(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Person::id, func::rank().over(named_window("w"))));
    let error = database.all(rows.clone().window("v", window())).await.unwrap_err().to_string();
    assert!(error.contains("a window is named w, and the statement has none of that name"), "{error}");
    let twice = rows.window("w", window()).window("w", window().order_by(Person::id));
    let error = database.all(twice).await.unwrap_err().to_string();
    assert!(error.contains("two windows named w"), "{error}");
    Ok(())
}

async fn what_a_named_window_says_is_not_said_again(database: &Database) -> Result<()> {
    company(database).await?;
    let over = |named, another: fn(lapis::expr::Window) -> lapis::expr::Window| {
        let function = func::count_all().over(another(named_window("w")));
        database.all(select((Person::id, function)).window("w", named))
    };
    let error = over(window(), |w| w.partition_by(Person::id)).await.unwrap_err().to_string();
    assert!(error.contains("partitioned as that is"), "{error}");
    let ordered = window().order_by(Person::id);
    let error = over(ordered.clone(), |w| w.order_by(Person::id)).await.unwrap_err().to_string();
    assert!(error.contains("has an order"), "{error}");
    let error = over(ordered.rows(..), |w| w.rows(0..)).await.unwrap_err().to_string();
    assert!(error.contains("has a frame"), "{error}");
    Ok(())
}

async fn another_row_has_a_value_where_there_is_none(database: &Database) -> Result<()> {
    company(database).await?;
    let in_order = || window().order_by(Person::id);
    let text = |text: &str| Some(text.to_owned());
    let rows = select((
        func::lag_or(Person::salary, 1, 0).over(in_order()),
        func::lead_or(Person::nickname, 2, "none").over(in_order()),
        func::lag_or(Person::salary, 0, -1).over(in_order()),
        func::lead_or(Person::salary, 1, Person::id).over(in_order().partition_by(Person::active)),
    ))
    .order_by(Person::id);
    // Dan has no nickname, which is another thing than that there is no row.
    assert_eq!(
        database.all(rows).await?,
        [
            (0, text("cc"), 900, 500),
            (900, None, 500, 700),
            (500, None, 700, 500),
            (700, text("none"), 500, 4),
            (500, text("none"), 300, 5),
        ]
    );
    Ok(())
}
