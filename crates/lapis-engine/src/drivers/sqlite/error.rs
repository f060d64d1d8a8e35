//! SQLite's result codes as kinds of errors.

use lapis_sql::schema::LengthCheck;
use rusqlite::{ErrorCode, ffi};

use crate::error::{Constraint, Error, ErrorKind, OperationalCause, Violation};

/// The engine's error for one of SQLite's.
pub(super) fn translate(error: rusqlite::Error) -> Error {
    let code = match &error {
        #[cfg(feature = "bundled-sqlite")]
        rusqlite::Error::SqlInputError { error, .. } => Some(*error),
        other => other.sqlite_error().copied(),
    };
    let Some(code) = code else {
        return match &error {
            rusqlite::Error::NulError(_) => Error::data("SQL may not hold a NUL character"),
            rusqlite::Error::MultipleStatement => Error::programming(
                "several statements were given where one is run; run them one by one, or as a script",
            ),
            _ => Error::programming(error.to_string()),
        }
        .with_source(error);
    };
    let message = message(&error);
    let operational = |cause, hint: &str| Error::operational(cause, format!("{message}{hint}"));
    match code.code {
        ErrorCode::ConstraintViolation => {
            let violation = violation(code.extended_code, message);
            match violation.name.as_deref().and_then(LengthCheck::from_name) {
                // The servers, whose columns have a length of their own, call this an error of the data as well.
                Some(LengthCheck { column, length }) => Error::data(format!(
                    "the text is too long for {column}, which holds at most {length} characters; shorten it, or make the \
                     column longer"
                )),
                None => Error::new(ErrorKind::Integrity(violation)),
            }
        }
        ErrorCode::DatabaseBusy if code.extended_code == ffi::SQLITE_BUSY_SNAPSHOT => {
            operational(OperationalCause::Locked, READ_BEFORE_WRITE)
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => operational(
            OperationalCause::Locked,
            ": another connection is in a transaction that holds the lock (SQLite has one writer at a time; a \
             database in memory, or one without `journal_mode=wal`, is not read meanwhile either); end that \
             transaction sooner, or raise `busy_timeout`",
        ),
        ErrorCode::CannotOpen => {
            operational(OperationalCause::CannotOpen, "; check that the file and its directory are there")
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => operational(
            OperationalCause::ReadOnly,
            "; begin a transaction that may write if this one reads only, else open the database with `mode=rwc`, or \
             check the rights on the file and its directory",
        ),
        ErrorCode::DiskFull | ErrorCode::SystemIoFailure => {
            operational(OperationalCause::Disk, "; check the disk's space and health")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            operational(OperationalCause::Corrupt, "; is it a SQLite database, and whole?")
        }
        ErrorCode::OperationInterrupted => operational(OperationalCause::Interrupted, ""),
        ErrorCode::TooBig | ErrorCode::TypeMismatch => Error::data(message),
        ErrorCode::Unknown if message == "integer overflow" => Error::data(message),
        ErrorCode::Unknown | ErrorCode::ParameterOutOfRange | ErrorCode::ApiMisuse => {
            let hint = if message.starts_with("unknown database") {
                "; SQLite's schemas are attached databases: attach it to every connection, by \
                 `EngineBuilder::on_connect(\"ATTACH ..\")`"
            } else if message.starts_with("no such table") {
                "; create the tables first, as `create_all` does"
            } else if message.starts_with("no such column") || message.contains(" has no column named ") {
                "; check its spelling, and add it to the table if the table is older than the program"
            } else {
                ""
            };
            Error::programming(format!("{message}{hint}"))
        }
        _ => operational(OperationalCause::Other, ""),
    }
    .with_native_code(code.extended_code.into())
    .with_source(error)
}

const READ_BEFORE_WRITE: &str = ": another connection writes, or has written since this transaction first read, so it \
     cannot write any more; roll back and run it again, or begin it as one that writes \
     (`TransactionOptions::write`)";

/// The error for a transaction that has read and now wants to write, while another connection does.
pub(super) fn read_before_write(error: rusqlite::Error) -> Error {
    let message = format!("{}{READ_BEFORE_WRITE}", message(&error));
    let code = error.sqlite_error().map_or(ffi::SQLITE_BUSY, |code| code.extended_code);
    Error::operational(OperationalCause::Locked, message)
        .with_native_code(code.into())
        .with_source(error)
}

/// SQLite's own message, without the SQL that rusqlite adds to it.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        #[cfg(feature = "bundled-sqlite")]
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        _ => error.to_string(),
    }
}

/// Reads which constraint it was from messages such as `UNIQUE constraint failed: users.email`.
fn violation(extended_code: i32, message: String) -> Violation {
    let constraint = match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => Constraint::Unique,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => Constraint::Check,
        // SQLite keeps `ON DELETE RESTRICT` and `ON UPDATE RESTRICT` by triggers of its own.
        ffi::SQLITE_CONSTRAINT_TRIGGER if message == "FOREIGN KEY constraint failed" => {
            Constraint::ForeignKey
        }
        _ => Constraint::Other,
    };
    let mut violation = Violation { constraint, name: None, table: None, columns: Vec::new(), message };
    let Some((_, detail)) = violation.message.split_once("constraint failed: ") else { return violation };
    match constraint {
        Constraint::Check => violation.name = Some(detail.to_owned()),
        Constraint::Unique | Constraint::NotNull => {
            if let Some(index) = detail.strip_prefix("index '") {
                violation.name = Some(index.trim_end_matches('\'').to_owned());
            } else {
                for column in detail.split(", ") {
                    let (table, column) = column.rsplit_once('.').unwrap_or(("", column));
                    violation.columns.push(column.to_owned());
                    violation.table = Some(table.to_owned()).filter(|table| !table.is_empty());
                }
            }
        }
        Constraint::ForeignKey | Constraint::Other => {}
    }
    violation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violated(code: i32, message: &str) -> Violation {
        violation(code, message.to_owned())
    }

    #[test]
    fn a_unique_constraint_tells_its_table_and_columns() {
        let found =
            violated(ffi::SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: users.first, users.last");
        assert_eq!(found.constraint, Constraint::Unique);
        assert_eq!(found.table.as_deref(), Some("users"));
        assert_eq!(found.columns, ["first", "last"]);
    }

    #[test]
    fn an_index_on_an_expression_tells_its_name() {
        let found = violated(ffi::SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: index 'ix_lower'");
        assert_eq!(found.name.as_deref(), Some("ix_lower"));
        assert!(found.columns.is_empty());
    }

    #[test]
    fn a_check_tells_its_name() {
        let found = violated(ffi::SQLITE_CONSTRAINT_CHECK, "CHECK constraint failed: ck_age");
        assert_eq!((found.constraint, found.name.as_deref()), (Constraint::Check, Some("ck_age")));
    }

    #[test]
    fn what_a_restricting_foreign_key_forbids_is_its_violation_and_what_a_trigger_raises_is_not() {
        let restricted = violated(ffi::SQLITE_CONSTRAINT_TRIGGER, "FOREIGN KEY constraint failed");
        assert_eq!(restricted.constraint, Constraint::ForeignKey);
        let raised = violated(ffi::SQLITE_CONSTRAINT_TRIGGER, "no more than three");
        assert_eq!(raised.constraint, Constraint::Other);
    }

    #[test]
    fn a_foreign_key_tells_nothing_but_itself() {
        let found = violated(ffi::SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed");
        assert_eq!((found.constraint, found.table), (Constraint::ForeignKey, None));
    }
}
