//! Functions and operators of text and numbers: what each database spells in its own way gives the same.

use lapis::Decode;
use lapis::expr::Expr;
use lapis::prelude::*;
use lapis::statement::{insert, table};
use lapis::types::SqlType;

use crate::harness::{Database, Result, conformance};

conformance! {
    functions_of_text_give_the_same_everywhere,
    functions_of_numbers_give_the_same_everywhere,
    operators_on_bits_compute_with_64_of_them,
    regular_expressions_are_found_and_replaced,
    a_pattern_that_is_none_is_an_error,
    what_is_computed_from_null_is_null,
    a_collation_orders_and_compares,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "words")]
struct Word {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 40)]
    word: String,
    note: Option<String>,
    number: i32,
    amount: Decimal,
    share: f64,
    missing: Option<i32>,
}

async fn words(database: &Database) -> Result<()> {
    database.create::<(Word,)>().await?;
    let row = |word: &'static str, note: Option<&'static str>, number: i32, amount: Decimal, share: f64| {
        (
            Word::word.set(word),
            Word::note.set(note),
            Word::number.set(number),
            Word::amount.set(amount),
            Word::share.set(share),
        )
    };
    let rows = [
        row("Äpfel", Some("ab"), 6, Decimal::new(2345, 3), 2.345),
        row("pear", None, -7, Decimal::new(-25, 1), -2.25),
        row("", Some(""), 0, Decimal::new(0, 0), 0.0),
    ];
    database.execute(insert::<Word>().rows(rows)).await?;
    Ok(())
}

/// What an expression is for each of the words, in their order.
async fn each<T>(database: &Database, expression: Expr<T>) -> Result<Vec<T>>
where
    T: SqlType + Decode + Send + 'static,
{
    database.all(select(expression).from(table::<Word>()).order_by(Word::id)).await
}

async fn functions_of_text_give_the_same_everywhere(database: &Database) -> Result<()> {
    words(database).await?;
    assert_eq!(each(database, func::length(Word::word)).await?, [5, 4, 0]);
    assert_eq!(each(database, func::byte_length(Word::word)).await?, [6, 4, 0]);
    assert_eq!(each(database, func::left(Word::word, 2)).await?, ["Äp", "pe", ""]);
    assert_eq!(each(database, func::right(Word::word, 2)).await?, ["el", "ar", ""]);
    assert_eq!(each(database, func::right(Word::word, 0)).await?, ["", "", ""]);
    assert_eq!(each(database, func::right(Word::word, 9)).await?, ["Äpfel", "pear", ""]);
    assert_eq!(each(database, func::lpad(Word::word, 7, "-+")).await?, ["-+Äpfel", "-+-pear", "-+-+-+-"]);
    assert_eq!(each(database, func::rpad(Word::word, 7, "-+")).await?, ["Äpfel-+", "pear-+-", "-+-+-+-"]);
    assert_eq!(each(database, func::lpad(Word::word, 3, "-")).await?, ["Äpf", "pea", "---"]);
    assert_eq!(each(database, func::rpad(Word::word, 3, "-")).await?, ["Äpf", "pea", "---"]);
    assert_eq!(each(database, func::repeat(Word::word, 2)).await?, ["ÄpfelÄpfel", "pearpear", ""]);
    assert_eq!(each(database, func::repeat("ab", Word::number)).await?, ["abababababab", "", ""]);
    assert_eq!(each(database, func::reverse(Word::word)).await?, ["lefpÄ", "raep", ""]);
    assert_eq!(each(database, func::position(Word::word, "e")).await?, [4, 2, 0]);
    assert_eq!(each(database, func::substr(Word::word, 2, 2)).await?, ["pf", "ea", ""]);
    assert_eq!(each(database, func::substr_from(Word::word, 3)).await?, ["fel", "ar", ""]);
    assert_eq!(each(database, func::ltrim(lit("  x ").concat(Word::word))).await?[1], "x pear");
    assert_eq!(each(database, func::rtrim(Word::word.concat(" x  "))).await?[1], "pear x");
    let joined = func::concat_ws("/", (Word::word, Word::note, "end"));
    assert_eq!(each(database, joined).await?, ["Äpfel/ab/end", "pear/end", "//end"]);
    Ok(())
}

async fn functions_of_numbers_give_the_same_everywhere(database: &Database) -> Result<()> {
    words(database).await?;
    assert_eq!(each(database, func::ceil(Word::share)).await?, [3.0, -2.0, 0.0]);
    assert_eq!(each(database, func::floor(Word::share)).await?, [2.0, -3.0, 0.0]);
    assert_eq!(each(database, func::round_to(Word::share, 1)).await?[0], 2.3);
    let decimals = |numbers: [i64; 3]| numbers.map(|number| Decimal::new(number, 0));
    let whole = |values: Vec<Decimal>| values.iter().map(Decimal::normalize).collect::<Vec<_>>();
    assert_eq!(whole(each(database, func::ceil(Word::amount)).await?), decimals([3, -2, 0]));
    assert_eq!(whole(each(database, func::floor(Word::amount)).await?), decimals([2, -3, 0]));
    let rounded = whole(each(database, func::round_to(Word::amount, 1)).await?);
    assert_eq!(rounded, [Decimal::new(23, 1), Decimal::new(-25, 1), Decimal::ZERO]);
    assert_eq!(each(database, func::sign(Word::number)).await?, [1, -1, 0]);
    assert_eq!(each(database, func::sign(Word::share)).await?, [1, -1, 0]);
    assert_eq!(each(database, func::power(Word::number, 2)).await?, [36.0, 49.0, 0.0]);
    assert_eq!(each(database, func::sqrt(func::power(Word::number, 2))).await?[1], Some(7.0));
    assert_eq!(each(database, func::exp(Word::number * 0)).await?, [1.0, 1.0, 1.0]);
    assert_eq!(each(database, func::ln(func::exp(lit(1.0)))).await?[0], Some(1.0));
    assert_eq!(each(database, func::log10(lit(1000))).await?[0].map(f64::round), Some(3.0));
    assert_eq!(each(database, func::greatest(Word::number, 1)).await?, [6, 1, 1]);
    assert_eq!(each(database, func::least(Word::number, 1)).await?, [1, -7, 0]);
    assert_eq!(each(database, func::greatest("m", Word::word)).await?[1], "pear");
    Ok(())
}

