//! A plan drawn as a tree.

use std::fmt;

use super::{Plan, PlanNode};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)?;
        if let Some(time) = self.planning_time {
            writeln!(f, "planned in {time:.1?}")?;
        }
        match self.execution_time {
            Some(time) => writeln!(f, "ran for {time:.1?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for PlanNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &mut String::new(), "", "")
    }
}

impl PlanNode {
    /// Draws the node behind `before` and `branch`, and what is below it behind `before` and `trunk`.
    fn draw(
        &self,
        f: &mut fmt::Formatter<'_>,
        before: &mut String,
        branch: &str,
        trunk: &str,
    ) -> fmt::Result {
        write!(f, "{before}{branch}{}", self.operation)?;
        self.names(f)?;
        self.numbers(f)?;
        f.write_str("\n")?;
        let outer = before.len();
        before.push_str(trunk);
        let stem = if self.children.is_empty() { "     " } else { "│    " };
        for detail in &self.details {
            writeln!(f, "{before}{stem}{detail}")?;
        }
        for (position, child) in self.children.iter().enumerate() {
            let (branch, trunk) =
                if position + 1 < self.children.len() { ("├─ ", "│  ") } else { ("└─ ", "   ") };
            child.draw(f, before, branch, trunk)?;
        }
        before.truncate(outer);
        Ok(())
    }

    fn names(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(table) = &self.table {
            write!(f, " on {table}")?;
        }
        if let Some(alias) = self.alias.as_ref().filter(|alias| Some(*alias) != self.table.as_ref()) {
            write!(f, " as {alias}")?;
        }
        match &self.index {
            Some(index) => write!(f, " using {index}"),
            None => Ok(()),
        }
    }

    fn numbers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.estimated_rows, self.estimated_cost) {
            (Some(rows), Some(cost)) => write!(f, "  (rows {rows}, cost {cost})")?,
            (Some(rows), None) => write!(f, "  (rows {rows})")?,
            (None, Some(cost)) => write!(f, "  (cost {cost})")?,
            (None, None) => {}
        }
        let Some(rows) = self.actual_rows else { return Ok(()) };
        write!(f, " (actual rows {rows}")?;
        if let Some(loops) = self.loops.filter(|loops| *loops != 1) {
            write!(f, " in each of {loops} loops")?;
        }
        if let Some(time) = self.time {
            write!(f, ", {time:.1?}")?;
        }
        f.write_str(")")
    }
}
