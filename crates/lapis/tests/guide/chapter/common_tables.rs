//! # WITH
//!
//! A common table expression is a value, too: a statement gets it by `with`, and takes rows of it as of a table.

use lapis::prelude::*;
use lapis::statement::{delete, insert, table};

use crate::entry::{Rows, Write, topic};
use crate::tables::*;

/// A query with a name.
///
/// ```sql
/// WITH totals AS (SELECT book_id, sum(quantity) AS sold
///                 FROM sales
///                 GROUP BY book_id)
/// SELECT books.title, totals.sold
/// FROM totals
/// JOIN books ON books.id = totals.book_id
/// WHERE totals.sold >= 5
/// ```
pub fn with() -> impl Rows<(String, i64)> {
    let totals = select((Sale::book, func::sum(Sale::quantity).label("sold")))
        .group_by(Sale::book)
        .cte("totals");
    let sold = &totals.column::<i64>("sold");
    select((Book::title, sold))
        .with(&totals)
        .from(&totals)
        .join_on(table::<Book>(), Book::id.eq(totals.c(Sale::book)))
        .filter(sold.ge(5))
}

/// Several, of which one takes rows of another.
///
/// ```sql
/// WITH totals AS (SELECT city, sum(quantity) AS sold
///                 FROM sales
///                 GROUP BY city),
///      best AS (SELECT max(totals.sold) AS sold FROM totals)
/// SELECT totals.city
/// FROM totals
/// JOIN best ON best.sold = totals.sold
/// ```
pub fn several() -> impl Rows<String> {
    let totals = select((Sale::city, func::sum(Sale::quantity).label("sold")))
        .group_by(Sale::city)
        .cte("totals");
    let sold = &totals.column::<i64>("sold");
    let best = select(func::max(sold).label("sold")).from(&totals).cte("best");
    select(totals.c(Sale::city))
        .with(&totals)
        .with(&best)
        .from(&totals)
        .join_on(&best, best.column::<i64>("sold").eq(sold))
}

/// Down a tree.
///
/// ```sql
/// WITH RECURSIVE tree AS (
///     SELECT id, name FROM genres WHERE name = 'Fiction'
///     UNION ALL
///     SELECT genres.id, genres.name
///     FROM genres
///     JOIN tree ON genres.parent_id = tree.id)
/// SELECT tree.name FROM tree
/// ```
pub fn tree() -> impl Rows<String> {
    let tree = select((Genre::id, Genre::name))
        .filter(Genre::name.eq("Fiction"))
        .recursive("tree")
        .union_all(|tree| {
            select((Genre::id, Genre::name))
                .join_on(tree, Genre::parent.eq(tree.c(Genre::id)))
        });
    select(tree.c(Genre::name)).with(&tree).from(&tree)
}

/// Up from a row, counting the steps.
///
/// ```sql
/// WITH RECURSIVE line AS (
///     SELECT name, mentor_id, 0 AS step
///     FROM authors WHERE name = 'Dan Holm'
///     UNION ALL
///     SELECT authors.name, authors.mentor_id, line.step + 1
///     FROM authors
///     JOIN line ON authors.id = line.mentor_id)
/// SELECT line.name, line.step
/// FROM line
/// ORDER BY line.step
/// ```
pub fn line() -> impl Rows<(String, i64)> {
    let line = select((Author::name, Author::mentor, lit(0_i64).label("step")))
        .filter(Author::name.eq("Dan Holm"))
        .recursive("line")
        .union_all(|line| {
            let step = line.column::<i64>("step") + 1;
            select((Author::name, Author::mentor, step.label("step")))
                .join_on(line, Author::id.eq(line.c(Author::mentor)))
        });
    let step = &line.column::<i64>("step");
    select((line.c(Author::name), step))
        .with(&line)
        .from(&line)
        .order_by(step)
}

/// Through what may lead back: rows that were there before are left out, so that it ends.
///
/// ```sql
/// WITH RECURSIVE kin AS (
///     SELECT id, mentor_id FROM authors WHERE name = 'Ben Okri'
///     UNION
///     SELECT authors.id, authors.mentor_id
///     FROM authors
///     JOIN kin ON authors.mentor_id = kin.id
///              OR authors.id = kin.mentor_id)
/// SELECT kin.id FROM kin
/// ```
pub fn graph() -> impl Rows<i64> {
    let kin = select((Author::id, Author::mentor))
        .filter(Author::name.eq("Ben Okri"))
        .recursive("kin")
        .union(|kin| {
            let taught = Author::mentor.eq(kin.c(Author::id));
            let teacher = Author::id.eq(kin.c(Author::mentor));
            select((Author::id, Author::mentor)).join_on(kin, taught | teacher)
        });
    select(kin.c(Author::id)).with(&kin).from(&kin)
}

