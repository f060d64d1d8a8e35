//! Rules that are written once, and hold for values in Rust and for rows in the database.

use lapis::expr::Expr;
use lapis::prelude::*;
use lapis::statement::alias;

use crate::harness::{Database, Result, conformance};

conformance! {
    both_sides_say_the_same_of_every_row,
    a_hybrid_filters_orders_groups_and_selects,
    a_hybrid_speaks_of_a_table_under_another_name,
    a_hybrid_counts_in_joins_and_subqueries,
    predicates_are_plain_functions,
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
enum Rank {
    Novice,
    Adept,
    Master,
}

const MAJORITY: i32 = 18;

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "members")]
struct Member {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 40)]
    first: String,
    #[column(length = 40)]
    last: String,
    #[column(length = 40)]
    nickname: Option<String>,
    age: i32,
    points: i64,
    bonus: Option<i64>,
    ratio: f64,
    active: bool,
    rank: Rank,
    sponsor: Option<Ref<Member>>,
    #[relation(inverse = Member::sponsor)]
    sponsored: Many<Member>,
}

#[hybrid]
impl Member {
    fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    fn formal_name(&self) -> String {
        self.last.clone() + ", " + &self.first
    }

    fn shown_name(&self) -> String {
        let full = self.full_name();
        self.nickname.clone().unwrap_or(full)
    }

    fn is_adult(&self) -> bool {
        self.age >= MAJORITY
    }

    fn older_than(&self, age: i32) -> bool {
        self.age > age + 1 - 1
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        self.first == prefix || self.last.to_lowercase() == prefix.to_lowercase()
    }

    fn total(&self) -> i64 {
        (self.points + self.bonus.unwrap_or(0)) * 2 - -1
    }

    fn half(&self) -> i64 {
        self.points / 2 + self.points % 2
    }

    fn score(&self) -> f64 {
        self.ratio * 2.0 - 0.5
    }

    fn distance(&self) -> i64 {
        (self.points - 10).abs()
    }

    fn wide_age(&self) -> i64 {
        self.age as i64 + 3_000_000_000
    }

    fn has_no_bonus(&self) -> bool {
        self.bonus.is_none()
    }

    fn bonus_is(&self, bonus: Option<i64>) -> bool {
        self.bonus == bonus
    }

    fn bonus_is_not_five(&self) -> bool {
        self.bonus != Some(5)
    }

    #[allow(clippy::nonminimal_bool, clippy::partialeq_to_none)]
    fn has_nickname(&self) -> bool {
        self.nickname != None && !(self.nickname.as_deref() == Some("x"))
    }

    fn big_bonus(&self) -> bool {
        self.bonus.is_some_and(|bonus| bonus > 4 && self.active)
    }

    fn doubled_bonus(&self) -> Option<i64> {
        self.bonus.map(|bonus| bonus * 2)
    }

    fn bonus_grade(&self) -> Option<i32> {
        self.bonus.map(|bonus| if bonus > 4 { 1 } else { 2 })
    }

    fn is_called<'a>(&'a self, name: &'a str) -> bool {
        let called: &'a str = &self.first;
        if called == name {
            true
        } else {
            self.nickname.as_deref().is_some_and(|nickname| nickname == name)
        }
    }

    fn bonus_or_points(&self) -> Option<i64> {
        self.bonus.or(Some(self.points))
    }

    fn label(&self) -> &str {
        if !self.active {
            "gone"
        } else if self.age < 13 {
            "child"
        } else if self.is_adult() {
            "adult"
        } else {
            "teenager"
        }
    }

    fn active_points(&self) -> Option<i64> {
        if self.active { Some(self.points) } else { None }
    }

    fn weight(&self) -> i32 {
        match self.rank {
            Rank::Novice => 1,
            Rank::Adept | Rank::Master if self.age > 40 => 9,
            Rank::Adept => 2,
            Rank::Master => 3,
        }
    }

    fn lucky(&self) -> bool {
        matches!(self.age, 7 | 17 | 77) || matches!(self.bonus, Some(5) | None)
    }

    fn is_ranked(&self) -> bool {
        self.rank != Rank::Novice
    }

    fn letters(&self) -> i64 {
        self.first.chars().count() as i64
    }

    #[sql(func::upper(Member::first))]
    fn shouted(&self) -> String {
        self.first.chars().map(|letter| letter.to_ascii_uppercase()).collect()
    }

    #[sql(Member::age.between(from, to))]
    fn aged_between(&self, from: i32, to: i32) -> bool {
        (from..=to).contains(&self.age)
    }

    #[sql(skip)]
    fn reversed(&self) -> String {
        self.first.chars().rev().collect()
    }

    fn named(first: &str) -> Self {
        let rest = Member::new().last("Lee").age(20).points(1).ratio(0.5).active(true).rank(Rank::Adept);
        rest.first(first).build()
    }
}

