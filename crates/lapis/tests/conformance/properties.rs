//! Fields that are expressions, selected with their entity.

use lapis::expr::{Expr, case, exists};
use lapis::prelude::*;
use lapis::statement::{alias, insert, table};

use crate::harness::{Database, Result, conformance};

conformance! {
    a_property_is_read_with_its_entity,
    a_property_is_filtered_ordered_and_selected_by,
    a_property_comes_along_with_relations,
    a_property_of_a_table_under_another_name_is_that_tables,
    a_written_row_has_no_property_until_it_is_read_again,
    what_a_program_makes_of_a_property_is_not_written,
    hand_written_sql_may_leave_properties_out,
    a_property_is_read_in_pages_and_by_its_name,
    properties_may_speak_of_each_others_entities,
}

/// What an author has sold is a subquery, what they are called an expression that binds values.
#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "authors")]
struct Author {
    #[column(property = select(func::count(Book::id)).filter(Book::author.eq(Author::id)).scalar().assume_not_null())]
    book_count: Auto<i64>,
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 50)]
    name: String,
    mentor: Option<Ref<Author>>,
    born: i32,
    #[column(property = case().when(Author::born.ge(1950), "modern").otherwise("old"))]
    era: Auto<String>,
    #[column(property = best_price())]
    best: Auto<Option<i32>>,
    #[relation(inverse = Book::author)]
    books: Many<Book>,
    #[relation(through = "awarded")]
    awards: Many<Award>,
}

fn best_price() -> Expr<Option<i32>> {
    select(func::max(Book::price)).filter(Book::author.eq(Author::id)).scalar()
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "books")]
struct Book {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 50)]
    title: String,
    price: i32,
    author: Ref<Author>,
    #[column(property = Book::price * 2)]
    double: Auto<i32>,
    /// Asks for the entity that has a property which asks for this one.
    #[column(property = exists(Author::select().filter(Author::id.eq(Book::author)).filter(Author::born.lt(1950))))]
    classic: Auto<bool>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "awards")]
struct Award {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 50)]
    name: String,
    #[relation(through = "awarded", inverse = Author::awards)]
    authors: Many<Author>,
}

type Library = (Author, Book, Award);

/// Ann, of 1930, wrote two books; Ben, of 1960, whose mentor she is, one; Cid, of 1970, none.
async fn library(database: &Database) -> Result<()> {
    database.create::<Library>().await?;
    let mut session = database.session();
    let ann = session.add(Author::new().name("Ann").born(1930).build());
    session.flush().await?;
    let ben = session.add(Author::new().name("Ben").born(1960).mentor(ann).build());
    session.flush().await?;
    session.add(Author::new().name("Cid").born(1970).build());
    let award = session.add(Award::new().name("Quill").build());
    session.flush().await?;
    session.link(ann, Author::awards, award);
    for (title, price, author) in [("Ash", 10, ann), ("Elm", 20, ann), ("Oak", 15, ben)] {
        session.add(Book::new().title(title).price(price).author(author).build());
    }
    session.commit().await?;
    database.forget();
    Ok(())
}

fn facts(author: &Author) -> (&str, i64, &str, Option<i32>) {
    (&author.name, *author.book_count, &author.era, *author.best)
}

async fn a_property_is_read_with_its_entity(database: &Database) -> Result<()> {
    library(database).await?;
    let authors = database.all(Author::select().order_by(Author::id)).await?;
    let facts: Vec<_> = authors.iter().map(facts).collect();
    let expected =
        [("Ann", 2, "old", Some(20)), ("Ben", 1, "modern", Some(15)), ("Cid", 0, "modern", None)];
    assert_eq!(facts, expected);
    let mut session = database.session();
    let ben = session.get::<Author>(2).await?.expect("Ben is there");
    assert_eq!(self::facts(&session[ben]), expected[1]);
    let pairs = select((entity::<Author>(), entity::<Book>().optional())).outer_join(Author::books);
    let pairs = database.all(pairs.order_by((Author::id, Book::id))).await?;
    assert_eq!(pairs.len(), 4);
    assert_eq!(pairs[1].1.as_ref().map(|book| *book.double), Some(40));
    assert_eq!((*pairs[3].0.book_count, &pairs[3].1), (0, &None));
    session.commit().await
}

