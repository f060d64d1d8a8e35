//! Conditions, expressions and the order of rows.

use lapis::expr::{all_of, any_of, case, raw, row};
use lapis::prelude::*;
use lapis::statement::{insert, table};

use crate::company::{Department, Person, Project, company, day, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    comparisons_hold_as_they_do_in_rust,
    a_value_stands_on_either_side_of_a_comparison,
    columns_are_compared_with_columns,
    equality_with_none_asks_for_null,
    a_comparison_with_null_is_never_true,
    distinct_from_takes_null_as_a_value,
    between_includes_both_ends,
    in_a_list_of_none_one_nine_and_a_thousand,
    not_in_a_list_that_holds_null_is_never_true,
    a_list_may_hold_expressions,
    like_has_wildcards,
    ilike_ignores_case,
    literal_searches_escape_every_wildcard,
    text_to_search_for_may_come_from_a_column,
    conditions_combine_with_and_or_and_not,
    operators_combine_conditions_with_rust_precedence,
    all_of_none_holds_and_any_of_none_does_not,
    filters_add_up_and_an_absent_one_keeps_all_rows,
    a_boolean_column_is_a_condition,
    arithmetic_follows_the_precedence_of_rust,
    integers_divide_towards_zero_and_floats_do_not,
    whole_decimals_divide_as_decimals,
    case_takes_the_first_branch_that_holds,
    cast_reads_a_value_as_another_type,
    functions_of_text,
    functions_of_numbers,
    coalesce_and_nullif_replace_null_and_values,
    any_function_and_any_sql_can_be_called,
    rows_of_columns_compare_as_one,
    rows_are_ordered_by_every_term_in_turn,
    nulls_are_ordered_first_or_last_on_request,
    limit_and_offset_cut_a_page,
    distinct_rows_come_once,
    counting_a_query_needs_no_rows,
    whole_entities_stand_in_tuples,
    a_select_without_a_table_gives_one_row,
}

async fn comparisons_hold_as_they_do_in_rust(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::salary.eq(500)).await?, ["Ben", "Dan"]);
    assert_eq!(names(database, Person::salary.ne(500)).await?, ["Ada", "Cleo", "Eve"]);
    assert_eq!(names(database, Person::salary.lt(500)).await?, ["Eve"]);
    assert_eq!(names(database, Person::salary.le(500)).await?, ["Ben", "Dan", "Eve"]);
    assert_eq!(names(database, Person::salary.gt(700)).await?, ["Ada"]);
    assert_eq!(names(database, Person::salary.ge(700)).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, Person::name.lt("Cleo")).await?, ["Ada", "Ben"]);
    assert_eq!(names(database, Person::hired.gt(day(2020, 1, 3))).await?, ["Dan", "Eve"]);
    assert_eq!(names(database, Person::rating.ge(4)).await?, ["Ada"]);
    let dear = select(Project::title).filter(Project::budget.gt(Decimal::new(250, 0)));
    assert_eq!(database.all(dear).await?, ["engine"]);
    Ok(())
}

async fn a_value_stands_on_either_side_of_a_comparison(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, lit(700).lt(Person::salary)).await?, ["Ada"]);
    assert_eq!(names(database, lit("Dan").eq(Person::name)).await?, ["Dan"]);
    Ok(())
}

async fn columns_are_compared_with_columns(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::department.eq(Person::id)).await?, ["Ada"]);
    assert_eq!(names(database, Person::manager.eq(Person::id - 1)).await?, ["Ben", "Dan", "Eve"]);
    Ok(())
}

async fn equality_with_none_asks_for_null(database: &Database) -> Result<()> {
    company(database).await?;
    let nobody: Option<i64> = None;
    assert_eq!(names(database, Person::manager.eq(nobody)).await?, ["Ada"]);
    assert_eq!(names(database, Person::manager.ne(nobody)).await?, ["Ben", "Cleo", "Dan", "Eve"]);
    assert_eq!(names(database, Person::manager.eq(Some(1))).await?, ["Ben", "Cleo"]);
    assert_eq!(names(database, Person::nickname.is_null()).await?, ["Ben", "Dan", "Eve"]);
    assert_eq!(names(database, Person::nickname.is_not_null()).await?, ["Ada", "Cleo"]);
    Ok(())
}