async fn members(database: &Database) -> Result<Vec<Member>> {
    database.create::<Member>().await?;
    let member =
        |first: &str, last: &str, nickname: Option<&str>, age, points, bonus, ratio, active, rank| {
            Member::new()
                .first(first)
                .last(last)
                .maybe_nickname(nickname)
                .age(age)
                .points(points)
                .maybe_bonus(bonus)
                .ratio(ratio)
                .active(active)
                .rank(rank)
                .build()
        };
    let members = [
        member("Ann", "Lee", Some("annie"), 30, 7, Some(5), 0.25, true, Rank::Master),
        member("Ben", "Ray", None, 12, -3, None, 1.5, true, Rank::Novice),
        member("Cid", "Fox", Some("x"), 17, 0, Some(0), -2.0, false, Rank::Adept),
        member("Dot", "Oak", None, 77, 100, Some(9), 0.0, true, Rank::Adept),
        member("Eve", "Elm", Some("e"), 18, 11, Some(-5), 3.5, true, Rank::Novice),
    ];
    database.execute(Member::insert_all(&members)).await?;
    let sponsor = Member::update().set(Member::sponsor, 1).filter(Member::id.in_([2, 5]));
    database.execute(sponsor).await?;
    database.all(Member::select().order_by(Member::id)).await
}

/// Holds what the database says of every row against what Rust says.
async fn agree<T>(database: &Database, sql: Expr<T>, rust: impl Fn(&Member) -> T) -> Result<()>
where
    T: lapis::types::SqlType + lapis::types::Decode + PartialEq + std::fmt::Debug + Send + 'static,
{
    let members = database.all(Member::select().order_by(Member::id)).await?;
    let told = database
        .all(select(sql).from(lapis::statement::table::<Member>()).order_by(Member::id))
        .await?;
    assert_eq!(told, members.iter().map(rust).collect::<Vec<_>>());
    Ok(())
}

async fn both_sides_say_the_same_of_every_row(database: &Database) -> Result<()> {
    members(database).await?;
    agree(database, Member::full_name_sql(), Member::full_name).await?;
    agree(database, Member::formal_name_sql(), Member::formal_name).await?;
    agree(database, Member::shown_name_sql(), Member::shown_name).await?;
    agree(database, Member::is_adult_sql(), Member::is_adult).await?;
    agree(database, Member::older_than_sql(17), |member| member.older_than(17)).await?;
    agree(database, Member::has_prefix_sql("FOX"), |member| member.has_prefix("FOX")).await?;
    agree(database, Member::total_sql(), Member::total).await?;
    agree(database, Member::half_sql(), Member::half).await?;
    agree(database, Member::score_sql(), Member::score).await?;
    agree(database, Member::distance_sql(), Member::distance).await?;
    agree(database, Member::wide_age_sql(), Member::wide_age).await?;
    agree(database, Member::has_no_bonus_sql(), Member::has_no_bonus).await?;
    for bonus in [None, Some(5)] {
        agree(database, Member::bonus_is_sql(bonus), |member| member.bonus_is(bonus)).await?;
    }
    agree(database, Member::bonus_is_not_five_sql(), Member::bonus_is_not_five).await?;
    agree(database, Member::has_nickname_sql(), Member::has_nickname).await?;
    agree(database, Member::big_bonus_sql(), Member::big_bonus).await?;
    agree(database, Member::doubled_bonus_sql(), Member::doubled_bonus).await?;
    agree(database, Member::bonus_grade_sql(), Member::bonus_grade).await?;
    agree(database, Member::is_called_sql("Ben"), |member| member.is_called("Ben")).await?;
    agree(database, Member::bonus_or_points_sql(), Member::bonus_or_points).await?;
    agree(database, Member::label_sql(), |member| member.label().to_owned()).await?;
    agree(database, Member::active_points_sql(), Member::active_points).await?;
    agree(database, Member::weight_sql(), Member::weight).await?;
    agree(database, Member::lucky_sql(), Member::lucky).await?;
    agree(database, Member::is_ranked_sql(), Member::is_ranked).await?;
    agree(database, Member::letters_sql(), Member::letters).await?;
    agree(database, Member::shouted_sql(), Member::shouted).await?;
    agree(database, Member::aged_between_sql(13, 30), |member| member.aged_between(13, 30)).await
}

