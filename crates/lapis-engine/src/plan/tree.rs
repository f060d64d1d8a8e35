//! MySQL's plans: `EXPLAIN FORMAT=TREE` and `EXPLAIN ANALYZE`, MySQL 8.0. A line is a step, indented below the one
//! that takes its rows:
//!
//! ```text
//! -> Filter: (t.a > 3)  (cost=0.55 rows=1) (actual time=0.05..0.06 rows=1 loops=1)
//!     -> Table scan on t  (cost=0.55 rows=3) (actual time=0.04..0.05 rows=3 loops=1)
//! ```

use super::{Plan, PlanNode, milliseconds, unreadable, whole};
use crate::error::Result;

const ARROW: &str = "-> ";

pub(super) fn read(text: String) -> Result<Plan> {
    let mut open: Vec<(usize, PlanNode)> = Vec::new();
    for line in text.lines() {
        let step = line.trim_start();
        let depth = line.len() - step.len();
        match step.strip_prefix(ARROW) {
            Some(step) => {
                close(&mut open, depth);
                open.push((depth, node(step)));
            }
            // A condition or a name with a line break in it goes on here.
            None => match open.last_mut() {
                Some((_, node)) if !step.is_empty() => node.details.push(step.to_owned()),
                Some(_) => {}
                // What has no such plan says so without an arrow: `<not executable by iterator executor>`.
                None => open.push((depth, node(step))),
            },
        }
    }
    close(&mut open, 1);
    let Some((_, root)) = open.into_iter().next() else {
        return Err(unreadable("it is empty"));
    };
    let execution_time = root.time;
    Ok(Plan { text, root, planning_time: None, execution_time })
}

/// Puts the steps that stand at `depth` or deeper below those that take their rows.
fn close(open: &mut Vec<(usize, PlanNode)>, depth: usize) {
    while open.len() > 1 && open.last().is_some_and(|(own, _)| *own >= depth) {
        let Some((_, done)) = open.pop() else { return };
        if let Some((_, above)) = open.last_mut() {
            above.children.push(done);
        }
    }
}

fn node(step: &str) -> PlanNode {
    // Two spaces stand before the numbers of a step.
    let (what, numbers) = match step.rsplit_once("  (") {
        Some((what, numbers)) if numbers.contains("rows=") || numbers.contains("never executed") => {
            (what, numbers)
        }
        _ => (step, ""),
    };
    let (estimated, actual) = match numbers.split_once("(actual ") {
        Some((estimated, actual)) => (estimated, actual),
        None => match numbers.strip_prefix("actual ") {
            Some(actual) => ("", actual),
            None => (numbers, ""),
        },
    };
    let loops = number(actual, "loops=");
    let time = actual.split_once("..").and_then(|(_, last)| leading(last));
    let mut node = PlanNode {
        estimated_rows: number(estimated, "rows="),
        estimated_cost: estimated
            .split_once("cost=")
            // From 8.0.31 on it may be a range: that of the first row, that of the last.
            .and_then(|(_, cost)| leading(cost.split_once("..").map_or(cost, |(_, last)| last))),
        actual_rows: number(actual, "rows="),
        loops: loops.map(whole),
        // It is that of one loop.
        time: time.and_then(|time| milliseconds(time * loops.unwrap_or(1.0))),
        ..PlanNode::default()
    };
    let (operation, detail) = match what.split_once(": ") {
        Some((operation, detail)) if !operation.contains(" on ") => (operation, Some(detail)),
        _ => (what, None),
    };
    node.details.extend(detail.map(str::to_owned));
    match operation.split_once(" on ") {
        Some((operation, subject)) => {
            node.operation = operation.to_owned();
            subject_of(&mut node, subject);
        }
        None => node.operation = operation.to_owned(),
    }
    node.full_scan = node.operation == "Table scan";
    node
}

/// Reads `t using ix (a=3), with index condition: (t.b > 1)`.
fn subject_of(node: &mut PlanNode, subject: &str) {
    let (table, rest) = match subject.split_once(" using ") {
        Some((table, rest)) => (table, Some(rest)),
        None => (subject, None),
    };
    node.table = Some(table.to_owned());
    let Some(rest) = rest else { return };
    let end = rest.find([' ', ',']).unwrap_or(rest.len());
    node.index = Some(rest[..end].to_owned());
    let rest = rest[end..].trim_start_matches([' ', ',']);
    if !rest.is_empty() {
        node.details.push(rest.to_owned());
    }
}

fn number(text: &str, key: &str) -> Option<f64> {
    text.split_once(key).and_then(|(_, rest)| leading(rest))
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<f64> {
    let end = text.find([' ', ')', '.']).unwrap_or(text.len());
    let end = match text[end..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            end + 1 + fraction.find([' ', ')', '.']).unwrap_or(fraction.len())
        }
        _ => end,
    };
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;

    /// From the manual of MySQL 8.0, 13.8.2 "Obtaining Information with EXPLAIN ANALYZE".
    const MANUAL: &str = "\
-> Inner hash join (t2.c2 = t1.c1)  (cost=4.70 rows=6) (actual time=0.032..0.035 rows=6 loops=1)
    -> Table scan on t2  (cost=0.06 rows=6) (actual time=0.003..0.005 rows=6 loops=1)
    -> Hash
        -> Filter: (t1.c1 > 3)  (cost=0.85 rows=6) (actual time=0.018..0.022 rows=6 loops=2)
            -> Index range scan on t1 using PRIMARY over (3 < c1)  (cost=0.85 rows=6) (never executed)
";

    #[test]
    fn a_tree_is_read_with_its_numbers() {
        let plan = read(MANUAL.to_owned()).unwrap();
        assert_eq!(plan.root.operation, "Inner hash join (t2.c2 = t1.c1)");
        assert_eq!((plan.root.estimated_cost, plan.root.estimated_rows), (Some(4.70), Some(6.0)));
        assert_eq!(plan.execution_time, Some(Duration::from_micros(35)));
        let [scan, hash] = plan.root.children.as_slice() else { panic!("{plan:?}") };
        assert_eq!((scan.operation.as_str(), scan.table.as_deref()), ("Table scan", Some("t2")));
        assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["t2"]);
        let filter = &hash.children[0];
        assert_eq!(
            (filter.operation.as_str(), &filter.details[..]),
            ("Filter", &["(t1.c1 > 3)".to_owned()][..])
        );
        assert_eq!((filter.actual_rows, filter.loops), (Some(6.0), Some(2)));
        assert_eq!(filter.time, Some(Duration::from_micros(44)));
        let range = &filter.children[0];
        assert!(plan.uses_index("PRIMARY"));
        assert_eq!((range.actual_rows, range.estimated_rows), (None, Some(6.0)));
    }

    #[test]
    fn what_has_no_tree_says_so() {
        let plan = read("<not executable by iterator executor>\n".to_owned()).unwrap();
        assert_eq!(plan.root.operation, "<not executable by iterator executor>");
    }

    #[test]
    fn an_empty_answer_is_an_error() {
        assert!(read(String::new()).is_err());
    }
}