async fn a_comparison_with_null_is_never_true(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::rating.ne(3.0)).await?, ["Ada"]);
    assert_eq!(names(database, Person::rating.eq(3.0).not()).await?, ["Ada"]);
    assert_eq!(names(database, Person::rating.lt(None::<f64>)).await?, [""; 0]);
    assert_eq!(names(database, Person::rating.eq(Person::rating)).await?, ["Ada", "Cleo", "Dan"]);
    Ok(())
}

async fn distinct_from_takes_null_as_a_value(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::rating.is_distinct_from(3.0)).await?, ["Ada", "Ben", "Eve"]);
    assert_eq!(names(database, Person::rating.is_not_distinct_from(3.0)).await?, ["Cleo", "Dan"]);
    assert_eq!(names(database, Person::rating.is_not_distinct_from(None::<f64>)).await?, ["Ben", "Eve"]);
    assert_eq!(names(database, Person::rating.is_distinct_from(Person::rating)).await?, [""; 0]);
    Ok(())
}

async fn between_includes_both_ends(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::salary.between(500, 700)).await?, ["Ben", "Cleo", "Dan"]);
    assert_eq!(names(database, Person::salary.not_between(500, 700)).await?, ["Ada", "Eve"]);
    assert_eq!(names(database, Person::salary.between(700, 500)).await?, [""; 0]);
    assert_eq!(names(database, Person::name.between("Ben", "Cleo")).await?, ["Ben", "Cleo"]);
    Ok(())
}

async fn in_a_list_of_none_one_nine_and_a_thousand(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::id.in_([0_i64; 0])).await?, [""; 0]);
    assert_eq!(names(database, Person::id.not_in([0_i64; 0])).await?.len(), 5);
    assert_eq!(names(database, Person::id.in_([4])).await?, ["Dan"]);
    assert_eq!(names(database, Person::id.not_in([4])).await?.len(), 4);
    for last in [9, 1000, 40_000] {
        assert_eq!(names(database, Person::id.in_(4..=last)).await?, ["Dan", "Eve"]);
        assert_eq!(names(database, Person::id.not_in(4..=last)).await?, ["Ada", "Ben", "Cleo"]);
        let texts = (4..=last).map(|number| if number == 7 { "Eve".into() } else { format!("n{number}") });
        assert_eq!(names(database, Person::name.in_(texts)).await?, ["Eve"]);
    }
    for last in [9, 1000] {
        let days = (4..=last).map(|number| day(2020, 1, 1) + TimeDelta::days(number - 1));
        assert_eq!(names(database, Person::hired.in_(days)).await?, ["Dan", "Eve"]);
        let ratings = (4..=last).map(|number| number as f64 + 0.5);
        assert_eq!(names(database, Person::rating.in_(ratings)).await?, ["Ada"]);
    }
    Ok(())
}

async fn not_in_a_list_that_holds_null_is_never_true(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::salary.not_in([Some(1), None])).await?, [""; 0]);
    assert_eq!(names(database, Person::salary.in_([Some(300), None])).await?, ["Eve"]);
    let many = (0..20).map(|salary| (salary > 0).then_some(salary * 100));
    assert_eq!(names(database, Person::salary.not_in(many.clone())).await?, [""; 0]);
    assert_eq!(names(database, Person::salary.in_(many)).await?.len(), 5);
    Ok(())
}

async fn a_list_may_hold_expressions(database: &Database) -> Result<()> {
    company(database).await?;
    let list = [Person::manager.nullable() + 1, Person::manager.nullable() + 2];
    assert_eq!(
        names(database, Person::id.nullable().in_(list.clone())).await?,
        ["Ben", "Cleo", "Dan", "Eve"]
    );
    assert_eq!(names(database, Person::id.nullable().not_in(list)).await?, [""; 0]);
    Ok(())
}

async fn like_has_wildcards(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::name.like("%e%")).await?, ["Ben", "Cleo", "Eve"]);
    assert_eq!(names(database, Person::name.like("_an")).await?, ["Dan"]);
    assert_eq!(names(database, Person::name.not_like("%n")).await?, ["Ada", "Cleo", "Eve"]);
    Ok(())
}

async fn ilike_ignores_case(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::name.ilike("aD%")).await?, ["Ada"]);
    assert_eq!(names(database, Person::name.ilike("%N")).await?, ["Ben", "Dan"]);
    Ok(())
}

