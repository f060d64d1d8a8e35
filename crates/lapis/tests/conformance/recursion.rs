//! Trees and graphs by recursive queries: their order, how deep they are, and what goes round in them.

use lapis::expr::{Expr, lit};
use lapis::prelude::*;
use lapis::statement::{Cte, insert, table};

use crate::harness::{Database, Result, conformance};

conformance! {
    a_tree_is_walked_in_depth,
    a_tree_is_walked_in_breadth,
    a_graph_with_a_cycle_is_walked_to_its_end,
    what_closes_a_cycle_is_told,
    a_walk_ends_at_a_depth,
    every_path_of_a_graph_is_found,
    a_column_is_read_by_the_label_that_made_it,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "steps")]
struct Step {
    #[column(primary_key)]
    from: i64,
    #[column(primary_key)]
    to: i64,
}

async fn steps(database: &Database, steps: &[(i64, i64)]) -> Result<()> {
    database.create::<Step>().await?;
    let rows = steps.iter().map(|(from, to)| (Step::from.set(*from), Step::to.set(*to)));
    database.execute(insert::<Step>().rows(rows)).await?;
    Ok(())
}

/// 1 → (10 → (11, 2), 3 → 30)
const TREE: [(i64, i64); 6] = [(0, 1), (1, 10), (1, 3), (10, 11), (10, 2), (3, 30)];

/// 1 → 2 → 3 → 1, and 3 → 4
const RING: [(i64, i64); 4] = [(1, 2), (2, 3), (3, 1), (3, 4)];

/// A place on a path, as text of one length, between slashes.
fn place(id: impl ExprOps<Type = i64>) -> Expr<String> {
    func::lpad(id.cast::<String>(), 4, "0").concat("/")
}

/// Every path from a start: where it leads, how long it is, and its places. It ends before a place that it has been at.
fn walk(start: i64) -> Cte {
    let node = lit(start).label("node");
    let depth = lit(0_i64).label("depth");
    let path = lit("/").concat(place(lit(start))).cast_of_length::<String>(200).label("path");
    select((node.clone(), depth.clone(), path.clone())).recursive("walk").union_all(|walk| {
        let longer = walk.column_of(&path).concat(place(Step::to)).cast_of_length::<String>(200);
        let known = func::position(walk.column_of(&path), lit("/").concat(place(Step::to)));
        select((Step::to, walk.column_of(&depth) + 1, longer))
            .from(table::<Step>())
            .join_on(walk, Step::from.eq(walk.column_of(&node)))
            .filter(known.eq(0))
    })
}

fn node(walk: &Cte) -> Expr<i64> {
    walk.column("node")
}

async fn a_tree_is_walked_in_depth(database: &Database) -> Result<()> {
    steps(database, &TREE).await?;
    let walk = walk(1);
    let rows = select((node(&walk), walk.column::<i64>("depth"))).with(&walk).from(&walk);
    let rows = database.all(rows.order_by(walk.column::<String>("path"))).await?;
    assert_eq!(rows, [(1, 0), (3, 1), (30, 2), (10, 1), (2, 2), (11, 2)]);
    Ok(())
}

async fn a_tree_is_walked_in_breadth(database: &Database) -> Result<()> {
    steps(database, &TREE).await?;
    let walk = walk(1);
    let order = (walk.column::<i64>("depth"), walk.column::<String>("path"));
    let rows = select(node(&walk)).with(&walk).from(&walk).order_by(order);
    assert_eq!(database.all(rows).await?, [1, 3, 10, 30, 2, 11]);
    Ok(())
}

async fn a_graph_with_a_cycle_is_walked_to_its_end(database: &Database) -> Result<()> {
    steps(database, &RING).await?;
    // By rows that repeat, where nothing but the place is in them.
    let reached = select(lit(1_i64).label("node")).recursive("reached").union(|reached| {
        select(Step::to).from(table::<Step>()).join_on(reached, Step::from.eq(node(reached)))
    });
    let rows = select(node(&reached)).with(&reached).from(&reached).order_by(node(&reached));
    assert_eq!(database.all(rows).await?, [1, 2, 3, 4]);
    // By the path, where the rows differ in it.
    let walk = walk(1);
    let rows = select((node(&walk), walk.column::<String>("path"))).with(&walk).from(&walk);
    let rows = database.all(rows.order_by(walk.column::<String>("path"))).await?;
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(rows[3].1, "/0001/0002/0003/0004/");
    Ok(())
}

