//! MySQL and MariaDB: one family, whose few differences are data.

mod builtin;
mod literal;

use std::fmt::{self, Write};

use super::literal::{INET, decimal_type, display, json_path, type_of, varchar_of};
use super::{
    AdvisoryLocks, AutoIncrementSyntax, CommentSyntax, Dialect, Explain, FullTextSyntax, GroupingSyntax,
    JoinedWrites, NullSafeEquality, RowLocks, Spelling, StringAggregate, TwoPhase, UpsertSyntax,
    ValuesSyntax, WithSyntax,
};
use crate::error::EncodeError;
use crate::expr::{Builtin, PathStep};
use crate::schema::{ReferentialAction, Sequence};
use crate::types::{ColumnType, EnumType};
use crate::value::Value;

/// MySQL's dialect, from MySQL 8.0.19 on.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySql;

/// MariaDB's dialect, from MariaDB 10.7 on.
///
/// It is MySQL's, and beyond that `INSERT … RETURNING` (10.5) and `DELETE … RETURNING`, sequences (10.3) and a
/// native `UUID` (10.7). That takes every UUID of versions 1 to 7, and the nil and maximal ones; of version 8 and above
/// it refuses those whose ninth byte is 01 to 80 (seen with 10.11.19), one in 64 of version 8.
///
/// ```
/// # use lapis_sql::dialect::{MariaDb, MySql};
/// # use lapis_sql::expr::{Column, StaticTable};
/// # use lapis_sql::statement::{insert, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User {
/// #     const ID: Column<User, i64> = Column::new("id");
/// #     const NAME: Column<User, String> = Column::new("name");
/// # }
/// let insert = insert::<User>().values(User::NAME.set("Ada")).returning(User::ID);
/// assert_eq!(insert.sql(&MariaDb)?, "INSERT INTO `users` (`name`) VALUES (?) RETURNING `id`");
/// assert!(insert.sql(&MySql).is_err());
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct MariaDb;

/// A member of the family.
trait Family: fmt::Debug + Send + Sync + 'static {
    const ANSWERS: Answers;
}

/// What the members answer differently.
struct Answers {
    name: &'static str,
    /// Of INSERT and DELETE; UPDATE has none in either.
    returning: bool,
    sequences: bool,
    lateral: bool,
    values: ValuesSyntax,
    /// The type of a UUID, and whether it is one of its own.
    uuid: (&'static str, bool),
    /// The type of a CAST to JSON.
    cast_to_json: &'static str,
    /// Whether literals as defaults of `TEXT`, `BLOB` and `JSON` columns are in parentheses.
    parenthesized_defaults: bool,
    /// What stands around the hexadecimal digits of text.
    text_of_digits: (&'static str, &'static str),
    row_locks: RowLocks,
    explain: Explain,
    /// Whether `WITH` may stand before UPDATE and DELETE.
    with_before_update: bool,
    /// Whether `WITH ROLLUP` goes with an order.
    ordered_rollup: bool,
    grouping: Spelling,
    /// Whether `lag` and `lead` take a third argument.
    lag_default: bool,
    /// Whether aggregates that make JSON stand over windows.
    json_windows: bool,
    /// Whether a path within a JSON document may have a key that begins with a hyphen.
    json_keys_with_hyphen: bool,
}

impl Family for MySql {
    const ANSWERS: Answers = Answers {
        name: "MySQL",
        returning: false,
        sequences: false,
        lateral: true,
        values: ValuesSyntax::NamedBehind { row: "ROW" },
        uuid: ("BINARY(16)", false),
        cast_to_json: "JSON",
        parenthesized_defaults: true,
        text_of_digits: ("_utf8mb4 ", ""),
        row_locks: RowLocks { share: " FOR SHARE", of: true, key_locks: false },
        explain: Explain::MYSQL,
        with_before_update: true,
        // Since MySQL 8.0.12.
        ordered_rollup: true,
        grouping: Spelling::Call("grouping"),
        lag_default: true,
        json_windows: true,
        json_keys_with_hyphen: true,
    };
}

impl Family for MariaDb {
    const ANSWERS: Answers = Answers {
        name: "MariaDB",
        returning: true,
        sequences: true,
        lateral: false,
        // MariaDB 10.11 cuts parameters in VALUES off at the length of the first row's.
        values: ValuesSyntax::Selects,
        uuid: ("UUID", true),
        // `JSON` is a name of `LONGTEXT` there, and none that CAST knows.
        cast_to_json: "CHAR",
        parenthesized_defaults: false,
        // MariaDB 10.11 keeps the other spelling in a CHECK as text whose backslashes it reads as escapes later.
        text_of_digits: ("convert(", " USING utf8mb4)"),
        row_locks: RowLocks { share: " LOCK IN SHARE MODE", of: false, key_locks: false },
        explain: Explain::MARIADB,
        with_before_update: false,
        // MariaDB 10.11: error 1221.
        ordered_rollup: false,
        grouping: Spelling::Missing {
            feature: "GROUPING",
            hint: "let the terms have no NULL of their own, and NULL tells that a row is not grouped by them",
        },
        lag_default: false,
        // MariaDB 10.11: error 1235.
        json_windows: false,
        // MariaDB 10.11 takes it for the sign of an index, and finds nothing.
        json_keys_with_hyphen: false,
    };
}

impl<F: Family> Dialect for F {
    fn name(&self) -> &'static str {
        F::ANSWERS.name
    }

