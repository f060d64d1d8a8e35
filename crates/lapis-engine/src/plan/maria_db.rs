//! MariaDB's plans: `EXPLAIN FORMAT=JSON` and `ANALYZE FORMAT=JSON`, MariaDB 10.11. An operation is an object under the
//! key that names it, within the one that takes its rows.

use serde_json::{Map, Value};

use super::{Plan, PlanNode, milliseconds, parse, plain, unreadable, whole};
use crate::error::Result;

/// What is read into fields.
const TAKEN: [&str; 10] = [
    "table_name",
    "access_type",
    "key",
    "rows",
    "cost",
    "r_rows",
    "r_loops",
    "r_total_time_ms",
    "r_table_time_ms",
    "r_other_time_ms",
];

pub(super) fn read(text: String) -> Result<Plan> {
    let document = parse(&text)?;
    let Some(block) = document.get("query_block").and_then(Value::as_object) else {
        return Err(unreadable("it has no `query_block`"));
    };
    let time = |object: Option<&Value>| {
        object?.get("r_total_time_ms").and_then(Value::as_f64).and_then(milliseconds)
    };
    let planning_time = time(document.get("query_optimization"));
    let execution_time = time(document.get("query_block"));
    let root = node("query_block", block);
    Ok(Plan { text, root, planning_time, execution_time })
}

fn node(key: &str, object: &Map<String, Value>) -> PlanNode {
    let text = |key| object.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key| object.get(key).and_then(Value::as_f64);
    let access = object.get("access_type").and_then(Value::as_str);
    let time = match (number("r_table_time_ms"), number("r_other_time_ms")) {
        (Some(table), other) => Some(table + other.unwrap_or(0.0)),
        _ => number("r_total_time_ms"),
    };
    let mut node = PlanNode {
        full_scan: access == Some("ALL"),
        operation: match access.filter(|_| key == "table") {
            Some(access) => operation(access).to_owned(),
            None => key.replace('_', " "),
        },
        table: text("table_name"),
        index: text("key"),
        estimated_rows: number("rows"),
        estimated_cost: number("cost"),
        actual_rows: number("r_rows"),
        loops: number("r_loops").map(whole),
        time: time.and_then(milliseconds),
        ..PlanNode::default()
    };
    for (key, value) in object {
        match value {
            Value::Object(inner) if key == "r_engine_stats" => {
                node.details.extend(inner.iter().filter_map(detail));
            }
            Value::Object(inner) => node.children.push(self::node(key, inner)),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                node.children.extend(items.iter().filter_map(Value::as_object).flat_map(operations));
            }
            _ if TAKEN.contains(&key.as_str()) => {}
            _ => node.details.extend(detail((key, value))),
        }
    }
    node
}

/// The operations of a list, each of which is an object with one key.
fn operations(item: &Map<String, Value>) -> impl Iterator<Item = PlanNode> {
    item.iter().filter_map(|(key, value)| Some(node(key, value.as_object()?)))
}

fn detail((key, value): (&String, &Value)) -> Option<String> {
    Some(format!("{key}: {}", plain(value)?))
}

/// How a table is reached, in the words of MySQL's trees.
fn operation(access: &str) -> &str {
    match access {
        "ALL" => "Table scan",
        "index" => "Index scan",
        "range" => "Index range scan",
        "ref" | "ref_or_null" => "Index lookup",
        "eq_ref" | "const" => "Single-row index lookup",
        "fulltext" => "Full-text index search",
        "index_merge" => "Index merge",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;

    /// MariaDB 10.11.
    const MEASURED: &str = r#"{
        "query_optimization": {"r_total_time_ms": 0.5},
        "query_block": {
            "select_id": 1, "r_loops": 1, "r_total_time_ms": 0.25,
            "filesort": {
                "sort_key": "count(0)", "r_loops": 1,
                "temporary_table": {"nested_loop": [
                    {"table": {"table_name": "b", "access_type": "ALL", "r_loops": 1, "rows": 2, "r_rows": 3,
                               "r_table_time_ms": 0.5, "r_other_time_ms": 0.25, "filtered": 100,
                               "attached_condition": "b.a_id is not null"}},
                    {"table": {"table_name": "a", "access_type": "eq_ref", "possible_keys": ["PRIMARY", "ix"],
                               "key": "PRIMARY", "ref": ["b.a_id"], "r_loops": 2, "rows": 1, "r_rows": null}}
                ]}
            }
        }
    }"#;

    #[test]
    fn operations_stand_below_the_one_that_takes_their_rows() {
        let plan = read(MEASURED.to_owned()).unwrap();
        let operations: Vec<_> = plan.nodes().map(|node| node.operation.as_str()).collect();
        let expected =
            ["query block", "filesort", "temporary table", "Table scan", "Single-row index lookup"];
        assert_eq!(operations, expected);
        assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["b"]);
        assert!(plan.uses_index("PRIMARY"));
        assert_eq!(plan.planning_time, Some(Duration::from_micros(500)));
        assert_eq!(plan.execution_time, Some(Duration::from_micros(250)));
        let scan = &plan.root.children[0].children[0].children[0];
        assert_eq!((scan.estimated_rows, scan.actual_rows), (Some(2.0), Some(3.0)));
        assert_eq!(scan.time, Some(Duration::from_micros(750)));
        assert_eq!(scan.details, ["attached_condition: b.a_id is not null", "filtered: 100"]);
    }

    #[test]
    fn what_is_no_plan_is_an_error() {
        for text in ["", "[]", "{\"query_block\": 1}"] {
            assert!(read(text.to_owned()).is_err(), "{text}");
        }
    }
}
