//! Columns, orders and values that a request names when the program runs.

use lapis::dynamic::Comparison;
use lapis::expr::all_of;
use lapis::prelude::*;
use lapis::statement::alias;
use lapis::types::Inet;
use lapis::{ColumnError, Value};

use crate::company::{Department, Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_column_is_found_by_its_name_and_typed,
    an_order_is_given_as_text,
    a_request_is_turned_into_conditions,
    rows_are_selected_and_grouped_by_names,
    text_is_compared_with_columns_of_every_type,
    a_column_is_set_by_its_name,
    hostile_names_and_values_find_nothing,
    an_absent_filter_of_a_write_adds_nothing,
}

async fn a_column_is_found_by_its_name_and_typed(database: &Database) -> Result<()> {
    company(database).await?;
    let (name, salary) = (Person::column("name")?, Person::column("salary")?);
    let rich = Person::select()
        .filter(salary.typed::<i64>()?.gt(500).and(salary.compare(Comparison::Lt, 900)?))
        .filter(name.typed::<String>()?.starts_with("C"));
    assert_eq!(database.one(rich).await?.name, "Cleo");
    // A reference is found by its field's name, and by its column's.
    assert_eq!(Person::column("department")?, Person::column("department_id")?);
    let department = Person::column("department")?;
    assert_eq!(database.all(Person::select().filter(department.is_null())).await?.len(), 1);
    let none = department.compare(Comparison::Ne, None::<i64>)?;
    assert_eq!(database.all(Person::select().filter(none)).await?.len(), 4);
    // Of a table under another name.
    let boss = alias::<Person>("boss");
    let bosses = select(name.clone().of(&boss))
        .from(lapis::statement::table::<Person>())
        .join_on(&boss, boss.c(Person::id).eq(Person::column("manager")?.typed::<Option<i64>>()?))
        .filter(Person::name.eq("Dan"));
    assert_eq!(database.one(bosses).await?, Value::Text("Cleo".into()));
    Ok(())
}

async fn an_order_is_given_as_text(database: &Database) -> Result<()> {
    company(database).await?;
    let sortable = Person::columns().only(["name", "salary", "rating"])?;
    let names = async |sort: &str| -> Result<Vec<String>> {
        database
            .all(select(Person::name).order_by((sortable.order_by(sort)?, Person::id)))
            .await
    };
    assert_eq!(names("-salary,name").await?, ["Ada", "Cleo", "Ben", "Dan", "Eve"]);
    assert_eq!(names("salary, -name").await?, ["Eve", "Dan", "Ben", "Cleo", "Ada"]);
    assert_eq!(names("").await?, ["Ada", "Ben", "Cleo", "Dan", "Eve"]);
    // A column of the table that is not on the list.
    let error = names("-nickname").await.unwrap_err();
    let message = "people has no column `nickname`; it has `name`, `salary` and `rating`";
    assert_eq!(error.to_string(), message);
    Ok(())
}

async fn a_request_is_turned_into_conditions(database: &Database) -> Result<()> {
    company(database).await?;
    let request = [("salary", "ge:500"), ("active", "eq:true"), ("hired", "lt:2020-01-04")];
    let mut conditions = Vec::new();
    for (name, value) in request {
        let (how, value) = value.split_once(':').unwrap_or(("eq", value));
        conditions.push(Person::column(name)?.compare_text(how.parse()?, value)?);
    }
    let names = select(Person::name).filter(all_of(conditions)).order_by(Person::name);
    assert_eq!(database.all(names).await?, ["Ada", "Ben", "Cleo"]);
    let some = Person::column("id")?.in_texts("5,2,9".split(','))?;
    let names = select(Person::name).filter(some).order_by(Person::name);
    assert_eq!(database.all(names).await?, ["Ben", "Eve"]);
    let none = Person::column("id")?.in_texts([""; 0])?;
    assert_eq!(database.all(Person::select().filter(none)).await?, []);
    Ok(())
}

async fn rows_are_selected_and_grouped_by_names(database: &Database) -> Result<()> {
    company(database).await?;
    let fields = Person::columns().list("name,nickname")?;
    let rows: Vec<Vec<Value<'static>>> = database.all(select(fields).order_by(Person::id).limit(2)).await?;
    let text = |text: &'static str| Value::Text(text.into());
    assert_eq!(rows, [vec![text("Ada"), text("ace")], vec![text("Ben"), Value::Null]]);
    let by = Person::column("salary")?;
    let groups = select((by.typed::<i64>()?, func::count(Person::id))).group_by(by.clone()).order_by(by);
    assert_eq!(database.all(groups).await?, [(300, 1), (500, 2), (700, 1), (900, 1)]);
    let mut session = database.session();
    let tracked = session.all(select((entity::<Person>(), Person::column("name")?)).limit(1)).await?;
    assert_eq!(tracked[0].1, Value::Text(session[tracked[0].0].name.clone().into()));
    session.commit().await
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(name = "shade", native)]
enum Shade {
    Light,
    Dark,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "things")]
struct Thing {
    #[column(primary_key)]
    id: i32,
    small: i16,
    large: u64,
    float: f64,
    #[column(precision = 10, scale = 2)]
    price: Decimal,
    #[column(name = "label", length = 20)]
    name: String,
    bytes: Vec<u8>,
    truth: bool,
    day: NaiveDate,
    time: NaiveTime,
    local: NaiveDateTime,
    instant: DateTime<Utc>,
    uuid: Uuid,
    inet: Inet,
    shade: Shade,
}