/// Stores texts as the names of departments.
async fn departments(database: &Database, texts: &[&str]) -> Result<()> {
    database.create::<(Department, Person, Project)>().await?;
    database
        .execute(insert::<Department>().rows(texts.iter().map(|text| Department::name.set(*text))))
        .await?;
    Ok(())
}

const SPECIAL: [&str; 12] = ["%", "_", "!", "\\", "'", "\"", "a%b", "a_b", "a!b", "a\\b", "!%_", "\\%"];

async fn literal_searches_escape_every_wildcard(database: &Database) -> Result<()> {
    departments(database, &SPECIAL).await?;
    for text in SPECIAL {
        let starting = select(Department::name).filter(Department::name.starts_with(text));
        let ending = select(Department::name).filter(Department::name.ends_with(text));
        let holding = select(Department::name).filter(Department::name.contains(text));
        let expected = |holds: fn(&str, &str) -> bool| {
            SPECIAL.iter().copied().filter(|name| holds(name, text)).collect::<Vec<_>>()
        };
        let by_id = Department::id;
        assert_eq!(
            database.all(starting.order_by(by_id)).await?,
            expected(|a, b| a.starts_with(b)),
            "{text}"
        );
        assert_eq!(database.all(ending.order_by(by_id)).await?, expected(|a, b| a.ends_with(b)), "{text}");
        assert_eq!(database.all(holding.order_by(by_id)).await?, expected(|a, b| a.contains(b)), "{text}");
    }
    Ok(())
}

async fn text_to_search_for_may_come_from_a_column(database: &Database) -> Result<()> {
    departments(database, &SPECIAL).await?;
    let itself = Department::name.contains(Department::name);
    let found = database.all(select(Department::name).filter(itself).order_by(Department::id)).await?;
    assert_eq!(found, SPECIAL);
    let longer = Department::name.starts_with(Department::name.concat("x"));
    assert_eq!(database.all(select(Department::name).filter(longer)).await?, [""; 0]);
    Ok(())
}

async fn conditions_combine_with_and_or_and_not(database: &Database) -> Result<()> {
    company(database).await?;
    let poor = || Person::salary.le(500);
    let rated = || Person::rating.is_not_null();
    assert_eq!(names(database, poor().and(rated())).await?, ["Dan"]);
    assert_eq!(names(database, poor().or(rated())).await?.len(), 5);
    assert_eq!(names(database, poor().not()).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, poor().and(rated()).not()).await?, ["Ada", "Ben", "Cleo", "Eve"]);
    assert_eq!(names(database, poor().or(rated()).not()).await?, [""; 0]);
    // AND binds more tightly than OR unless the expression was built otherwise.
    let nested = poor().and(rated().or(Person::name.eq("Eve")));
    assert_eq!(names(database, nested.clone()).await?, ["Dan", "Eve"]);
    assert_eq!(names(database, nested.not()).await?, ["Ada", "Ben", "Cleo"]);
    Ok(())
}

async fn operators_combine_conditions_with_rust_precedence(database: &Database) -> Result<()> {
    company(database).await?;
    let condition = Person::salary.gt(800) | Person::salary.lt(400) & !Person::active;
    assert_eq!(names(database, condition).await?, ["Ada", "Eve"]);
    let condition = (Person::salary.gt(800) | Person::salary.lt(400)) & Person::active;
    assert_eq!(names(database, condition).await?, ["Ada"]);
    Ok(())
}

async fn all_of_none_holds_and_any_of_none_does_not(database: &Database) -> Result<()> {
    company(database).await?;
    let bounds = [Some(400), None, Some(600)];
    let above = || bounds.into_iter().flatten().map(|bound| Person::salary.gt(bound));
    assert_eq!(names(database, all_of(above())).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, any_of(above())).await?, ["Ada", "Ben", "Cleo", "Dan"]);
    assert_eq!(names(database, all_of(above().skip(2))).await?.len(), 5);
    assert_eq!(names(database, any_of(above().skip(2))).await?, [""; 0]);
    assert_eq!(names(database, any_of(above().skip(2)).not()).await?.len(), 5);
    Ok(())
}