/// Computed once, or taken into the statement around it.
///
/// ```sql
/// WITH long_books AS MATERIALIZED (
///     SELECT id, title FROM books WHERE pages > 300)
/// SELECT long_books.title FROM long_books
/// ```
///
/// Not on MySQL and MariaDB: leave it to them.
pub fn materialized() -> impl Rows<String> {
    let long_books = select((Book::id, Book::title))
        .filter(Book::pages.gt(300))
        .cte("long_books")
        .materialized();
    select(long_books.c(Book::title))
        .with(&long_books)
        .from(&long_books)
}

/// The same twice, under another name.
///
/// ```sql
/// WITH sold AS (SELECT city, sum(quantity) AS total
///               FROM sales GROUP BY city)
/// SELECT sold.city, less.city
/// FROM sold
/// JOIN sold AS less ON less.total < sold.total
/// ```
pub fn twice() -> impl Rows<(String, String)> {
    let total = func::sum(Sale::quantity).label("total");
    let sold =
        select((Sale::city, total.clone())).group_by(Sale::city).cte("sold");
    let less = sold.alias("less");
    let fewer = less.column_of(&total).lt(sold.column_of(&total));
    select((sold.c(Sale::city), less.c(Sale::city)))
        .with(&sold)
        .from(&sold)
        .join_on(&less, fewer)
}

/// A tree walked in depth: each row has its path, and the paths are the order.
///
/// ```sql SQLite
/// WITH RECURSIVE walk AS (
///     SELECT id, name AS path FROM genres WHERE parent_id IS NULL
///     UNION ALL
///     SELECT genres.id, walk.path || '/' || genres.name
///     FROM genres JOIN walk ON genres.parent_id = walk.id)
/// SELECT walk.path FROM walk ORDER BY walk.path
/// ```
///
/// ```sql PostgreSQL
/// WITH RECURSIVE walk AS (
///     SELECT id, CAST(name AS VARCHAR(200)) AS path
///     FROM genres WHERE parent_id IS NULL
///     UNION ALL
///     SELECT genres.id,
///            CAST(walk.path || '/' || genres.name AS VARCHAR(200))
///     FROM genres JOIN walk ON genres.parent_id = walk.id)
/// SELECT walk.path FROM walk ORDER BY walk.path
/// ```
///
/// ```sql MySQL, MariaDB
/// WITH RECURSIVE walk AS (
///     SELECT id, CAST(name AS CHAR(200)) AS path
///     FROM genres WHERE parent_id IS NULL
///     UNION ALL
///     SELECT genres.id, concat(walk.path, '/', genres.name)
///     FROM genres JOIN walk ON genres.parent_id = walk.id)
/// SELECT walk.path FROM walk ORDER BY walk.path
/// ```
pub fn in_depth() -> impl Rows<String> {
    let path = Genre::name.cast_of_length::<String>(200).label("path");
    let walk = select((Genre::id, path.clone()))
        .filter(Genre::parent.is_null())
        .recursive("walk")
        .union_all(|walk| {
            let above = walk.column_of(&path);
            let path = above.concat("/").concat(Genre::name);
            select((Genre::id, path.cast_of_length::<String>(200)))
                .from(table::<Genre>())
                .join_on(walk, Genre::parent.eq(walk.c(Genre::id)))
        });
    let path = walk.column_of(&path);
    select(path.clone()).with(&walk).from(&walk).order_by(path)
}

/// Before a statement that writes.
///
/// ```sql SQLite, PostgreSQL, MySQL
/// WITH dear AS (SELECT id FROM books WHERE price > 14)
/// DELETE FROM stock
/// WHERE book_id IN (SELECT dear.id FROM dear)
/// ```
///
/// Not on MariaDB: use a subquery.
pub fn with_delete() -> impl Write {
    let dear = select(Book::id).filter(Book::price.gt(14)).cte("dear");
    let ids = select(dear.c(Book::id)).from(&dear);
    delete::<Stock>().with(&dear).filter(Stock::book_id.in_select(ids))
}

/// Statements that write in it: rows moved at once.
///
/// ```sql PostgreSQL
/// WITH gone AS (DELETE FROM sales WHERE city = 'Rome'
///               RETURNING book_id, quantity)
/// INSERT INTO stock (city, book_id, amount)
/// SELECT 'Rome', gone.book_id, gone.quantity FROM gone
/// ```
///
/// Not on SQLite, MySQL and MariaDB: run both in one transaction.
pub fn moved() -> impl Write {
    let gone = delete::<Sale>()
        .filter(Sale::city.eq("Rome"))
        .returning((Sale::book, Sale::quantity))
        .cte("gone");
    let rows =
        select((lit("Rome"), gone.c(Sale::book), gone.c(Sale::quantity)))
            .from(&gone);
    insert::<Stock>()
        .from_select((Stock::city, Stock::book_id, Stock::amount), rows)
        .with(&gone)
}

topic!("common_tables.rs": with, several, tree, line, graph, materialized, twice, in_depth, with_delete, moved);