async fn text_is_compared_with_columns_of_every_type(database: &Database) -> Result<()> {
    database.create::<Thing>().await?;
    let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).expect("a day of February");
    let things: Vec<Thing> = (1..=3)
        .map(|n: u8| {
            let time = NaiveTime::from_hms_micro_opt(12, 30, n.into(), 250_000).expect("a time of day");
            let local = day(n.into()).and_time(time);
            Thing {
                id: n.into(),
                small: n.into(),
                large: n.into(),
                float: f64::from(n) / 4.0,
                price: Decimal::new(i64::from(n) * 125, 2),
                name: format!("thing {n}"),
                bytes: vec![n, 255],
                truth: n == 2,
                day: day(n.into()),
                time,
                local,
                instant: local.and_utc(),
                uuid: Uuid::from_u128(n.into()),
                inet: format!("10.0.0.{n}").parse().expect("an address"),
                shade: if n == 2 { Shade::Dark } else { Shade::Light },
            }
        })
        .collect();
    database.execute(Thing::insert_all(&things)).await?;
    for (name, text) in [
        ("small", "2"),
        ("large", "2"),
        ("float", "0.5"),
        ("price", "2.5"),
        ("name", "thing 2"),
        ("label", "thing 2"),
        ("bytes", "02ff"),
        ("truth", "true"),
        ("day", "2024-02-02"),
        ("time", "12:30:02.25"),
        ("local", "2024-02-02T12:30:02.250"),
        ("instant", "2024-02-02T13:30:02.25+01:00"),
        ("uuid", "00000000-0000-0000-0000-000000000002"),
        ("inet", "10.0.0.2"),
        ("shade", "Dark"),
    ] {
        let column = Thing::column(name)?;
        let found = database
            .all(select(Thing::id).filter(column.compare_text(Comparison::Eq, text)?))
            .await?;
        assert_eq!(found, [2], "{name}");
        let found = database.all(select(Thing::id).filter(column.in_texts([text])?)).await?;
        assert_eq!(found, [2], "{name}");
        let error = column.compare_text(Comparison::Eq, "no value, and too long at that");
        assert_eq!(error.is_err(), !matches!(name, "name" | "label"), "{name}");
    }
    Ok(())
}

async fn a_column_is_set_by_its_name(database: &Database) -> Result<()> {
    company(database).await?;
    let changes = [("salary", "1000"), ("nickname", "queen")];
    let mut assignments = Vec::new();
    for (name, value) in changes {
        assignments.push(Person::column(name)?.set_text(value)?);
    }
    let update = Person::update().values(assignments).filter(Person::name.eq("Ada"));
    assert_eq!(database.execute(update).await?.rows_affected, 1);
    let ada = database.one(Person::select().filter(Person::name.eq("Ada"))).await?;
    assert_eq!((ada.salary, ada.nickname.as_deref()), (1000, Some("queen")));
    let elsewhere = Person::column("name")?.set::<Department, _>("x").unwrap_err();
    assert!(matches!(elsewhere, ColumnError::NotSettable { .. }), "{elsewhere}");
    Ok(())
}

async fn hostile_names_and_values_find_nothing(database: &Database) -> Result<()> {
    company(database).await?;
    for name in ["name\"; DROP TABLE people; --", "1", "*", "people.name", "NAME ", "", "\u{0}"] {
        assert!(matches!(Person::column(name), Err(ColumnError::Unknown { .. })), "{name:?}");
        assert!(Person::columns().order_by(&format!("-{name},id")).is_err(), "{name:?}");
    }
    let column = Person::column("name")?;
    let filter = column.compare_text(Comparison::Eq, "x' OR '1' = '1")?;
    assert_eq!(database.all(Person::select().filter(filter)).await?, []);
    let kinds = [
        Person::column("salary")?.typed::<String>().map(drop),
        Person::column("salary")?.compare(Comparison::Eq, "500").map(drop),
        Person::column("nickname")?.typed::<String>().map(drop),
    ];
    let messages = kinds.map(|kind| kind.unwrap_err().to_string());
    assert_eq!(
        messages,
        [
            "people.salary holds integer, which does not go together with text",
            "people.salary holds integer, which does not go together with text",
            "people.nickname may be NULL; read it as an `Option`",
        ]
    );
    Ok(())
}

async fn an_absent_filter_of_a_write_adds_nothing(database: &Database) -> Result<()> {
    company(database).await?;
    let raise = |least: Option<i64>, most: Option<i64>| {
        Person::update()
            .set(Person::salary, Person::salary + 1)
            .filter_if(least.map(|salary| Person::salary.ge(salary)))
            .filter_if(most.map(|salary| Person::salary.le(salary)))
    };
    assert_eq!(database.execute(raise(Some(500), Some(700))).await?.rows_affected, 3);
    assert_eq!(database.execute(raise(Some(900), None)).await?.rows_affected, 1);
    let error = database.execute(raise(None, None)).await.unwrap_err();
    assert!(error.to_string().contains("the update of people has no filter"), "{error}");
    let sack =
        |name: Option<&'static str>| Person::delete().filter_if(name.map(|name| Person::name.eq(name)));
    assert_eq!(database.execute(sack(Some("Eve"))).await?.rows_affected, 1);
    assert!(database.execute(sack(None)).await.is_err());
    assert_eq!(database.one(Person::select().count()).await?, 4);
    Ok(())
}