async fn what_closes_a_cycle_is_told(database: &Database) -> Result<()> {
    steps(database, &RING).await?;
    let start = lit("/").concat(place(lit(1_i64))).cast_of_length::<String>(200);
    let walk = select((lit(1_i64).label("node"), start.label("path"), lit(0_i64).label("closes")))
        .recursive("walk")
        .union_all(|walk| {
            let path = walk.column::<String>("path");
            let closes = func::position(path.clone(), lit("/").concat(place(Step::to))).gt(0);
            let closes = lapis::expr::case().when(closes, 1_i64).otherwise(0_i64);
            let longer = path.concat(place(Step::to)).cast_of_length::<String>(200);
            select((Step::to, longer, closes))
                .from(table::<Step>())
                .join_on(walk, Step::from.eq(node(walk)))
                .filter(walk.column::<i64>("closes").eq(0))
        });
    let rows = select((node(&walk), walk.column::<i64>("closes"))).with(&walk).from(&walk);
    let rows = database.all(rows.order_by(walk.column::<String>("path"))).await?;
    assert_eq!(rows, [(1, 0), (2, 0), (3, 0), (1, 1), (4, 0)]);
    Ok(())
}

async fn a_walk_ends_at_a_depth(database: &Database) -> Result<()> {
    steps(database, &RING).await?;
    let walk = select((lit(1_i64).label("node"), lit(0_i64).label("depth")))
        .recursive("walk")
        .union_all(|walk| {
            let depth = walk.column::<i64>("depth");
            select((Step::to, depth.clone() + 1))
                .from(table::<Step>())
                .join_on(walk, Step::from.eq(node(walk)))
                .filter(depth.lt(4))
        });
    let rows = select(node(&walk)).with(&walk).from(&walk);
    let rows = database.all(rows.order_by((walk.column::<i64>("depth"), node(&walk)))).await?;
    assert_eq!(rows, [1, 2, 3, 1, 4, 2]);
    Ok(())
}

async fn every_path_of_a_graph_is_found(database: &Database) -> Result<()> {
    // Two ways from 1 to 4, one of them by 3.
    steps(database, &[(1, 2), (2, 4), (1, 3), (3, 2), (4, 1), (3, 4)]).await?;
    let walk = walk(1);
    let path = walk.column::<String>("path");
    let rows = select(path.clone()).with(&walk).from(&walk).filter(node(&walk).eq(4)).order_by(path);
    let paths = ["/0001/0002/0004/", "/0001/0003/0002/0004/", "/0001/0003/0004/"];
    assert_eq!(database.all(rows).await?, paths);
    // And the shortest of them, by the same walk under another name.
    let other = walk.alias("other");
    let depth = other.column::<i64>("depth");
    let shorter = lapis::expr::exists(
        select(depth.clone())
            .from(&other)
            .filter(other.column::<i64>("node").eq(4).and(depth.lt(walk.column::<i64>("depth")))),
    );
    let rows = select(walk.column::<i64>("depth"))
        .with(&walk)
        .from(&walk)
        .filter(node(&walk).eq(4).and(!shorter));
    assert_eq!(database.all(rows).await?, [2, 2]);
    Ok(())
}

async fn a_column_is_read_by_the_label_that_made_it(database: &Database) -> Result<()> {
    steps(database, &TREE).await?;
    let below = func::count(Step::to).label("below");
    let counts = select((Step::from, below.clone())).group_by(Step::from);
    let one = counts.clone().subquery("one");
    let two = one.alias("two");
    let more =
        select((one.c(Step::from), two.c(Step::from), one.column_of(&below) - two.column_of(&below)))
            .from(&one)
            .join_on(&two, one.column_of(&below).gt(two.column_of(&below)))
            .order_by((one.c(Step::from), two.c(Step::from)));
    assert_eq!(database.all(more).await?, [(1, 0, 1), (1, 3, 1), (10, 0, 1), (10, 3, 1)]);
    let cte = counts.cte("cte");
    let other = cte.alias("other");
    let sum = select(func::sum(cte.column_of(&below) * other.column_of(&below)))
        .with(&cte)
        .from(&cte)
        .join_on(&other, cte.c(Step::from).eq(other.c(Step::from)));
    assert_eq!(database.one(sum).await?, Some(10));
    Ok(())
}
