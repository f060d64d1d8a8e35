//! What each database spells in its own way, all of it on one page: `snapshots/`.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::types::SqlType;

use crate::common::{User, on_all};

const BORN: Column<User, NaiveDate> = Column::new("born");
const SEEN: Column<User, DateTime<Utc>> = Column::new("seen");
const WAKES: Column<User, NaiveTime> = Column::new("wakes");

#[derive(Default)]
struct Page(String);

impl Page {
    fn add<T: SqlType + 'static>(mut self, name: &str, expression: Expr<T>) -> Self {
        self.0.push_str(&format!("{name}\n{}\n", on_all(expression)));
        self
    }
}

#[test]
fn functions_of_text() {
    let page = Page::default()
        .add("length", func::length(User::name))
        .add("byte_length", func::byte_length(User::name))
        .add("left", func::left(User::name, 2))
        .add("right", func::right(User::name, 2))
        .add("lpad", func::lpad(User::name, 8, "-"))
        .add("rpad", func::rpad(User::name, User::age, "-"))
        .add("repeat", func::repeat(User::name, 3))
        .add("reverse", func::reverse(User::name))
        .add("position", func::position(User::name.concat(User::bio), "e"))
        .add("concat_ws", func::concat_ws(", ", (User::name, User::bio)))
        .add("matches", User::name.matches("^A"))
        .add("matches, negated", !User::name.matches("^A"))
        .add("matches_ignore_case", User::name.matches_ignore_case("^a"))
        .add("regexp_replace", func::regexp_replace(User::name, "[aeiou]", ""))
        .add("regexp_substr", func::regexp_substr(User::name, "[0-9]+"))
        .add("collate", User::name.concat("x").collate("C").lt("m"));
    assert_snapshot!("text", page.0);
}

#[test]
fn functions_of_numbers() {
    let page = Page::default()
        .add("ceil", func::ceil(User::score))
        .add("floor", func::floor(User::score * 2))
        .add("round_to", func::round_to(User::score, 2))
        .add("power", func::power(User::age, 2))
        .add("sqrt", func::sqrt(User::age + 1))
        .add("exp", func::exp(User::score))
        .add("ln", func::ln(User::score))
        .add("log10", func::log10(User::score))
        .add("sign", func::sign(User::score))
        .add("greatest", func::greatest(User::age, 18))
        .add("least", func::least(User::age, 18))
        .add("random", func::random())
        .add("bit_and", User::age.bit_and(User::id + 1))
        .add("bit_or", User::age.bit_or(1))
        .add("bit_xor", User::age.bit_xor(1))
        .add("bit_not", User::age.bit_not())
        .add("shift_left", User::age.shift_left(3))
        .add("shift_right", User::age.shift_right(3));
    assert_snapshot!("numbers", page.0);
}

#[test]
fn functions_of_dates_and_times() {
    let mut page = Page::default()
        .add("months later", BORN + Months::new(3))
        .add("months earlier", SEEN - Months::new(3))
        .add("days later", BORN + Days::new(30))
        .add("days earlier", SEEN - Days::new(30))
        .add("a span later", SEEN + TimeDelta::hours(2))
        .add("a span earlier", SEEN - TimeDelta::hours(2))
        .add("days_between", func::days_between(BORN, func::current_date()))
        .add("elapsed", func::elapsed(SEEN, func::now()))
        .add("date_of", func::date_of(SEEN))
        .add("time_of", func::time_of(SEEN))
        .add("extract from a time of day", func::extract(TimeField::Minute, WAKES));
    for unit in [Unit::Year, Unit::Quarter, Unit::Month, Unit::Week, Unit::Day] {
        page = page.add(&format!("the {unit:?} of a date"), func::date_trunc(unit, BORN));
    }
    for unit in [Unit::Quarter, Unit::Month, Unit::Week, Unit::Day, Unit::Hour, Unit::Minute, Unit::Second]
    {
        page = page.add(&format!("the {unit:?} of an instant"), func::date_trunc(unit, SEEN));
    }
    assert_snapshot!("dates", page.0);
}

#[test]
fn what_has_no_function_everywhere() {
    const KEY: Column<User, uuid::Uuid> = Column::new("key");
    const DOCUMENT: Column<User, lapis_sql::types::Json> = Column::new("document");
    let page = Page::default()
        .add("min of a uuid", func::min(KEY))
        .add("max of a condition", func::max(User::age.ge(18)))
        .add("max of a uuid, filtered", func::max(KEY).filter_where(User::age.ge(18)))
        .add("any_value, filtered", func::any_value(User::name).filter_where(User::age.ge(18)))
        .add("text of a uuid", KEY.cast::<String>())
        .add("uuid of a text", User::name.cast::<uuid::Uuid>())
        .add("truth value of a number", User::age.cast::<bool>())
        .add("date of an instant", SEEN.cast::<NaiveDate>())
        .add("json of a uuid", func::json_array((KEY, None::<i64>)))
        .add("json_set with NULL", DOCUMENT.json_set("a", None::<i64>))
        .add("concat_ws with NULL", func::concat_ws("-", (User::name, None::<String>)));
    assert_snapshot!("not_everywhere", page.0);
}

#[test]
fn what_is_no_call_stands_over_no_window() {
    use lapis_sql::dialect::Postgres;
    use lapis_sql::statement::{Statement, select};
    const KEY: Column<User, uuid::Uuid> = Column::new("key");
    let message = |expression| select(expression).sql(&Postgres).expect_err("an error").to_string();
    assert_snapshot!(
        message(func::max(KEY).over(window())),
        @"PostgreSQL does not support max of such values over a window; take the value of a group in a subquery and join that, or cast the operand to text"
    );
    assert_snapshot!(
        message(func::max(KEY).ordered_by(User::name)),
        @"PostgreSQL does not support ORDER BY in max; leave `.ordered_by(..)` out: the value is the same in any order"
    );
}
