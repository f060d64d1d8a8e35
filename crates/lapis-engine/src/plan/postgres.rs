//! PostgreSQL's plans: `EXPLAIN (FORMAT JSON)`, PostgreSQL 15.

use serde_json::{Map, Value};

use super::{Plan, PlanNode, milliseconds, parse, plain, unreadable, whole};
use crate::error::Result;

/// What is read into fields, and what says nothing to a reader.
const TAKEN: [&str; 19] = [
    "Node Type",
    "Operation",
    "Relation Name",
    "CTE Name",
    "Function Name",
    "Alias",
    "Index Name",
    "Schema",
    "Startup Cost",
    "Total Cost",
    "Plan Rows",
    "Plan Width",
    "Actual Startup Time",
    "Actual Total Time",
    "Actual Rows",
    "Actual Loops",
    "Async Capable",
    "Parent Relationship",
    "Parallel Aware",
];

pub(super) fn read(text: String) -> Result<Plan> {
    let document = parse(&text)?;
    let Some(explained) = document.get(0).and_then(Value::as_object) else {
        return Err(unreadable("there is no statement in it"));
    };
    let Some(root) = explained.get("Plan").and_then(Value::as_object) else {
        return Err(unreadable("it has no `Plan`"));
    };
    let mut plan = Plan::new(String::new(), node(root));
    let time = |key| explained.get(key).and_then(Value::as_f64).and_then(milliseconds);
    plan.planning_time = time("Planning Time");
    plan.execution_time = time("Execution Time");
    plan.text = text;
    Ok(plan)
}

fn node(object: &Map<String, Value>) -> PlanNode {
    let text = |key| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key| object.get(key).and_then(Value::as_f64);
    let loops = number("Actual Loops");
    let kind = text("Node Type").unwrap_or_default();
    PlanNode {
        full_scan: kind == "Seq Scan",
        // `ModifyTable` says by it whether it inserts, updates or deletes.
        operation: text("Operation").unwrap_or(kind),
        table: text("Relation Name").or_else(|| text("CTE Name")).or_else(|| text("Function Name")),
        alias: text("Alias"),
        index: text("Index Name"),
        details: object
            .iter()
            .filter(|(key, value)| !TAKEN.contains(&key.as_str()) && **value != Value::Bool(false))
            .filter_map(|(key, value)| Some(format!("{key}: {}", plain(value)?)))
            .collect(),
        estimated_rows: number("Plan Rows"),
        estimated_cost: number("Total Cost"),
        actual_rows: number("Actual Rows"),
        loops: loops.map(whole),
        // It is that of one loop.
        time: number("Actual Total Time").and_then(|time| milliseconds(time * loops.unwrap_or(1.0))),
        children: object
            .get("Plans")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .map(node)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    /// PostgreSQL 15.
    const MEASURED: &str = r#"[{
        "Plan": {
            "Node Type": "Nested Loop", "Parallel Aware": false, "Join Type": "Left",
            "Startup Cost": 0.25, "Total Cost": 16.5, "Plan Rows": 4, "Plan Width": 36,
            "Actual Startup Time": 0.01, "Actual Total Time": 0.02, "Actual Rows": 3, "Actual Loops": 1,
            "Inner Unique": true,
            "Plans": [
                {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": "users", "Alias": "u",
                 "Plan Rows": 4, "Total Cost": 8.5, "Filter": "(age > 18)"},
                {"Node Type": "Index Scan", "Parent Relationship": "Inner", "Scan Direction": "Forward",
                 "Index Name": "by_author", "Relation Name": "posts", "Alias": "posts", "Plan Rows": 1,
                 "Total Cost": 2, "Actual Total Time": 0.005, "Actual Rows": 1, "Actual Loops": 3}
            ]
        },
        "Planning Time": 0.25, "Triggers": [], "Execution Time": 0.5
    }]"#;

    #[test]
    fn a_plan_is_drawn_with_what_was_measured() {
        let plan = read(MEASURED.to_owned()).unwrap();
        let expected = "\
Nested Loop  (rows 4, cost 16.5) (actual rows 3, 20.0µs)
│    Inner Unique: true
│    Join Type: Left
├─ Seq Scan on users as u  (rows 4, cost 8.5)
│       Filter: (age > 18)
└─ Index Scan on posts using by_author  (rows 1, cost 2) (actual rows 1 in each of 3 loops, 15.0µs)
        Scan Direction: Forward
planned in 250.0µs
ran for 500.0µs
";
        assert_eq!(plan.to_string(), expected);
        assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["users"]);
    }

    #[test]
    fn what_is_no_plan_is_an_error() {
        for text in ["", "[]", "[{}]", "{\"Plan\": {}}"] {
            assert!(read(text.to_owned()).is_err(), "{text}");
        }
    }
}