    fn json_path(&self, steps: &[PathStep]) -> Value<'static> {
        let hyphen = |step: &PathStep| matches!(step, PathStep::Key(key) if key.starts_with('-'));
        if !F::ANSWERS.json_keys_with_hyphen && steps.iter().any(hyphen) {
            let name = F::ANSWERS.name;
            return Value::Invalid(
                format!("{name} finds no JSON key that begins with a hyphen; name it otherwise").into(),
            );
        }
        json_path(steps)
    }

    fn returns_last_insert_id(&self) -> bool {
        true
    }

    fn advisory_locks(&self) -> Option<AdvisoryLocks> {
        Some(AdvisoryLocks::MYSQL)
    }

    fn two_phase(&self) -> Option<TwoPhase> {
        Some(TwoPhase::MYSQL)
    }

    fn identifier_quote(&self) -> char {
        '`'
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    /// An instant is a `DATETIME` in UTC, since a `TIMESTAMP` ends in 2038.
    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::TinyInt => "TINYINT",
            ColumnType::SmallInt => "SMALLINT",
            ColumnType::Int => "INTEGER",
            ColumnType::BigInt | ColumnType::Interval => "BIGINT",
            ColumnType::UnsignedTinyInt => "TINYINT UNSIGNED",
            ColumnType::UnsignedSmallInt => "SMALLINT UNSIGNED",
            ColumnType::UnsignedInt => "INTEGER UNSIGNED",
            ColumnType::UnsignedBigInt => "BIGINT UNSIGNED",
            ColumnType::Float => "FLOAT",
            ColumnType::Double => "DOUBLE",
            // The widest there is; without a precision it would be of whole numbers.
            ColumnType::Decimal { precision } => {
                return decimal_type(sql, "DECIMAL", Some(precision.unwrap_or((65, 30))));
            }
            ColumnType::String(length) => return display(sql, format_args!("VARCHAR({length})")),
            ColumnType::Text => "LONGTEXT",
            ColumnType::Bytes => "LONGBLOB",
            ColumnType::Bool => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME(6)",
            ColumnType::Timestamp | ColumnType::TimestampTz => "DATETIME(6)",
            ColumnType::Uuid => F::ANSWERS.uuid.0,
            ColumnType::Json => "JSON",
            ColumnType::Inet | ColumnType::Cidr => INET,
            // No statement is let through with these.
            ColumnType::Range(range) => return type_of(self, sql, &range.element(), " RANGE"),
            ColumnType::Array(element) => return type_of(self, sql, element, " ARRAY"),
            ColumnType::Enum(names) if names.native => return literal::write_enum(sql, &names.values),
            ColumnType::Enum(names) => return varchar_of(sql, &names.values),
            ColumnType::Custom(name) => name,
        });
    }

    fn supports_insert_returning(&self) -> bool {
        F::ANSWERS.returning
    }

    /// `VALUES(column)` in it is deprecated since MySQL 8.0.20, yet it is what all versions and MariaDB have.
    fn upsert(&self) -> UpsertSyntax {
        UpsertSyntax::OnDuplicateKey
    }

    fn supports_update_returning(&self) -> bool {
        false
    }

    fn supports_delete_returning(&self) -> bool {
        F::ANSWERS.returning
    }

    fn default_values(&self) -> &'static str {
        "() VALUES ()"
    }

    /// The largest number of rows, as the manual has it.
    fn limit_of_all_rows(&self) -> Option<&'static str> {
        Some("18446744073709551615")
    }

    /// `FOR SHARE` since MySQL 8.0.1, `SKIP LOCKED` since MariaDB 10.6.
    fn row_locks(&self) -> Option<RowLocks> {
        Some(F::ANSWERS.row_locks)
    }

    fn explain(&self) -> Option<Explain> {
        Some(F::ANSWERS.explain)
    }

    fn values_syntax(&self) -> ValuesSyntax {
        F::ANSWERS.values
    }

    fn joined_writes(&self) -> JoinedWrites {
        JoinedWrites::Join
    }

    fn supports_limited_writes(&self) -> bool {
        true
    }

    /// MySQL 8.4 Reference Manual, 15.2.15.12, "Restrictions on Subqueries"; MariaDB 10.11, "Subquery Limitations".
    fn supports_limit_in_membership(&self) -> bool {
        false
    }

    fn with_syntax(&self) -> WithSyntax {
        WithSyntax { before_insert: false, before_update: F::ANSWERS.with_before_update, of_writes: false }
    }

    fn grouping_syntax(&self) -> GroupingSyntax {
        GroupingSyntax::WithRollup { ordered: F::ANSWERS.ordered_rollup }
    }

    fn supports_lag_default(&self) -> bool {
        F::ANSWERS.lag_default
    }

    fn supports_json_windows(&self) -> bool {
        F::ANSWERS.json_windows
    }

    fn supports_lateral(&self) -> bool {
        F::ANSWERS.lateral
    }

    fn supports_materialized(&self) -> bool {
        false
    }

    fn supports_full_join(&self) -> bool {
        false
    }

    fn supports_nulls_order(&self) -> bool {
        false
    }

    /// "The ENUM Type", MySQL 8.0: sorted by index numbers; a comparison with a text is one of texts.
    fn compares_enums_as_text(&self) -> bool {
        true
    }

    /// By `=` and `IN` alone ("Range Optimization of Row Constructor Expressions", MySQL 8.0).
    fn seeks_by_row(&self) -> bool {
        false
    }

    fn concat_function(&self) -> Option<&'static str> {
        Some("concat")
    }

    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::Spaceship
    }

    fn integer_division(&self) -> &'static str {
        "DIV"
    }

    fn full_text(&self) -> FullTextSyntax {
        FullTextSyntax::MatchAgainst
    }

    fn spelling(&self, builtin: Builtin) -> Spelling {
        builtin::spelling(builtin, &F::ANSWERS)
    }

    fn string_aggregate(&self) -> StringAggregate {
        StringAggregate::GroupConcatSeparator
    }

    fn supports_aggregate_filter(&self) -> bool {
        false
    }

    /// "Window Function Restrictions", MySQL 8.0: both are parsed, and refused.
    fn supports_extended_frames(&self) -> bool {
        false
    }

    /// In UTC whatever the session's time zone, and as precise as the columns.
    fn now(&self, sql: &mut String) {
        sql.push_str("utc_timestamp(6)");
    }

    /// CAST has type names of its own.
    /// "Standard SQL … must reference only columns in the GROUP BY clause or columns used in aggregate functions" (MySQL 8.4,
    /// 15.2.13): the columns within an expression are not found there.
    fn having_takes_grouped_expressions(&self) -> bool {
        false
    }

    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            // A narrow unsigned integer fits a signed one, whose differences may be below zero.
            ColumnType::UnsignedBigInt => "UNSIGNED",
            integer if integer.is_integer() => "SIGNED",
            // Spans of time are microseconds.
            ColumnType::Bool | ColumnType::Interval => "SIGNED",
            ColumnType::Float => "FLOAT",
            ColumnType::Double => "DOUBLE",
            // Without a precision it would cut the fraction off.
            ColumnType::Decimal { precision: None } => "DECIMAL(65, 30)",
            ColumnType::Decimal { precision: Some((digits, scale)) } => {
                // Writing to a string cannot fail.
                let _ = write!(sql, "DECIMAL({digits}, {scale})");
                return;
            }
            ColumnType::Bytes => "BINARY",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME(6)",
            ColumnType::Timestamp | ColumnType::TimestampTz => "DATETIME(6)",
            ColumnType::Json => F::ANSWERS.cast_to_json,
            ColumnType::Uuid => F::ANSWERS.uuid.0,
            ColumnType::String(length) => return display(sql, format_args!("CHAR({length})")),
            ColumnType::Custom(name) => name,
            _ => "CHAR",
        });
    }

    // Literals and schema.

    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
        literal::write(sql, value, &F::ANSWERS)
    }

    fn max_identifier_length(&self) -> usize {
        64
    }

    fn autoincrement(&self) -> AutoIncrementSyntax {
        AutoIncrementSyntax::Keyword
    }

    fn supports_sequences(&self) -> bool {
        F::ANSWERS.sequences
    }

    /// `AUTO_INCREMENT` has neither a name nor a step of its own.
    fn numbers_by_sequence(&self, sequence: &Sequence) -> bool {
        F::ANSWERS.sequences && sequence.name.is_some()
    }

    fn supports_uuid(&self) -> bool {
        F::ANSWERS.uuid.1
    }

    fn default_needs_parentheses(&self, ty: &ColumnType) -> bool {
        F::ANSWERS.parenthesized_defaults
            && matches!(ty, ColumnType::Text | ColumnType::Bytes | ColumnType::Json)
    }

    fn enum_needs_check(&self, ty: &EnumType) -> bool {
        !ty.native
    }

    fn comments(&self) -> CommentSyntax {
        CommentSyntax::Inline
    }

    /// InnoDB reads `SET DEFAULT` and refuses it.
    fn supports_referential_action(&self, action: ReferentialAction) -> bool {
        action != ReferentialAction::SetDefault
    }

    fn supports_transactional_ddl(&self) -> bool {
        false
    }

    /// A foreign key looks for a table without a database in the one of its own table (MariaDB 10.11, InnoDB).
    fn references_current_schema(&self) -> bool {
        false
    }

    fn references_before_creation(&self) -> bool {
        true
    }

    fn suspend_foreign_keys(&self) -> Option<(&'static str, &'static str)> {
        Some(("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"))
    }

    fn indexes_in_table(&self) -> bool {
        true
    }

    fn supports_partial_indexes(&self) -> bool {
        false
    }

    fn table_options(&self) -> &'static str {
        " DEFAULT CHARACTER SET utf8mb4"
    }
}
