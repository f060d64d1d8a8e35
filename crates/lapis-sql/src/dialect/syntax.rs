//! The forms of a dialect's statements and expressions.

/// How an INSERT says what it does with a row that a unique key refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsertSyntax {
    /// `ON CONFLICT (…) DO …`
    OnConflict {
        /// Whether a constraint may be given by its name.
        by_constraint: bool,
        /// Whether an update has to say of which key.
        update_needs_target: bool,
        /// Whether a query that is inserted has to have a WHERE before it.
        select_needs_where: bool,
    },
    /// `ON DUPLICATE KEY UPDATE …`: of any unique key, and without a condition.
    OnDuplicateKey,
}

/// How rows of `VALUES` are a table in FROM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesSyntax {
    /// `(VALUES (…), (…)) AS t (a, b)`
    NamedBehind {
        /// What stands before each row.
        row: &'static str,
    },
    /// `(SELECT … AS a, … AS b UNION ALL VALUES (…), (…)) AS t`, where an alias takes no names of columns.
    NamedByFirstRow,
    /// `(SELECT … AS a, … AS b UNION ALL SELECT …, …) AS t`
    Selects,
}

/// How groups of several groupings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupingSyntax {
    /// `GROUP BY ROLLUP (…)`, `CUBE (…)`, `GROUPING SETS (…)`: standard SQL.
    GroupingSets,
    /// `GROUP BY … WITH ROLLUP`, of all terms, and nothing else.
    WithRollup {
        /// Whether the groups may be ordered.
        ordered: bool,
    },
    /// Terms alone.
    Terms,
}

/// How UPDATE and DELETE look at other tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinedWrites {
    /// `UPDATE … FROM …` and `DELETE … USING …`, whose RETURNING may name the other tables.
    FromAndUsing,
    /// `UPDATE … FROM …`; of DELETE a subquery, and RETURNING names no other table.
    FromAndExists,
    /// `UPDATE … JOIN …` and `DELETE … FROM … JOIN …`
    Join,
}

/// Where `WITH` may stand, and what it may hold, beyond queries of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithSyntax {
    /// Before INSERT, and not only before the query whose rows are inserted.
    pub before_insert: bool,
    /// Before UPDATE and DELETE.
    pub before_update: bool,
    /// Whether it may hold statements that write, with what they return.
    pub of_writes: bool,
}

/// The functions that may stand in FROM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFunctions {
    /// Functions whose columns the alias names, `f(…) AS t (a, b)`, and that `WITH ORDINALITY` numbers.
    Named,
    /// Functions that name their columns themselves.
    Plain,
    /// None by a name.
    None,
}

/// How what is within a JSON document becomes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonTables {
    /// `jsonb_array_elements(…)`, `jsonb_each(…)`
    Functions,
    /// `json_each(…)`, with columns of its own.
    Each,
    /// `JSON_TABLE(… COLUMNS (…))`
    JsonTable,
}

/// The locks that a SELECT can take on rows, `FOR UPDATE` being one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowLocks {
    /// How a shared lock is written, behind a space.
    pub share: &'static str,
    /// Whether the lock can be of some of the tables.
    pub of: bool,
    /// Whether there are `FOR NO KEY UPDATE` and `FOR KEY SHARE`.
    pub key_locks: bool,
}

/// How two values are compared with NULL equal to NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullSafeEquality {
    /// `IS NOT DISTINCT FROM` and `IS DISTINCT FROM`: standard SQL.
    IsDistinctFrom,
    /// `IS` and `IS NOT`.
    Is,
    /// `<=>`
    Spaceship,
}

/// How a database spells a [`Builtin`](crate::expr::Builtin).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// A call of a function: `name(a, b)`.
    Call(&'static str),
    /// SQL with places for the arguments, which is a call or in parentheses: `{0}` is the first one as an operand, in
    /// parentheses where it needs them, and `{:0}` the same as it stands, for where a comma or a parenthesis is on
    /// either side.
    Template(&'static str),
    /// It has none.
    Missing {
        /// What it is called in the message.
        feature: &'static str,
        /// What to do instead.
        hint: &'static str,
    },
}

/// How words are searched for in the texts of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullTextSyntax {
    /// `to_tsvector(…) @@ plainto_tsquery(…)`
    TsVector,
    /// `MATCH (…) AGAINST (… IN BOOLEAN MODE)`
    MatchAgainst,
    /// `table MATCH …`, of a table of FTS5.
    Fts5,
}

/// What is said of arrays by the databases that have none.
pub(super) const NO_ARRAYS: Spelling = Spelling::Missing {
    feature: "arrays",
    hint: "put the values into a JSON array with `func::json_agg(..)`",
};

/// How texts of several rows are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringAggregate {
    /// `string_agg(x, separator ORDER BY …)`: standard SQL has it as `LISTAGG`.
    StringAgg,
    /// `group_concat(x, separator ORDER BY …)`
    GroupConcat,
    /// `group_concat(x ORDER BY … SEPARATOR literal)`; no other aggregate has an order, and none of these a window.
    GroupConcatSeparator,
}

/// How a value is looked for in a list of bound values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InList {
    /// `IN (?, ?, …)`: one parameter a value.
    Placeholders,
    /// `= ANY(?)`: one array.
    Array,
    /// `IN (SELECT value FROM json_each(?))`: one JSON array.
    JsonEach,
}

/// Where a parameter stands whose type nothing around it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In a select list.
    Item,
    /// Beside an operator, or as what a CASE gives.
    Operand,
    /// Among the arguments of a function.
    Argument,
    /// Among the arguments of a function that takes any type, where NULL needs one, too.
    AnyType,
}

/// How a flush inserts many rows that have values for the same columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkInsert {
    /// By a statement of one row, executed once for each: where a statement is a function call, nothing is gained by
    /// larger ones.
    RowByRow,
    /// By rows of `VALUES`: one statement for each number of rows.
    Values,
    /// From an array for each column, by one statement whatever the number of rows.
    Unnest,
}
