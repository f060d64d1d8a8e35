//! # WITH
//!
//! A common table expression is a value, too: a statement gets it by `with`, and takes rows of it as of a table.

use lapis::prelude::*;
use lapis::statement::table;

use crate::entry::{Rows, topic};
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
pub fn with() -> impl Rows<(String, Option<i64>)> {
    let sold = func::sum(Sale::quantity).label("sold");
    let totals = select((Sale::book, &sold)).group_by(Sale::book).cte("totals");
    let sold = &totals.column_of(&sold);
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
    let sold = func::sum(Sale::quantity).label("sold");
    let totals = select((Sale::city, &sold)).group_by(Sale::city).cte("totals");
    let sold = totals.column_of(&sold);
    let most = func::max(&sold).label("sold");
    let best = select(&most).from(&totals).cte("best");
    select(totals.c(Sale::city))
        .with(&totals)
        .with(&best)
        .from(&totals)
        .join_on(&best, best.column_of(&most).eq(sold))
}

/// The same twice, under two names.
///
/// ```sql
/// WITH totals AS (SELECT city, sum(quantity) AS sold
///                 FROM sales
///                 GROUP BY city)
/// SELECT totals.city, more.city
/// FROM totals
/// JOIN totals AS more ON more.sold > totals.sold
/// ```
pub fn twice() -> impl Rows<(String, String)> {
    let sold = func::sum(Sale::quantity).label("sold");
    let totals = select((Sale::city, &sold)).group_by(Sale::city).cte("totals");
    let more = totals.alias("more");
    let is_more = more.column_of(&sold).gt(totals.column_of(&sold));
    select((totals.c(Sale::city), more.c(Sale::city)))
        .with(&totals)
        .from(&totals)
        .join_on(&more, is_more)
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
    let step = lit(0_i64).label("step");
    let line = select((Author::name, Author::mentor, &step))
        .filter(Author::name.eq("Dan Holm"))
        .recursive("line")
        .union_all(|line| {
            select((Author::name, Author::mentor, line.column_of(&step) + 1))
                .join_on(line, Author::id.eq(line.c(Author::mentor)))
        });
    let step = &line.column_of(&step);
    select((line.c(Author::name), step))
        .with(&line)
        .from(&line)
        .order_by(step)
}

/// Down a tree in depth, by the path to each row.
///
/// ```sql
/// WITH RECURSIVE tree AS (
///     SELECT id, name, CAST(name AS VARCHAR(200)) AS path
///     FROM genres WHERE parent_id IS NULL
///     UNION ALL
///     SELECT genres.id, genres.name,
///            CAST(tree.path || '/' || genres.name AS VARCHAR(200))
///     FROM genres
///     JOIN tree ON genres.parent_id = tree.id)
/// SELECT tree.name, tree.path
/// FROM tree
/// ORDER BY tree.path
/// ```
///
/// ```sql MySQL, MariaDB
/// WITH RECURSIVE tree AS (
///     SELECT id, name, CAST(name AS CHAR(200)) AS path
///     FROM genres WHERE parent_id IS NULL
///     UNION ALL
///     SELECT genres.id, genres.name,
///            concat(tree.path, '/', genres.name)
///     FROM genres
///     JOIN tree ON genres.parent_id = tree.id)
/// SELECT tree.name, tree.path
/// FROM tree
/// ORDER BY tree.path
/// ```
///
/// It is PostgreSQL's `SEARCH DEPTH FIRST`, for all. In breadth, order by a step as above. A row whose path holds it
/// already closes a cycle: keep from it by a filter, `func::position(path, name).eq(0)`.
pub fn depth_first() -> impl Rows<(String, String)> {
    let path = Genre::name.cast_of_length::<String>(200).label("path");
    let tree = select((Genre::id, Genre::name, &path))
        .filter(Genre::parent.is_null())
        .recursive("tree")
        .union_all(|tree| {
            let longer = tree.column_of(&path).concat("/").concat(Genre::name);
            select((Genre::id, Genre::name, longer.cast_of_length(200)))
                .join_on(tree, Genre::parent.eq(tree.c(Genre::id)))
        });
    let path = &tree.column_of(&path);
    select((tree.c(Genre::name), path))
        .with(&tree)
        .from(&tree)
        .order_by(path)
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

topic!("common_tables.rs": with, several, twice, tree, line, depth_first, graph, materialized);
