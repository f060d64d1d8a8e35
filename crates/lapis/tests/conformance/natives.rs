//! Types that one database has and others do not: stored natively where they are, refused clearly where not.

use std::net::IpAddr;

use lapis::prelude::*;
use lapis::types::{Inet, SqlRange};

use crate::harness::{Database, Result, conformance};

conformance![
    arrays_come_back_element_by_element,
    ranges_come_back_with_their_bounds,
    internet_addresses_come_back,
    native_enums_are_made_and_dropped_with_the_tables,
    tables_made_by_hand_with_serial_are_mapped_like_others,
];

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(native)]
enum Mood {
    Calm,
    Cross,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "lists")]
struct List {
    #[column(primary_key)]
    id: Auto<i64>,
    numbers: Vec<i32>,
    words: Vec<Option<String>>,
    times: Option<Vec<DateTime<Utc>>>,
    amounts: Vec<Decimal>,
    keys: Vec<Uuid>,
    flags: Vec<bool>,
    moods: Vec<Mood>,
}

/// Whether the database has arrays and ranges; where not, the message says what to store instead.
async fn has_collections<S: lapis::schema::TableSet>(db: &Database, hint: &str) -> bool {
    match db.create_all(&MetaData::of::<S>()).await {
        Ok(()) => true,
        Err(error) => {
            assert!(matches!(error.kind(), lapis::ErrorKind::Compile(_)), "{error}");
            assert!(error.to_string().contains(hint), "{error}");
            false
        }
    }
}

async fn arrays_come_back_element_by_element(db: &Database) -> Result<()> {
    if !has_collections::<(List,)>(db, "Json<Vec").await {
        return db.lacks("arrays");
    }
    let noon: DateTime<Utc> = "2024-02-29T12:00:00.000001Z".parse().expect("an instant");
    let full = List {
        id: Auto::default(),
        numbers: vec![i32::MIN, 0, i32::MAX],
        words: vec![Some("a\"b\\c{},".into()), None, Some(String::new()), Some("NULL".into())],
        times: Some(vec![noon]),
        amounts: vec![Decimal::new(-12345, 3), Decimal::ZERO],
        keys: vec![Uuid::from_u128(7)],
        flags: vec![true, false],
        moods: vec![Mood::Cross, Mood::Calm],
    };
    let empty = List {
        numbers: Vec::new(),
        words: Vec::new(),
        times: None,
        amounts: Vec::new(),
        keys: Vec::new(),
        flags: Vec::new(),
        moods: Vec::new(),
        ..full.clone()
    };
    let mut session = db.session();
    // One row by itself, and several together, which travel in another way.
    for rows in [vec![full.clone()], vec![full.clone(), empty.clone(), full.clone()]] {
        let handles = session.add_all(rows.clone());
        session.commit().await?;
        for (handle, row) in handles.into_iter().zip(rows) {
            let found = db.one(List::select().filter(List::id.eq(*session[handle].id))).await?;
            assert_eq!(found, List { id: found.id, ..row });
        }
    }
    let with_zero = List::select().filter(List::numbers.contains(vec![0]));
    assert_eq!(db.all(with_zero).await?.len(), 3);
    Ok(())
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "spans")]
struct Span {
    #[column(primary_key)]
    id: Auto<i64>,
    numbers: SqlRange<i32>,
    amounts: SqlRange<Decimal>,
    days: SqlRange<NaiveDate>,
    times: Option<SqlRange<DateTime<Utc>>>,
}

