//! How a database tells the plan of a statement.

/// What stands before a statement so that the database answers with its plan, and the form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explain {
    /// Asks for the plan; the statement does not run.
    pub plan: &'static str,
    /// Runs the statement and asks for its plan with what was measured, where the database can.
    pub analyze: Option<&'static str>,
    /// The form in which the plan comes.
    pub form: PlanForm,
}

/// The form in which a database tells a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanForm {
    /// SQLite's rows of `id`, `parent`, a column without a meaning, and `detail`.
    Rows,
    /// PostgreSQL's JSON: nodes within `Plans`.
    PostgresJson,
    /// MariaDB's JSON: operations within operations, named by their keys.
    MariaDbJson,
    /// MySQL's indented lines, each behind an arrow.
    Tree,
}

impl Explain {
    /// SQLite, "EXPLAIN QUERY PLAN". What a statement did is told by `sqlite3_stmt_scanstatus_v2`, which is left out
    /// unless SQLite is built with it.
    pub(super) const SQLITE: Self =
        Self { plan: "EXPLAIN QUERY PLAN ", analyze: None, form: PlanForm::Rows };

    /// PostgreSQL 15, "EXPLAIN".
    pub(super) const POSTGRES: Self = Self {
        plan: "EXPLAIN (FORMAT JSON) ",
        analyze: Some("EXPLAIN (ANALYZE, FORMAT JSON) "),
        form: PlanForm::PostgresJson,
    };

    /// MariaDB 10.11, "EXPLAIN FORMAT=JSON" and "ANALYZE FORMAT=JSON".
    pub(super) const MARIADB: Self = Self {
        plan: "EXPLAIN FORMAT=JSON ",
        analyze: Some("ANALYZE FORMAT=JSON "),
        form: PlanForm::MariaDbJson,
    };

    /// MySQL 8.0, 13.8.2 "EXPLAIN Statement": the tree since 8.0.16, with measures since 8.0.18, and in JSON not
    /// before 8.3.
    pub(super) const MYSQL: Self = Self {
        plan: "EXPLAIN FORMAT=TREE ",
        analyze: Some("EXPLAIN ANALYZE FORMAT=TREE "),
        form: PlanForm::Tree,
    };
}