async fn filters_add_up_and_an_absent_one_keeps_all_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let (least, most): (Option<i64>, Option<i64>) = (Some(500), None);
    let people = Person::select()
        .filter_if(least.map(|salary| Person::salary.ge(salary)))
        .filter_if(most.map(|salary| Person::salary.le(salary)))
        .filter(Person::rating.is_null());
    let people = database.all(people).await?;
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].name, "Ben");
    Ok(())
}

async fn a_boolean_column_is_a_condition(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::active).await?.len(), 4);
    assert_eq!(names(database, Person::active.not()).await?, ["Eve"]);
    assert_eq!(names(database, Person::active.eq(false)).await?, ["Eve"]);
    let rich: Vec<bool> = database.all(select(Person::salary.gt(600)).order_by(Person::id)).await?;
    assert_eq!(rich, [true, false, true, false, false]);
    Ok(())
}

async fn arithmetic_follows_the_precedence_of_rust(database: &Database) -> Result<()> {
    let seven = || lit(7_i64);
    let sums = select((
        seven() + 2 * 3,
        (seven() + 2) * 3,
        seven() - (lit(2_i64) - 1),
        seven() - 2 - 1,
        -(seven() - 9),
        seven() % 4 * 2,
        lit(12) / (lit(6) / 2),
        lit(-3) - lit(-2),
    ));
    let expected = (13, 27, 6, 4, 2, 6, 4, -1);
    assert_eq!(database.one(sums).await?, expected);
    Ok(())
}

async fn integers_divide_towards_zero_and_floats_do_not(database: &Database) -> Result<()> {
    company(database).await?;
    let halves = select((Person::salary / 200, -Person::salary / 200, Person::salary % 200));
    assert_eq!(database.one(halves.filter(Person::name.eq("Cleo"))).await?, (3, -3, 100));
    let half = select(Person::salary.cast::<f64>() / 200).filter(Person::name.eq("Cleo"));
    assert_eq!(database.one(half).await?, 3.5);
    let raised =
        select((Project::budget * 2, Project::budget + Decimal::new(5, 1))).filter(Project::id.eq(1));
    assert_eq!(database.one(raised).await?, (Decimal::new(2001, 0), Decimal::new(1001, 0)));
    Ok(())
}

async fn whole_decimals_divide_as_decimals(database: &Database) -> Result<()> {
    company(database).await?;
    let shares = select((
        Project::budget / 4,
        Project::budget / Decimal::from(-8),
        Project::budget / Project::id / 5,
    ));
    let (quarter, eighth, twice) = database.one(shares.filter(Project::title.eq("ledger"))).await?;
    assert_eq!((quarter, eighth, twice), (Decimal::new(625, 1), Decimal::new(-3125, 2), Decimal::from(25)));
    assert_eq!(database.one(select(lit(Decimal::ONE) / 2)).await?, Decimal::new(5, 1));
    Ok(())
}

async fn case_takes_the_first_branch_that_holds(database: &Database) -> Result<()> {
    company(database).await?;
    let level = case().when(Person::salary.gt(800), "high").when(Person::salary.gt(400), "middle");
    let levels = select(level.otherwise("low")).order_by(Person::id);
    assert_eq!(database.all(levels).await?, ["high", "middle", "middle", "middle", "low"]);
    let level = select(case().when(Person::salary.gt(800), 1).end()).order_by(Person::id);
    assert_eq!(database.all(level).await?, [Some(1), None, None, None, None]);
    let bonus = case().when(Person::nickname.is_not_null(), Person::salary).otherwise(0);
    assert_eq!(names(database, bonus.gt(600)).await?, ["Ada", "Cleo"]);
    Ok(())
}

async fn cast_reads_a_value_as_another_type(database: &Database) -> Result<()> {
    company(database).await?;
    let ada = Person::name.eq("Ada");
    let texts = select((Person::salary.cast::<String>(), Person::hired.cast::<String>())).filter(ada);
    assert_eq!(database.one(texts).await?, ("900".to_owned(), "2020-01-01".to_owned()));
    let numbers = select((lit("12").cast::<i64>(), lit("1.5").cast::<f64>(), lit(3).cast::<f64>()));
    assert_eq!(database.one(numbers).await?, (12, 1.5, 3.0));
    assert_eq!(names(database, Person::salary.cast::<String>().starts_with("7")).await?, ["Cleo"]);
    Ok(())
}

