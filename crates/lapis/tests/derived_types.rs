//! Types of one's own in columns: enums by name, newtypes, structs read from rows.

use lapis::prelude::*;
use lapis::sql::schema::ColumnDef;
use lapis::types::{ColumnType, Decode, Encode};
use lapis::{Cell, Result, Row, Value};

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(rename_all = "snake_case")]
enum Status {
    Draft,
    InReview,
    #[sql(rename = "live")]
    Published,
}

#[derive(SqlEnum, Debug, PartialEq)]
#[sql(name = "mood_type", native)]
enum Mood {
    Glad,
}

#[derive(SqlType, Debug, Clone, PartialEq, Eq, Hash)]
#[sql(length = 320)]
struct Email(String);

#[derive(SqlType, Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct UserId {
    value: i64,
}

#[derive(FromRow, Debug, PartialEq)]
struct Place {
    country: String,
}

#[derive(FromRow, Debug, PartialEq)]
struct City {
    name: String,
    #[from_row(rename = "n")]
    people: Option<i64>,
    #[from_row(default)]
    mayor: Option<String>,
    #[from_row(flatten)]
    place: Place,
    #[from_row(skip)]
    seen: bool,
}

#[test]
fn an_enum_is_stored_by_the_names_of_its_variants() {
    assert_eq!(Status::VALUES, ["draft", "in_review", "live"]);
    assert_eq!(Status::InReview.encode(), Value::Text("in_review".into()));
    assert_eq!(Status::decode(Cell::Text("live")), Ok(Status::Published));
    let error = Status::decode(Cell::Text("gone")).unwrap_err().to_string();
    assert!(error.contains(r#""gone" is none of"#), "{error}");
}

#[test]
fn an_enum_type_is_named_after_the_enum_unless_it_says_otherwise() {
    let ColumnType::Enum(status) = Status::column_type() else { panic!("an enum column") };
    assert_eq!((status.name.as_ref(), status.native), ("status", false));
    let ColumnType::Enum(mood) = Mood::column_type() else { panic!("an enum column") };
    assert_eq!((mood.name.as_ref(), mood.native), ("mood_type", true));
    assert_eq!(mood.values, ["Glad"]);
}

#[test]
fn enums_are_elements_of_arrays() {
    assert_eq!(Vec::<Mood>::column_type(), ColumnType::Array(Box::new(Mood::column_type())));
    let statuses = vec![Some(Status::Draft), None];
    assert_eq!(statuses.encode().as_cell().map(Vec::decode), Some(Ok(statuses.clone())));
}

#[test]
fn a_newtype_is_stored_as_what_it_wraps() {
    let column = ColumnDef::new("email", Email::column_type());
    assert_eq!(column.ty, ColumnType::String(320));
    assert_eq!(Email("a@b.c".into()).encode(), Value::Text("a@b.c".into()));
    assert_eq!(UserId::decode(Cell::Int(7)), Ok(UserId { value: 7 }));
    assert_eq!(UserId::column_type(), ColumnType::BigInt);
}

#[test]
fn a_struct_is_read_from_a_row_by_the_names_of_its_columns() -> Result<()> {
    let names = ["country", "n", "name"];
    let cells = [Cell::Text("Germany"), Cell::Int(126_405), Cell::Text("Ulm")];
    let city = City::from_row(&Row::of(&names, &cells))?;
    let place = Place { country: "Germany".into() };
    assert_eq!(city, City { name: "Ulm".into(), people: Some(126_405), mayor: None, place, seen: false });
    Ok(())
}

#[test]
fn a_column_that_is_missing_is_named() {
    let error = Place::from_row(&Row::of(&["town"], &[Cell::Text("Ulm")])).unwrap_err().to_string();
    assert!(error.contains("no column `country`; it has town"), "{error}");
}

#[tokio::test]
async fn derived_types_go_through_a_database() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    let rows: Vec<(Email, Status)> = engine
        .all(
            text("SELECT :email, :status")
                .bind("email", Email("a@b.c".into()))
                .bind("status", Status::InReview)
                .rows(),
        )
        .await?;
    assert_eq!(rows, [(Email("a@b.c".into()), Status::InReview)]);
    Ok(())
}