async fn a_property_is_filtered_ordered_and_selected_by(database: &Database) -> Result<()> {
    library(database).await?;
    let busy = Author::select()
        .filter(Author::book_count.ge(1))
        .order_by((Author::book_count.desc(), Author::id));
    let names: Vec<_> = database.all(busy).await?.into_iter().map(|author| author.name).collect();
    assert_eq!(names, ["Ann", "Ben"]);
    let eras = select((Author::era, func::count(Author::id)))
        .group_by(label_era())
        .order_by(label_era());
    assert_eq!(database.all(eras).await?, [("modern".to_owned(), 2), ("old".to_owned(), 1)]);
    let doubled = select(func::sum(Book::double)).from(table::<Book>());
    assert_eq!(database.one(doubled).await?, Some(90));
    assert_eq!(database.one(Author::select().filter(Author::best.is_null()).count()).await?, 1);
    let raised = Author::update().set(Author::born, Author::born + 1).filter(Author::book_count.eq(0));
    if !database.is_mysql() {
        assert_eq!(database.execute(raised).await?.rows_affected, 1);
    }
    Ok(())
}

/// The label that a property has where it is selected: an expression with parameters is not the same one twice.
fn label_era() -> Expr<String> {
    lapis::expr::label("era")
}

async fn a_property_comes_along_with_relations(database: &Database) -> Result<()> {
    library(database).await?;
    let by_id = || Author::select().order_by(Author::id);
    let check = |authors: &[Author]| {
        let doubles: Vec<_> = authors[0].books.iter().map(|book| *book.double).collect();
        assert_eq!((*authors[0].book_count, doubles), (2, vec![20, 40]));
    };
    check(&database.all(by_id().eager(Author::books)).await?);
    check(&database.all(by_id().eager(Author::books.joined())).await?);
    // The limit makes a subquery of it, which has the properties under their names.
    let limited = database.all(by_id().limit(2).eager(Author::books.joined())).await?;
    check(&limited);
    assert_eq!(facts(&limited[1]), ("Ben", 1, "modern", Some(15)));
    let union = || {
        Author::select()
            .filter(Author::id.eq(1))
            .union_all(Author::select().filter(Author::id.eq(2)))
    };
    check(&database.all(union().order_by(Author::id).eager(Author::books.joined())).await?);
    let mentored = database.all(by_id().eager(Author::mentor.joined())).await?;
    let mentor = mentored[1].mentor.as_ref().and_then(Ref::get).expect("it is loaded");
    assert_eq!(facts(mentor), ("Ann", 2, "old", Some(20)));
    let awards = database.all(Award::select().eager(Award::authors.eager(Author::books))).await?;
    assert_eq!(*awards[0].authors[0].book_count, 2);
    assert_eq!(awards[0].authors[0].books.len(), 2);

    let mut session = database.session();
    let award = session.one(Award::select().eager(Award::authors.eager(Author::books.joined()))).await?;
    let ann = session.related(award, Award::authors)?[0];
    assert_eq!(facts(&session[ann]), ("Ann", 2, "old", Some(20)));
    let book = session.related(ann, Author::books)?[1];
    assert_eq!((*session[book].double, *session[book].classic), (40, true));
    session.commit().await
}

async fn a_property_of_a_table_under_another_name_is_that_tables(database: &Database) -> Result<()> {
    library(database).await?;
    let mentor = alias::<Author>("mentor");
    let counts = select((Author::book_count, Author::book_count.of(&mentor), Author::era.of(&mentor)))
        .join(Author::mentor.to(&mentor));
    assert_eq!(database.one(counts).await?, (1, 2, "old".to_owned()));
    Ok(())
}