async fn ranges_come_back_with_their_bounds(db: &Database) -> Result<()> {
    if !has_collections::<(Span,)>(db, "columns of their own").await {
        return db.lacks("ranges");
    }
    let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).expect("a day");
    let noon: DateTime<Utc> = "2024-02-29T12:00:00Z".parse().expect("an instant");
    let bounded = Span {
        id: Auto::default(),
        numbers: (1..5).into(),
        amounts: (Decimal::new(15, 1)..=Decimal::new(25, 1)).into(),
        days: (day(1)..day(3)).into(),
        times: Some((noon..).into()),
    };
    let empty = Span {
        numbers: SqlRange::Empty,
        amounts: (..).into(),
        days: (..day(2)).into(),
        times: None,
        ..bounded.clone()
    };
    let mut session = db.session();
    let handles = session.add_all([bounded.clone(), empty.clone()]);
    session.commit().await?;
    for (handle, row) in handles.into_iter().zip([bounded, empty]) {
        let found = db.one(Span::select().filter(Span::id.eq(*session[handle].id))).await?;
        assert_eq!(found, Span { id: found.id, ..row });
    }
    Ok(())
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "hosts")]
struct Host {
    #[column(primary_key)]
    id: Auto<i64>,
    network: Inet,
    address: IpAddr,
    fallback: Option<IpAddr>,
}

async fn internet_addresses_come_back(db: &Database) -> Result<()> {
    db.create::<(Host,)>().await?;
    let host = |network: &str, address: &str| Host {
        id: Auto::default(),
        network: network.parse().expect("a network"),
        address: address.parse().expect("an address"),
        fallback: None,
    };
    let rows = [
        host("192.0.2.1/24", "192.0.2.7"),
        host("2001:db8::1", "2001:db8::2"),
        Host { fallback: Some([0, 0, 0, 0].into()), ..host("0.0.0.0/0", "255.255.255.255") },
    ];
    let mut session = db.session();
    let handles = session.add_all(rows.clone());
    session.commit().await?;
    for (handle, row) in handles.into_iter().zip(rows) {
        let found = db.one(Host::select().filter(Host::id.eq(*session[handle].id))).await?;
        assert_eq!(found, Host { id: found.id, ..row });
    }
    let address: IpAddr = [192, 0, 2, 7].into();
    assert_eq!(db.all(Host::select().filter(Host::address.eq(address))).await?.len(), 1);
    Ok(())
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "days")]
struct Day {
    #[column(primary_key)]
    id: Auto<i64>,
    mood: Mood,
    later: Option<Mood>,
}

async fn native_enums_are_made_and_dropped_with_the_tables(db: &Database) -> Result<()> {
    let metadata = MetaData::of::<(Day,)>();
    for _ in 0..2 {
        db.create_all(&metadata).await?;
        let mut session = db.session();
        let days = session.add_all([
            Day { id: Auto::default(), mood: Mood::Calm, later: None },
            Day { id: Auto::default(), mood: Mood::Cross, later: Some(Mood::Calm) },
        ]);
        session.commit().await?;
        let cross = session.one(Day::select().filter(Day::mood.eq(Mood::Cross))).await?;
        assert_eq!((cross, session[cross].later), (days[1], Some(Mood::Calm)));
        session.close().await?;
        db.drop_all(&metadata).await?;
    }
    Ok(())
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "tickets")]
struct Ticket {
    #[column(primary_key)]
    id: Auto<i32>,
    title: String,
    #[column(server_default = "open")]
    state: Auto<String>,
}

async fn tables_made_by_hand_with_serial_are_mapped_like_others(db: &Database) -> Result<()> {
    if db.dialect().name() != "PostgreSQL" {
        return db.lacks("SERIAL columns");
    }
    db.script("CREATE TABLE tickets (id SERIAL PRIMARY KEY, title TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open')")
        .await?;
    db.script("ALTER SEQUENCE tickets_id_seq RESTART WITH 40").await?;
    let mut session = db.session();
    let ticket = |title: &str| Ticket::new().title(title).build();
    let one = session.add(ticket("alone"));
    session.flush().await?;
    let several = session.add_all((0..100).map(|number| ticket(&number.to_string())));
    session.commit().await?;
    assert_eq!(session[one].id, 40);
    assert_eq!(*session[one].state, "open");
    for (number, handle) in several.iter().enumerate() {
        let found = db.one(Ticket::select().filter(Ticket::id.eq(*session[*handle].id))).await?;
        assert_eq!((*found.id, found.title), (41 + number as i32, number.to_string()));
    }
    Ok(())
}
