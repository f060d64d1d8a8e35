//! What differs between the databases, as answers to questions.

mod coordination;
pub(crate) mod ddl;
mod explain;
mod literal;
mod mysql;
mod postgres;
mod sqlite;
mod syntax;

pub use coordination::{AdvisoryLocks, OwnTransaction, TwoPhase};
pub use ddl::{AutoIncrementSyntax, CommentSyntax};
pub use explain::{Explain, PlanForm};
pub use mysql::{MariaDb, MySql};
pub use postgres::Postgres;
pub use sqlite::{Sqlite, SqliteValue};
pub use syntax::{
    BulkInsert, FullTextSyntax, GroupingSyntax, InList, JoinedWrites, JsonTables, NullSafeEquality,
    ParameterPlace, RowLocks, Spelling, StringAggregate, TableFunctions, UpsertSyntax, ValuesSyntax,
    WithSyntax,
};

use std::fmt;

use crate::error::{CompileError, EncodeError};
use crate::expr::{Builtin, PathStep, TableName};
use crate::schema::{ReferentialAction, Sequence};
use crate::statement::SetOperator;
use crate::types::{ColumnType, EnumType};
use crate::value::Value;

/// A database's dialect of SQL.
///
/// The compiler walks statements and asks; a dialect answers. Defaults are standard SQL.
pub trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// The database's name in messages.
    fn name(&self) -> &'static str;

    /// The quotation mark around identifiers; inside one it is doubled.
    fn identifier_quote(&self) -> char {
        '"'
    }

    /// Writes the placeholder of parameter `number`, counted from 1: `?`, or `$1`.
    fn placeholder(&self, sql: &mut String, number: usize);

    /// Whether placeholders have numbers, so that one parameter can stand in several places.
    fn numbers_parameters(&self) -> bool {
        false
    }

    /// Writes the name of a column type.
    fn type_name(&self, sql: &mut String, ty: &ColumnType);

    // Statements.

    /// Whether INSERT can return columns of the rows it made.
    fn supports_insert_returning(&self) -> bool {
        true
    }

    /// Whether the driver tells the number that an INSERT of one row got, without RETURNING.
    fn returns_last_insert_id(&self) -> bool {
        false
    }

    /// How an INSERT says what it does with a row that a unique key refuses.
    fn upsert(&self) -> UpsertSyntax {
        UpsertSyntax::OnConflict {
            by_constraint: false,
            update_needs_target: false,
            select_needs_where: false,
        }
    }

    /// How many rows are inserted at once.
    fn bulk_insert(&self) -> BulkInsert {
        BulkInsert::Values
    }

    /// Writes the type of an array of values for a column, which takes and checks them as it would take single ones;
    /// false where there is none.
    fn array_of(&self, sql: &mut String, ty: &ColumnType) -> bool {
        let _ = (sql, ty);
        false
    }

    /// Whether UPDATE can return columns of the rows it changed.
    fn supports_update_returning(&self) -> bool {
        true
    }

    /// Whether DELETE can return columns of the rows it took away.
    fn supports_delete_returning(&self) -> bool {
        true
    }

    /// How UPDATE and DELETE look at other tables.
    fn joined_writes(&self) -> JoinedWrites {
        JoinedWrites::FromAndUsing
    }

    /// Whether UPDATE and DELETE may have an order and a limit.
    fn supports_limited_writes(&self) -> bool {
        false
    }

    /// Whether the subquery of `IN` may have a limit.
    fn supports_limit_in_membership(&self) -> bool {
        true
    }

    /// Where `WITH` may stand, and what it may hold, beyond queries of a query.
    fn with_syntax(&self) -> WithSyntax {
        WithSyntax { before_insert: true, before_update: true, of_writes: false }
    }

    /// Whether `DEFAULT` may stand in place of an inserted value.
    fn supports_default_value(&self) -> bool {
        true
    }

    /// What follows the table's name in an INSERT of one row of defaults.
    fn default_values(&self) -> &'static str {
        "DEFAULT VALUES"
    }

    /// The LIMIT that an OFFSET needs beside it where the statement asks for none.
    fn limit_of_all_rows(&self) -> Option<&'static str> {
        None
    }

    /// The locks that a SELECT can take on rows.
    fn row_locks(&self) -> Option<RowLocks> {
        None
    }

    /// Whether there is a `FULL JOIN`.
    fn supports_full_join(&self) -> bool {
        true
    }

    /// Whether a subquery in FROM can refer to what stands before it: `LATERAL`.
    fn supports_lateral(&self) -> bool {
        false
    }

    /// How rows of `VALUES` are a table in FROM.
    fn values_syntax(&self) -> ValuesSyntax {
        ValuesSyntax::NamedByFirstRow
    }

    /// How groups of several groupings are asked for.
    fn grouping_syntax(&self) -> GroupingSyntax {
        GroupingSyntax::Terms
    }

    /// Whether there is `SELECT DISTINCT ON (…)`.
    fn supports_distinct_on(&self) -> bool {
        false
    }

    /// The functions that may stand in FROM.
    fn table_functions(&self) -> TableFunctions {
        TableFunctions::None
    }

    /// Whether there is a `generate_series` of 64-bit integers.
    fn supports_generate_series(&self) -> bool {
        false
    }

    /// How what is within a JSON document becomes rows.
    fn json_tables(&self) -> JsonTables {
        JsonTables::JsonTable
    }

    /// Whether `WITH` can say that a query is `MATERIALIZED` or `NOT MATERIALIZED`.
    fn supports_materialized(&self) -> bool {
        true
    }

    /// Whether there is a set operator.
    fn supports_set_operator(&self, operator: SetOperator) -> bool {
        let _ = operator;
        true
    }

    /// Whether a part of a set operation may be in parentheses; where not, it is written as a subquery in FROM.
    fn parenthesizes_set_operands(&self) -> bool {
        true
    }

    /// Whether a value may be compared with `ALL (SELECT …)` and `ANY (SELECT …)`.
    fn supports_quantified_subqueries(&self) -> bool {
        true
    }

    /// Whether ORDER BY has `NULLS FIRST` and `NULLS LAST`.
    fn supports_nulls_order(&self) -> bool {
        true
    }

    /// Whether NULL sorts behind everything else, rather than before it, where the order does not say.
    fn nulls_are_largest(&self) -> bool {
        false
    }

    /// Whether a native enum, which every database orders as its type lists the names, is compared as text.
    fn compares_enums_as_text(&self) -> bool {
        false
    }

    /// Whether rows behind a place in an order, `(a, b) > (x, y)`, are found by an index.
    fn seeks_by_row(&self) -> bool {
        true
    }

    /// How many parameters one statement may have.
    fn max_parameters(&self) -> usize {
        u16::MAX as usize
    }

    /// How the database tells the plan of a statement, where it does.
    fn explain(&self) -> Option<Explain> {
        None
    }

    // Transactions.

    /// Whether a transaction may wait for a view of the data that no other can spoil: `DEFERRABLE`.
    fn supports_deferrable_transactions(&self) -> bool {
        false
    }

    /// The advisory locks, where there are some.
    fn advisory_locks(&self) -> Option<AdvisoryLocks> {
        None
    }

    /// Transactions that are committed in two phases, where there are some.
    fn two_phase(&self) -> Option<TwoPhase> {
        None
    }

    // Expressions.

    /// The function that joins text to text, where `||` does not.
    fn concat_function(&self) -> Option<&'static str> {
        None
    }

    /// Whether there is an `ILIKE`; else both sides are put in lower case.
    fn supports_ilike(&self) -> bool {
        false
    }

    /// How two values are compared with NULL equal to NULL.
    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::IsDistinctFrom
    }

    /// The operator that divides floats and decimals, also where they are whole.
    fn division(&self) -> &'static str {
        "/"
    }

    /// Whether a sum of integers is a decimal, so that a division of it would leave a fraction.
    fn sums_are_decimals(&self) -> bool {
        false
    }

    /// The operator that divides integers, rounding towards zero.
    fn integer_division(&self) -> &'static str {
        "/"
    }

    /// The truth value as it is written where no parameter may stand.
    fn boolean(&self, value: bool) -> &'static str {
        if value { "TRUE" } else { "FALSE" }
    }

    /// How a builtin is spelled.
    fn spelling(&self, builtin: Builtin) -> Spelling;

    /// How words are searched for.
    fn full_text(&self) -> FullTextSyntax;

    /// A path within a JSON document: text such as `$."items"[0]."count"`.
    fn json_path(&self, steps: &[PathStep]) -> Value<'static> {
        literal::json_path(steps)
    }

    /// How texts of several rows are joined.
    fn string_aggregate(&self) -> StringAggregate {
        StringAggregate::StringAgg
    }

    /// Whether aggregates have `FILTER (WHERE …)`; else a CASE stands within.
    fn supports_aggregate_filter(&self) -> bool {
        true
    }

    /// Whether there are aggregates `WITHIN GROUP (ORDER BY …)`.
    fn supports_within_group(&self) -> bool {
        false
    }

    /// Whether the frame of a window may count `GROUPS`, and `EXCLUDE` rows.
    fn supports_extended_frames(&self) -> bool {
        true
    }

    /// Whether `lag` and `lead` take what they give where there is no such row.
    fn supports_lag_default(&self) -> bool {
        true
    }

    /// Whether aggregates that make JSON stand over windows.
    fn supports_json_windows(&self) -> bool {
        true
    }

    /// Writes the instant at which the statement or transaction runs.
    fn now(&self, sql: &mut String) {
        sql.push_str("CURRENT_TIMESTAMP");
    }

    /// What stands around an operand, `{:0}`, to make it of another type, where no CAST does.
    fn cast(&self, to: &ColumnType) -> Option<&'static str> {
        let _ = to;
        None
    }

    /// Writes the name of a type in a CAST, where it differs from a column's.
    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        self.type_name(sql, ty);
    }

    /// Writes what gives a parameter its type, behind its placeholder, where nothing around it does: `::BIGINT`
    /// behind `$1`.
    fn type_parameter(&self, sql: &mut String, value: &Value<'_>, place: ParameterPlace) {
        let _ = (sql, value, place);
    }

    /// Whether HAVING may repeat an expression that the rows are grouped by, and not columns alone.
    fn having_takes_grouped_expressions(&self) -> bool {
        true
    }

    /// Whether a function takes arguments of any type, so that the types of parameters do not follow from it.
    fn takes_any_type(&self, function: &str) -> bool {
        let _ = function;
        false
    }

    /// How a value is looked for in a list of bound values.
    fn in_list(&self, values: &[Value<'_>]) -> InList {
        let _ = values;
        InList::Placeholders
    }

    /// Whether rows are looked for in `IN (VALUES (…), (…))`, and not in `IN ((…), (…))`.
    fn row_list_needs_values(&self) -> bool {
        false
    }

    // Literals and schema.

    /// Writes a value as a literal that is safe inside SQL text: for server defaults, which take no
    /// parameters, and for logs that are meant to be read.
    ///
    /// # Errors
    /// If the database cannot hold the value unchanged.
    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError>;

    /// How many bytes the name of a table, column or constraint may have.
    fn max_identifier_length(&self) -> usize {
        63
    }

    /// How the database is told to number a column.
    fn autoincrement(&self) -> AutoIncrementSyntax;

    /// The statement after CREATE TABLE that lets its numbering start at that number, where the table's own
    /// definition cannot say it. It changes nothing where the table has been numbered before.
    ///
    /// # Errors
    /// If a name cannot be written.
    fn start_numbering(&self, table: &TableName, start: i64) -> Result<Option<String>, CompileError> {
        let _ = (table, start);
        Ok(None)
    }

    /// Whether there are sequences.
    fn supports_sequences(&self) -> bool {
        false
    }

    /// Whether a column numbered by this sequence takes its numbers from one that stands by itself, where the
    /// database's own numbering has no name. The driver does not tell them then.
    fn numbers_by_sequence(&self, sequence: &Sequence) -> bool {
        let _ = sequence;
        false
    }

    /// Writes the expression that takes a sequence's next number; the name is quoted already.
    ///
    /// # Errors
    /// If the name cannot be written.
    fn next_number(&self, sql: &mut String, sequence: &str) -> Result<(), CompileError> {
        sql.push_str("NEXT VALUE FOR ");
        sql.push_str(sequence);
        Ok(())
    }

    /// Whether there is a UUID type; where not, UUIDs are stored as their 16 bytes.
    fn supports_uuid(&self) -> bool {
        true
    }

    /// Whether there are arrays and ranges, with the operators `@>`, `<@` and `&&`.
    fn supports_arrays(&self) -> bool {
        false
    }

    /// Whether a literal is in parentheses as the default of a column of this type. Any other expression
    /// always is.
    fn default_needs_parentheses(&self, ty: &ColumnType) -> bool {
        let _ = ty;
        false
    }

    /// Whether generated columns can be computed when they are read.
    fn supports_virtual_columns(&self) -> bool {
        true
    }

    /// Whether `VARCHAR` columns of an enum need a CHECK of its names: not where the type itself has them.
    fn enum_needs_check(&self, ty: &EnumType) -> bool {
        let _ = ty;
        true
    }

    /// Whether `VARCHAR(n)` by itself refuses text of more than `n` characters; where not, a CHECK does.
    fn enforces_length(&self) -> bool {
        true
    }

    /// The statement that creates an enum type, where enums are types of their own.
    ///
    /// # Errors
    /// If a name cannot be quoted.
    fn create_enum(&self, ty: &EnumType, if_not_exists: bool) -> Result<Option<String>, CompileError> {
        let _ = (ty, if_not_exists);
        Ok(None)
    }

    /// The statement that drops an enum type, where enums are types of their own.
    ///
    /// # Errors
    /// If a name cannot be quoted.
    fn drop_enum(&self, ty: &EnumType, if_exists: bool) -> Result<Option<String>, CompileError> {
        let _ = (ty, if_exists);
        Ok(None)
    }

    /// How comments are kept.
    fn comments(&self) -> CommentSyntax {
        CommentSyntax::None
    }

    /// Whether a foreign key may do this with the rows that refer to a row.
    fn supports_referential_action(&self, action: ReferentialAction) -> bool {
        let _ = action;
        true
    }

    /// Whether tables are qualified by their schema where a foreign key refers to them; where not, a foreign
    /// key stays within its schema.
    fn references_across_schemas(&self) -> bool {
        true
    }

    /// Whether a table with a schema may refer to one without; where not, the name would be looked for in the schema
    /// of the table that refers to it, and not in the current one.
    fn references_current_schema(&self) -> bool {
        true
    }

    /// Whether a rollback undoes changes of the schema; where not, they commit what came before them.
    fn supports_transactional_ddl(&self) -> bool {
        true
    }

    /// Whether a foreign key may be declared before the table it refers to exists, perhaps between the two
    /// statements of [`suspend_foreign_keys`](Self::suspend_foreign_keys); else it is added by ALTER TABLE.
    fn references_before_creation(&self) -> bool {
        false
    }

    /// The statements between which tables that refer to each other are created or dropped.
    fn suspend_foreign_keys(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Wraps a statement that has no `IF NOT EXISTS` so that it does nothing where its object is there.
    fn unless_exists(&self, statement: String) -> String {
        statement
    }

    /// Whether indexes are part of CREATE TABLE: where `CREATE INDEX` has no `IF NOT EXISTS`.
    fn indexes_in_table(&self) -> bool {
        false
    }

    /// Whether an index's own name is qualified with the schema, and not its table's.
    fn qualifies_index_name(&self) -> bool {
        false
    }

    /// Whether an index may hold only the rows for which a condition holds.
    fn supports_partial_indexes(&self) -> bool {
        true
    }

    /// What stands behind the parentheses of CREATE TABLE.
    fn table_options(&self) -> &'static str {
        ""
    }
}