async fn operators_on_bits_compute_with_64_of_them(database: &Database) -> Result<()> {
    words(database).await?;
    let number = Word::number;
    assert_eq!(each(database, number.bit_and(3)).await?, [6 & 3, -7 & 3, 0]);
    assert_eq!(each(database, number.bit_or(1_i64 << 40)).await?, [6 | 1 << 40, -7 | 1 << 40, 1 << 40]);
    assert_eq!(each(database, number.bit_xor(-1)).await?, [!6, !-7, -1]);
    assert_eq!(each(database, number.bit_not()).await?, [!6, !-7, -1]);
    assert_eq!(each(database, number.shift_left(40)).await?, [6 << 40, -7 << 40, 0]);
    assert_eq!(each(database, number.shift_right(1)).await?, [3, -4, 0]);
    assert_eq!(each(database, number.bit_and(number.bit_not())).await?, [0, 0, 0]);
    assert_eq!(each(database, Word::missing.bit_or(1)).await?, [None, None, None]);
    // PostgreSQL's sum is no integer.
    let sums = select((func::sum(number).bit_not(), func::count(number).bit_or(func::sum(number))));
    assert_eq!(database.one(sums).await?, (Some(!-1), 3 | -1));
    Ok(())
}

async fn regular_expressions_are_found_and_replaced(database: &Database) -> Result<()> {
    words(database).await?;
    let found = async |condition: Expr<bool>| {
        database.all(select(Word::id).filter(condition).order_by(Word::id)).await
    };
    assert_eq!(found(Word::word.matches("^p.a+r$")).await?, [2]);
    assert!(found(Word::word.matches("^P")).await?.is_empty());
    assert_eq!(found(Word::word.matches_ignore_case("^P(ear|lum)")).await?, [2]);
    assert_eq!(found(!Word::word.matches("[a-z]")).await?, [3]);
    assert_eq!(found(Word::word.matches(Word::note)).await?, [3]);
    let digits = func::regexp_replace(Word::word, "[aeiou]", "*");
    assert_eq!(each(database, digits).await?, ["Äpf*l", "p**r", ""]);
    let vowels = func::regexp_substr(Word::word, "[aeiou]+");
    assert_eq!(each(database, vowels).await?, [Some("e".to_owned()), Some("ea".to_owned()), None]);
    Ok(())
}

async fn a_pattern_that_is_none_is_an_error(database: &Database) -> Result<()> {
    words(database).await?;
    let refused = database.all(select(Word::id).filter(Word::word.matches("("))).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(database.one(select(Word::id).filter(Word::id.eq(1))).await?, 1);
    Ok(())
}

async fn what_is_computed_from_null_is_null(database: &Database) -> Result<()> {
    words(database).await?;
    let second =
        async |expression: Expr<Option<i64>>| Ok::<_, lapis::Error>(each(database, expression).await?[1]);
    assert_eq!(second(func::length(Word::note)).await?, None);
    assert_eq!(second(func::position(Word::note, "a")).await?, None);
    assert_eq!(second(func::sign(Word::missing)).await?, None);
    assert_eq!(each(database, func::power(Word::missing, 2)).await?[0], None);
    assert_eq!(each(database, func::reverse(Word::note)).await?[1], None);
    assert_eq!(each(database, func::lpad(Word::note, 5, "-")).await?[1], None);
    assert_eq!(each(database, func::regexp_replace(Word::note, "a", "b")).await?[1], None);
    assert_eq!(each(database, func::exp(Word::missing)).await?[1], None);
    Ok(())
}

async fn a_collation_orders_and_compares(database: &Database) -> Result<()> {
    words(database).await?;
    let collation = match database {
        sqlite if sqlite.is_sqlite() => "NOCASE",
        mysql if mysql.is_mysql() => "utf8mb4_general_ci",
        _ => "C",
    };
    let ordered = select(Word::word).order_by(Word::word.collate(collation));
    assert_eq!(database.all(ordered).await?.len(), 3);
    let same = select(Word::id).filter(Word::word.collate(collation).eq("pear"));
    assert_eq!(database.all(same).await?, [2]);
    let unknown = select(Word::id).filter(Word::word.collate("no such \"collation`").eq("pear"));
    assert!(database.all(unknown).await.is_err());
    Ok(())
}