async fn a_hybrid_filters_orders_groups_and_selects(database: &Database) -> Result<()> {
    members(database).await?;
    let adults = Member::select()
        .filter(Member::is_adult_sql().and(Member::active))
        .order_by(Member::total_sql().desc());
    let names: Vec<_> = database.all(adults).await?.iter().map(Member::full_name).collect();
    assert_eq!(names, ["Dot Oak", "Ann Lee", "Eve Elm"]);
    let groups = select((Member::has_no_bonus_sql(), func::count(Member::id)))
        .group_by(Member::has_no_bonus_sql())
        .order_by(Member::has_no_bonus_sql());
    assert_eq!(database.all(groups).await?, [(false, 4), (true, 1)]);
    let gone = Member::delete().filter(Member::aged_between_sql(0, 12));
    assert_eq!(database.execute(gone).await?.rows_affected, 1);
    assert_eq!(Member::named("Fay").reversed(), "yaF");
    Ok(())
}

async fn a_hybrid_speaks_of_a_table_under_another_name(database: &Database) -> Result<()> {
    members(database).await?;
    let sponsor = alias::<Member>("sponsor");
    let pairs = select((Member::full_name_sql(), sponsor.expr(Member::full_name_sql())))
        .join(Member::sponsor.to(&sponsor))
        .filter(sponsor.expr(Member::is_adult_sql()))
        .order_by(Member::id);
    let expected = [("Ben Ray", "Ann Lee"), ("Eve Elm", "Ann Lee")];
    assert_eq!(database.all(pairs).await?, expected.map(|(one, other)| (one.to_owned(), other.to_owned())));
    Ok(())
}

async fn a_hybrid_counts_in_joins_and_subqueries(database: &Database) -> Result<()> {
    members(database).await?;
    let sponsors = Member::select().filter(Member::sponsored.any(Member::is_adult_sql().not()));
    assert_eq!(database.one(sponsors).await?.first, "Ann");
    let sponsored = Member::select()
        .filter(Member::sponsor.has(Member::is_adult_sql()))
        .order_by(Member::id);
    assert_eq!(database.all(sponsored).await?.len(), 2);
    Ok(())
}

/// A rule in one place.
fn in_good_standing() -> Expr<bool> {
    Member::active.and(Member::points.ge(0))
}

/// One with a parameter, made of another.
fn eligible(least: i64) -> Expr<bool> {
    in_good_standing().and(Member::total_sql().ge(least))
}

async fn predicates_are_plain_functions(database: &Database) -> Result<()> {
    members(database).await?;
    let names = async |rule: Expr<bool>| {
        database.all(select(Member::first).filter(rule).order_by(Member::id)).await
    };
    assert_eq!(names(in_good_standing()).await?, ["Ann", "Dot", "Eve"]);
    assert_eq!(names(eligible(20)).await?, ["Ann", "Dot"]);
    assert_eq!(names(in_good_standing().not()).await?, ["Ben", "Cid"]);
    let update = Member::update().set(Member::points, Member::points + 1).filter(eligible(20));
    assert_eq!(database.execute(update).await?.rows_affected, 2);
    Ok(())
}