async fn a_written_row_has_no_property_until_it_is_read_again(database: &Database) -> Result<()> {
    library(database).await?;
    let mut session = database.session();
    let dot = session.add(Author::new().name("Dot").born(1940).build());
    session.flush().await?;
    assert!(!session[dot].book_count.is_set() && !session[dot].era.is_set());
    // A query that finds the row fills it in, in the same transaction, and leaves changes alone.
    session[dot].name = "Dotty".into();
    session.all(Author::select().filter(Author::born.eq(1940))).await?;
    assert_eq!(facts(&session[dot]), ("Dotty", 0, "old", None));
    session[dot].born = 1980;
    let book = session.add(Book::new().title("Fir").price(7).author(dot).build());
    session.flush().await?;
    assert!(!session[dot].era.is_set());
    session.refresh(dot).await?;
    assert_eq!(facts(&session[dot]), ("Dotty", 1, "modern", Some(7)));
    session.refresh(book).await?;
    assert_eq!((*session[book].double, *session[book].classic), (14, false));
    session.rollback().await
}

async fn what_a_program_makes_of_a_property_is_not_written(database: &Database) -> Result<()> {
    library(database).await?;
    let mut session = database.session();
    let ann = session.get::<Author>(1).await?.expect("Ann is there");
    session[ann].book_count = Auto::from(99);
    database.forget();
    session.flush().await?;
    assert_eq!(database.round_trips(), 0);
    assert_eq!(*session[ann].book_count, 2);
    session.rollback().await?;
    let made = Author::new().name("Eve").born(1990).book_count(5).build();
    database.execute(Author::insert_all(&[made])).await?;
    let eve = database.one(Author::select().filter(Author::name.eq("Eve"))).await?;
    assert_eq!(*eve.book_count, 0);
    if !database.is_mysql() {
        let back = insert::<Author>().values((Author::name.set("Fay"), Author::born.set(1900)));
        let fay = database.one(back.returning(entity::<Author>())).await?;
        assert_eq!(facts(&fay), ("Fay", 0, "old", None));
    }
    Ok(())
}

async fn hand_written_sql_may_leave_properties_out(database: &Database) -> Result<()> {
    library(database).await?;
    let ann: Author = database.one(text("SELECT * FROM authors WHERE id = 1").rows()).await?;
    assert_eq!((ann.name.as_str(), ann.book_count.is_set(), ann.era.is_set()), ("Ann", false, false));
    let sql = "SELECT 'x' AS era, 7 AS book_count, 8 AS best, authors.* FROM authors WHERE id = 1";
    let ann: Author = database.one(text(sql).rows()).await?;
    assert_eq!(facts(&ann), ("Ann", 7, "x", Some(8)));
    let sql = "SELECT authors.*, 7 AS book_count FROM authors WHERE id = 1";
    let error = database.one(text(sql).rows::<Author>()).await.unwrap_err().to_string();
    assert!(error.contains("the row has no column `era`"), "{error}");
    Ok(())
}

async fn a_property_is_read_in_pages_and_by_its_name(database: &Database) -> Result<()> {
    library(database).await?;
    let order = Author::columns().only(["book_count", "name"])?.order_by("-book_count")?;
    let query = Author::select().order_by(order);
    let first = database.keyset_page(query.clone().keyset(2)).await?;
    let second = database.keyset_page(query.clone().keyset(2).after_if(first.next_cursor())).await?;
    let names: Vec<_> = first.items.iter().chain(&second.items).map(|author| &*author.name).collect();
    assert_eq!(names, ["Ann", "Ben", "Cid"]);
    assert_eq!(database.page(query.page(2, 2)).await?.total, 3);
    let column = Author::column("era")?;
    let old = column.compare_text(lapis::dynamic::Comparison::Eq, "old")?;
    assert_eq!(database.one(Author::select().filter(old)).await?.name, "Ann");
    assert!(column.set_text::<Author>("old").unwrap_err().to_string().contains("it is computed"));
    Ok(())
}

async fn properties_may_speak_of_each_others_entities(database: &Database) -> Result<()> {
    library(database).await?;
    let books = database.all(Book::select().order_by(Book::id)).await?;
    assert_eq!(books.iter().map(|book| *book.classic).collect::<Vec<_>>(), [true, true, false]);
    let classics = Book::select().filter(Book::classic).count();
    assert_eq!(database.one(classics).await?, 2);
    Ok(())
}
