//! SQLite's plans: rows of a step's number, that of the step above it, and a line about it. The lines are for people
//! and "subject to change" (sqlite.org/eqp.html); what is not understood stays whole as the operation.

use super::{Plan, PlanNode};

pub(super) fn read(steps: Vec<(i64, i64, String)>) -> Plan {
    let mut text = String::new();
    let mut roots = below(0, &steps, 0, &mut text);
    let root = match roots.len() {
        1 => roots.remove(0),
        _ => PlanNode { operation: "QUERY PLAN".to_owned(), children: roots, ..PlanNode::default() },
    };
    Plan::new(text, root)
}

/// The steps below one; a step stands behind the one above it.
fn below(parent: i64, steps: &[(i64, i64, String)], depth: usize, text: &mut String) -> Vec<PlanNode> {
    let mut children = Vec::new();
    for (position, (id, above, detail)) in steps.iter().enumerate() {
        if *above != parent {
            continue;
        }
        text.push_str(&"  ".repeat(depth));
        text.push_str(detail);
        text.push('\n');
        let mut node = step(detail);
        node.children = below(*id, &steps[position + 1..], depth + 1, text);
        children.push(node);
    }
    children
}

/// Reads `SEARCH users AS u USING COVERING INDEX by_name (name=?)` and its like.
fn step(detail: &str) -> PlanNode {
    let whole = || PlanNode { operation: detail.to_owned(), ..PlanNode::default() };
    let Some((operation, rest)) = detail.split_once(' ') else { return whole() };
    if !matches!(operation, "SCAN" | "SEARCH") {
        return whole();
    }
    // Before SQLite 3.36.0: `SCAN TABLE users AS u`.
    let rest = rest.strip_prefix("TABLE ").unwrap_or(rest);
    let (subject, usage) = match rest.split_once(" USING ") {
        Some((subject, usage)) => (subject, Some(usage)),
        None => (rest, None),
    };
    if subject.ends_with("CONSTANT ROW") || subject.ends_with("CONSTANT ROWS") {
        return whole();
    }
    let mut node = PlanNode { operation: operation.to_owned(), ..PlanNode::default() };
    let subject = match subject.split_once(" VIRTUAL TABLE ") {
        Some((subject, index)) => {
            node.details.push(format!("VIRTUAL TABLE {index}"));
            subject
        }
        None => subject,
    };
    let subject = match subject.strip_suffix(" LEFT-JOIN") {
        Some(subject) => {
            node.details.push("LEFT-JOIN".to_owned());
            subject
        }
        None => subject,
    };
    let (table, alias) = match subject.split_once(" AS ") {
        Some((table, alias)) => (table, Some(alias.to_owned())),
        None => (subject, None),
    };
    node.full_scan = operation == "SCAN" && node.details.is_empty();
    node.table = Some(table.to_owned());
    node.alias = alias;
    if let Some(usage) = usage {
        uses(&mut node, usage);
    }
    node
}

/// Reads what stands behind USING: `[AUTOMATIC] [COVERING] [PARTIAL] INDEX name (condition)`, or
/// `INTEGER PRIMARY KEY (rowid=?)`.
fn uses(node: &mut PlanNode, usage: &str) {
    let (usage, end) = match usage.strip_suffix(" LEFT-JOIN") {
        Some(usage) => (usage, Some("LEFT-JOIN")),
        None => (usage, None),
    };
    let (named, condition) = match usage.split_once(" (") {
        Some((named, condition)) => (named, condition.strip_suffix(')')),
        None => (usage, None),
    };
    match named.rsplit_once("INDEX ") {
        Some((kind, index)) => {
            node.index = Some(index.to_owned());
            if !kind.is_empty() {
                node.details.push(format!("{kind}INDEX"));
            }
        }
        None => node.details.push(named.to_owned()),
    }
    node.details.extend(condition.into_iter().chain(end).map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn a_search_names_its_table_its_index_and_its_condition() {
        let node = step("SEARCH u USING COVERING INDEX by_name (name=? AND age>?) LEFT-JOIN");
        assert_eq!((node.table.as_deref(), node.index.as_deref()), (Some("u"), Some("by_name")));
        assert_eq!(node.details, ["COVERING INDEX", "name=? AND age>?", "LEFT-JOIN"]);
        assert!(!node.full_scan);
    }

    #[test]
    fn the_primary_key_and_indexes_made_on_the_fly_are_told_apart() {
        let node = step("SEARCH TABLE users AS u USING INTEGER PRIMARY KEY (rowid=?)");
        assert_eq!((node.table.as_deref(), node.alias.as_deref()), (Some("users"), Some("u")));
        assert_eq!(
            (node.index, node.details),
            (None, vec!["INTEGER PRIMARY KEY".into(), "rowid=?".into()])
        );
        let node = step("SEARCH p USING AUTOMATIC COVERING INDEX (author=?)");
        assert_eq!((node.index, node.details[0].as_str()), (None, "AUTOMATIC COVERING INDEX"));
    }

    #[test]
    fn other_lines_stay_whole() {
        for line in ["USE TEMP B-TREE FOR ORDER BY", "COMPOUND QUERY", "SCAN 3 CONSTANT ROWS", "SCAN"] {
            assert_eq!(step(line).operation, line);
        }
    }
}
