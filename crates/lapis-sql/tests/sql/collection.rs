//! Arrays and ranges.

use crate::common::sql;
use chrono::NaiveDate;
use insta::assert_snapshot;
use lapis_sql::dialect::Postgres;
use lapis_sql::expr::*;
use lapis_sql::statement::*;
use lapis_sql::types::SqlRange;

struct Stay;

impl StaticTable for Stay {
    const TABLE: &'static str = "stays";
}

#[allow(non_upper_case_globals)]
impl Stay {
    const tags: Column<Stay, Vec<String>> = Column::new("tags");
    const tag: Column<Stay, String> = Column::new("tag");
    const nights: Column<Stay, Option<SqlRange<NaiveDate>>> = Column::new("nights");
    const arrival: Column<Stay, NaiveDate> = Column::new("arrival");
    const floors: Column<Stay, SqlRange<i64>> = Column::new("floors");
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, day).unwrap()
}

fn postgres(condition: impl Condition) -> String {
    let sql = select(Stay::tag).filter(condition).sql(&Postgres).unwrap();
    sql.split_once(" WHERE ").unwrap().1.replace("\"stays\".", "")
}

#[test]
fn an_array_is_asked_for_its_elements() {
    assert_snapshot!(sql(select(Stay::tag).filter(Stay::tags.contains(["a", "b"]))), @r#"
    sqlite: error: SQLite does not support @>; keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    postgres: SELECT "stays"."tag" FROM "stays" WHERE "stays"."tags" @> $1 [Array([Text("a"), Text("b")])]
    mysql: error: MySQL does not support @>; keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    "#);
    assert_snapshot!(postgres(Stay::tags.contained_by(vec!["a".to_owned()])), @r#""tags" <@ $1"#);
    assert_snapshot!(postgres(Stay::tags.overlaps(&["a".to_owned()][..])), @r#""tags" && $1"#);
    assert_snapshot!(postgres(Stay::tags.contains([Stay::tag])), @r#""tags" @> ARRAY["tag"]"#);
    assert_snapshot!(postgres(Stay::tags.eq(Vec::<String>::new())), @r#""tags" = $1"#);
    assert_snapshot!(postgres(!Stay::tags.contains(["a"])), @r#"NOT ("tags" @> $1)"#);
    assert_snapshot!(postgres(func::array_length(Stay::tags).gt(2)), @r#"cardinality("tags") > $1"#);
}

#[test]
fn a_value_is_looked_for_in_an_array() {
    assert_snapshot!(sql(select(Stay::tag).filter(lit("a").eq_any(Stay::tags))), @r#"
    sqlite: error: SQLite does not support = ANY(…); keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    postgres: SELECT "stays"."tag" FROM "stays" WHERE $1 = ANY("stays"."tags") [Text("a")]
    mysql: error: MySQL does not support = ANY(…); keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    "#);
    assert_snapshot!(postgres(Stay::tag.eq_any(Stay::tags).and(Stay::tag.eq_any(["a", "b"]))), @r#""tag" = ANY("tags") AND "tag" = ANY($1)"#);
}

#[test]
fn a_range_is_asked_for_what_it_holds() {
    assert_snapshot!(sql(select(Stay::tag).filter(Stay::nights.contains(day(29)))), @r#"
    sqlite: error: SQLite does not support @>; keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    postgres: SELECT "stays"."tag" FROM "stays" WHERE "stays"."nights" @> CAST($1::DATE AS DATE) [Date(2024-02-29)]
    mysql: error: MySQL does not support @>; keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    "#);
    assert_snapshot!(postgres(Stay::nights.contains(Stay::arrival)), @r#""nights" @> CAST("arrival" AS DATE)"#);
    assert_snapshot!(postgres(Stay::nights.contains(day(1)..day(3))), @r#""nights" @> $1"#);
    assert_snapshot!(postgres(Stay::nights.overlaps(day(1)..=day(3))), @r#""nights" && $1"#);
    assert_snapshot!(postgres(Stay::arrival.contained_by(Stay::nights)), @r#"CAST("arrival" AS DATE) <@ "nights""#);
    assert_snapshot!(postgres(Stay::arrival.contained_by(day(1)..)), @r#"CAST("arrival" AS DATE) <@ CAST($1 AS DATERANGE)"#);
    assert_snapshot!(postgres(Stay::floors.contains(3)), @r#""floors" @> CAST($1::INTEGER AS BIGINT)"#);
    assert_snapshot!(postgres(Stay::floors.eq(1..3)), @r#""floors" = $1"#);
}

#[test]
fn lists_of_arrays_are_no_array() {
    assert_snapshot!(postgres(Stay::tags.in_([vec!["a".to_owned()], vec![]])), @r#""tags" IN ($1, $2)"#);
}

#[test]
fn an_array_type_is_cast_to_where_there_is_one() {
    assert_snapshot!(sql(select(Stay::tags.cast::<Vec<i64>>())), @r#"
    sqlite: error: SQLite does not support arrays; store the elements as JSON, in a `Json<Vec<T>>`
    postgres: SELECT CAST("stays"."tags" AS BIGINT[]) FROM "stays"
    mysql: error: MySQL does not support arrays; store the elements as JSON, in a `Json<Vec<T>>`
    "#);
}

#[test]
fn where_nothing_tells_the_type_of_an_array_or_range_postgresql_is_told() {
    let [array, range] = [postgres(lit([1]).overlaps([2])), postgres(lit(1..2).overlaps(1..))];
    assert_snapshot!(array, @"$1::BIGINT[] && $2::BIGINT[]");
    assert_snapshot!(range, @"$1::INT8RANGE && $2::INT8RANGE");
    let nothing = lit(Vec::<Option<i64>>::new());
    assert_snapshot!(select((lit([Some("a"), None]), nothing)).sql(&Postgres).unwrap(), @"SELECT $1::TEXT[], $2");
}