async fn functions_of_text(database: &Database) -> Result<()> {
    company(database).await?;
    let ada = || Person::name.eq("Ada");
    let cases = select((func::lower(Person::name), func::upper(Person::name), func::length(Person::name)));
    assert_eq!(database.one(cases.filter(ada())).await?, ("ada".to_owned(), "ADA".to_owned(), 3));
    let parts = select((
        func::trim("  x ".to_owned()),
        func::substr(Person::name, 2, 2),
        func::replace(Person::name, "a", "o"),
        Person::name.concat(" of ").concat("Lovelace"),
    ));
    let expected = ("x".to_owned(), "da".to_owned(), "Ado".to_owned(), "Ada of Lovelace".to_owned());
    assert_eq!(database.one(parts.filter(ada())).await?, expected);
    assert_eq!(database.one(select(func::length("日本語"))).await?, 3);
    let missing = select(func::length(Person::nickname).nullable()).filter(Person::name.eq("Ben"));
    assert_eq!(database.one(missing).await?, None);
    let joined = select(Person::nickname.concat("!")).order_by(Person::id).limit(2);
    assert_eq!(database.all(joined).await?, [Some("ace!".to_owned()), None]);
    Ok(())
}

async fn functions_of_numbers(database: &Database) -> Result<()> {
    let numbers = select((func::abs(lit(-3_i64)), func::round(lit(2.6_f64)), func::abs(lit(-2.5_f64))));
    assert_eq!(database.one(numbers).await?, (3, 3.0, 2.5));
    let today = database.one(select(func::current_date())).await?;
    let now = database.one(select(func::now())).await?;
    assert!((Utc::now() - now).abs() < TimeDelta::minutes(5), "{now}");
    assert!((today - now.date_naive()).abs() <= TimeDelta::days(1), "{today}");
    Ok(())
}

async fn coalesce_and_nullif_replace_null_and_values(database: &Database) -> Result<()> {
    company(database).await?;
    let called: Vec<String> = database
        .all(select(func::coalesce(Person::nickname, Person::name)).order_by(Person::id))
        .await?;
    assert_eq!(called, ["ace", "Ben", "cc", "Dan", "Eve"]);
    let rating: f64 = database
        .one(select(func::coalesce(Person::rating, 0.0)).filter(Person::id.eq(2)))
        .await?;
    assert_eq!(rating, 0.0);
    let salaries = select(func::nullif(Person::salary, 500)).order_by(Person::id);
    assert_eq!(database.all(salaries).await?, [Some(900), None, Some(700), None, Some(300)]);
    Ok(())
}

async fn any_function_and_any_sql_can_be_called(database: &Database) -> Result<()> {
    company(database).await?;
    let lower = func::call::<String>("lower", (Person::name,));
    assert_eq!(names(database, lower.eq("eve")).await?, ["Eve"]);
    let initial = raw::<String>("substr(?, 1, ?)", (Person::name, 1));
    assert_eq!(names(database, initial.eq("C")).await?, ["Cleo"]);
    let question = raw::<String>("concat('?', CAST(? AS CHAR(1)))", ("!",));
    let question = if database.is_sqlite() { raw("'?' || ?", ("!",)) } else { question };
    assert_eq!(database.one(select(question)).await?, "?!");
    Ok(())
}

async fn rows_of_columns_compare_as_one(database: &Database) -> Result<()> {
    company(database).await?;
    let place = || row((Person::salary, Person::id));
    assert_eq!(names(database, place().eq((500, 4))).await?, ["Dan"]);
    assert_eq!(names(database, place().gt((500, 2))).await?, ["Ada", "Cleo", "Dan"]);
    assert_eq!(names(database, place().lt((500, 4))).await?, ["Ben", "Eve"]);
    assert_eq!(names(database, place().in_([(500, 2), (500, 3), (300, 5)])).await?, ["Ben", "Eve"]);
    assert_eq!(names(database, place().in_([(0, 0); 0])).await?, [""; 0]);
    let pairs = select((Person::salary, Person::id)).filter(Person::active.not());
    assert_eq!(names(database, row((Person::salary, Person::id)).in_select(pairs)).await?, ["Eve"]);
    Ok(())
}

async fn rows_are_ordered_by_every_term_in_turn(database: &Database) -> Result<()> {
    company(database).await?;
    let by = |people: lapis::statement::Select<_>| database.all(people);
    let people = || select(Person::name);
    let ordered = by(people().order_by((Person::salary.desc(), Person::name.desc()))).await?;
    assert_eq!(ordered, ["Ada", "Cleo", "Dan", "Ben", "Eve"]);
    let ordered = by(people().order_by(Person::salary).order_by(Person::id.desc())).await?;
    assert_eq!(ordered, ["Eve", "Dan", "Ben", "Cleo", "Ada"]);
    let ordered = by(people().order_by((func::abs(Person::salary - 600), Person::id))).await?;
    assert_eq!(ordered, ["Ben", "Cleo", "Dan", "Ada", "Eve"]);
    let ordered = by(people().order_by(vec![Person::hired.desc()])).await?;
    assert_eq!(ordered[0], "Eve");
    Ok(())
}

async fn nulls_are_ordered_first_or_last_on_request(database: &Database) -> Result<()> {
    company(database).await?;
    let by = |term| database.all(select(Person::name).order_by((term, Person::id)));
    let ada_last = by(Person::rating.asc().nulls_first()).await?;
    assert_eq!(ada_last, ["Ben", "Eve", "Cleo", "Dan", "Ada"]);
    assert_eq!(by(Person::rating.asc().nulls_last()).await?, ["Cleo", "Dan", "Ada", "Ben", "Eve"]);
    assert_eq!(by(Person::rating.desc().nulls_first()).await?, ["Ben", "Eve", "Ada", "Cleo", "Dan"]);
    assert_eq!(by(Person::rating.desc().nulls_last()).await?, ["Ada", "Cleo", "Dan", "Ben", "Eve"]);
    Ok(())
}

async fn limit_and_offset_cut_a_page(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || select(Person::name).order_by(Person::id);
    assert_eq!(database.all(people().limit(2)).await?, ["Ada", "Ben"]);
    assert_eq!(database.all(people().limit(2).offset(3)).await?, ["Dan", "Eve"]);
    assert_eq!(database.all(people().offset(4)).await?, ["Eve"]);
    assert_eq!(database.all(people().limit(0)).await?, [""; 0]);
    assert_eq!(database.all(people().limit(u64::MAX)).await?.len(), 5);
    assert_eq!(database.all(people().offset(u64::MAX)).await?, [""; 0]);
    Ok(())
}

async fn distinct_rows_come_once(database: &Database) -> Result<()> {
    company(database).await?;
    let salaries = select(Person::salary).distinct().order_by(Person::salary);
    assert_eq!(database.all(salaries).await?, [300, 500, 700, 900]);
    let ratings = select((Person::rating, Person::active)).distinct();
    assert_eq!(database.all(ratings).await?.len(), 4);
    Ok(())
}

async fn counting_a_query_needs_no_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let people = Person::select().filter(Person::salary.ge(500)).order_by(Person::name);
    assert_eq!(database.one(people.clone().count()).await?, 4);
    assert_eq!(database.one(people.limit(3).count()).await?, 3);
    assert_eq!(database.one(select(Person::salary).distinct().count()).await?, 4);
    Ok(())
}

async fn whole_entities_stand_in_tuples(database: &Database) -> Result<()> {
    company(database).await?;
    let pay = select((entity::<Person>(), Person::salary * 12)).filter(Person::name.eq("Ben"));
    let (ben, year) = database.one(pay).await?;
    assert_eq!((ben.name.as_str(), ben.rating, year), ("Ben", None, 6000));
    assert_eq!(ben.department.as_ref().and_then(Ref::key), Some(&1));
    let alone: Vec<Person> = database.all(select(entity::<Person>()).order_by(Person::id)).await?;
    assert_eq!(alone.len(), 5);
    Ok(())
}

async fn a_select_without_a_table_gives_one_row(database: &Database) -> Result<()> {
    company(database).await?;
    let values = select((lit(1_i64), lit("two"), lit(true), lit(None::<i64>)));
    assert_eq!(database.one(values).await?, (1, "two".to_owned(), true, None));
    let constant = select(lit(1_i64)).from(table::<Person>());
    assert_eq!(database.all(constant).await?, [1; 5]);
    Ok(())
}
