//! PostgreSQL's errors as kinds of errors.

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

use crate::error::{Constraint, Error, ErrorKind, OperationalCause, Violation};

/// What the server said.
#[derive(Debug, Default)]
pub(super) struct ServerError {
    severity: String,
    code: String,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<u32>,
    table: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
}

impl ServerError {
    /// Reads the fields that `PostgreSQL 18, 54.8. Error and Notice Message Fields` names.
    pub(super) fn read(mut fields: ErrorFields<'_>) -> Self {
        let mut error = Self::default();
        while let Ok(Some(field)) = fields.next() {
            let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'V' => error.severity = text,
                b'S' if error.severity.is_empty() => error.severity = text,
                b'C' => error.code = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'P' => error.position = text.parse().ok(),
                b't' => error.table = Some(text),
                b'c' => error.column = Some(text),
                b'n' => error.constraint = Some(text),
                _ => {}
            }
        }
        error
    }

    /// Whether the server closes the connection with it.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    /// The engine's error for it. The detail stays out of the message where it may hold the values of a row.
    pub(super) fn into_error(self) -> Error {
        let code = self.code.clone();
        let operational =
            |error: &Self, cause, hint: &str| Error::operational(cause, format!("{}{hint}", error.message));
        let error = match code.as_bytes() {
            b"23505" => self.violation(Constraint::Unique),
            b"23503" => self.violation(Constraint::ForeignKey),
            b"23502" => self.violation(Constraint::NotNull),
            b"23514" => self.violation(Constraint::Check),
            [b'2', b'3', ..] => self.violation(Constraint::Other),
            b"40001" | b"40P01" => operational(
                &self,
                OperationalCause::Locked,
                "; another transaction changed the same rows: roll back and run the transaction again",
            ),
            b"55P03" => operational(
                &self,
                OperationalCause::Locked,
                "; another transaction holds the lock: try again later, or wait for it without NOWAIT",
            ),
            b"57014" => operational(&self, OperationalCause::Interrupted, ""),
            b"57P01" | b"57P02" | b"57P04" | b"57P05" | b"25P03" => {
                operational(&self, OperationalCause::ConnectionLost, "; acquire another connection")
            }
            b"57P03" => operational(&self, OperationalCause::CannotOpen, "; try again in a moment"),
            // Others of the class are of connections that the server has to servers of its own.
            [b'0', b'8', ..] if self.is_fatal() => operational(&self, OperationalCause::ConnectionLost, ""),
            b"28P01" | b"28000" => operational(
                &self,
                OperationalCause::CannotOpen,
                "; check user and password in the URL, and what pg_hba.conf lets in",
            ),
            b"3D000" => operational(&self, OperationalCause::CannotOpen, "; create it first"),
            b"53300" => operational(
                &self,
                OperationalCause::CannotOpen,
                "; lower `pool_size` and `max_overflow`, or raise the server's max_connections",
            ),
            b"53100" | b"58030" => operational(&self, OperationalCause::Disk, ""),
            b"25006" => operational(
                &self,
                OperationalCause::ReadOnly,
                "; write in a transaction that is not read only, on the primary",
            ),
            b"25P02" => Error::invalid_request(
                "an earlier statement of this transaction failed, and PostgreSQL runs no other before it is rolled back; \
                 roll it back, or run what may fail within a savepoint (`begin_nested`)",
            ),
            b"0A000" => Error::unsupported(self.explained()),
            [b'2', b'2', ..] => Error::data(self.without_value().explained()),
            b"42P01" => Error::programming(format!(
                "{}; create the tables first, as `create_all` does",
                self.message
            )),
            b"42703" => Error::programming(format!(
                "{}; check its spelling, and add it to the table if the table is older than the program",
                self.explained()
            )),
            b"26000" | b"42P05" => Error::programming(format!(
                "{}; behind a pooler that gives each transaction another connection, as pgbouncer does in transaction \
                 mode, add `prepared_statements=false` to the URL",
                self.message
            )),
            [b'4', b'2', ..]
            | [b'2', b'1', ..]
            | [b'2', b'6', ..]
            | [b'3', b'4', ..]
            | [b'5', b'4', ..] => Error::programming(self.explained()),
            [b'2', b'5', ..] | [b'3', b'B', ..] | [b'0', b'B', ..] | [b'2', b'D', ..] => {
                Error::invalid_request(self.message)
            }
            // The hint says which setting of the server it takes.
            [b'5', b'3', ..] | [b'5', b'5', ..] | [b'5', b'7', ..] | [b'5', b'8', ..] => {
                Error::operational(OperationalCause::Other, self.explained())
            }
            b"XX001" | b"XX002" => operational(&self, OperationalCause::Corrupt, ""),
            [b'P', b'0', ..] => Error::data(self.explained()),
            _ => operational(&self, OperationalCause::Other, ""),
        };
        error.with_sqlstate(&code)
    }

    /// The message with the server's hint, and where in the SQL it is.
    fn explained(&self) -> String {
        let mut text = self.message.clone();
        if let Some(position) = self.position {
            text.push_str(&format!(" at character {position}"));
        }
        if let Some(hint) = &self.hint {
            text.push_str("; ");
            text.push_str(hint.trim_end_matches('.'));
        }
        text
    }

    /// Leaves out the value that the message quotes: values may be secrets, and are shown only where that is asked for.
    fn without_value(mut self) -> Self {
        let quoted = if let Some(rest) = self.message.strip_prefix("value \"") {
            // `value "99999" is out of range for type smallint`
            rest.rfind("\" is ").map(|end| (7, 7 + end))
        } else {
            // `invalid input syntax for type integer: "a"`
            self.message.find(": \"").map(|at| (at + 3, self.message.rfind('"').unwrap_or(at + 3)))
        };
        if let Some((start, end)) = quoted {
            self.message.replace_range(start..end.max(start), "…");
        }
        self
    }

    fn violation(self, constraint: Constraint) -> Error {
        let columns = match self.column {
            Some(column) => vec![column],
            None => self.detail.as_deref().map(key_columns).unwrap_or_default(),
        };
        Error::new(ErrorKind::Integrity(Violation {
            constraint,
            name: self.constraint,
            table: self.table,
            columns,
            message: self.message,
        }))
    }
}

/// Reads the columns of a key from a detail such as `Key (a, "B")=(1, 2) already exists.`
fn key_columns(detail: &str) -> Vec<String> {
    let Some((_, rest)) = detail.split_once('(') else { return Vec::new() };
    let Some((list, _)) = rest.split_once(")=(") else { return Vec::new() };
    // A quoted name may hold a comma; expressions are not columns.
    let mut columns = Vec::new();
    let (mut column, mut quoted) = (String::new(), false);
    for character in list.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => columns.push(std::mem::take(&mut column).trim().to_owned()),
            other => column.push(other),
        }
    }
    columns.push(column.trim().to_owned());
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(code: &str, message: &str) -> ServerError {
        ServerError { code: code.into(), message: message.into(), ..ServerError::default() }
    }

    #[test]
    fn a_violation_tells_constraint_table_and_columns_and_no_values() {
        let error = ServerError {
            detail: Some("Key (email, \"Na,me\")=(secret, x) already exists.".into()),
            table: Some("users".into()),
            constraint: Some("uq_users_email".into()),
            ..server("23505", "duplicate key value violates unique constraint \"uq_users_email\"")
        }
        .into_error();
        assert!(error.is_unique_violation());
        let violation = error.violation().unwrap();
        assert_eq!(violation.columns, ["email", "Na,me"]);
        assert_eq!(violation.table.as_deref(), Some("users"));
        assert_eq!(error.constraint(), Some("uq_users_email"));
        assert_eq!(error.sqlstate(), Some("23505"));
        assert!(!format!("{error} {error:?}").contains("secret"));
    }

    #[test]
    fn values_are_left_out() {
        let message = |code: &str, message: &str| server(code, message).into_error().to_string();
        let syntax = message("22P02", r#"invalid input syntax for type integer: "a": "b""#);
        assert!(syntax.ends_with(r#"type integer: "…""#), "{syntax}");
        let range = message("22003", r#"value "99999" is out of range for type smallint"#);
        assert!(range.ends_with(r#"value "…" is out of range for type smallint"#), "{range}");
        let encoding = r#"invalid byte sequence for encoding "UTF8": 0x00"#;
        assert!(message("22021", encoding).ends_with(encoding));
    }

    #[test]
    fn an_error_of_a_foreign_server_loses_no_connection() {
        let fatal = |severity: &str| ServerError { severity: severity.into(), ..server("08006", "x") };
        assert!(!fatal("ERROR").into_error().is_connection_lost());
        assert!(fatal("FATAL").into_error().is_connection_lost());
    }

    #[test]
    fn codes_become_kinds() {
        assert!(server("40001", "x").into_error().is_locked());
        assert!(server("57P01", "x").into_error().is_connection_lost());
        assert!(matches!(server("22001", "x").into_error().kind(), ErrorKind::Data(_)));
        assert!(matches!(server("42601", "x").into_error().kind(), ErrorKind::Programming(_)));
        assert!(matches!(server("0A000", "x").into_error().kind(), ErrorKind::Unsupported(_)));
        assert!(matches!(server("25P02", "x").into_error().kind(), ErrorKind::InvalidRequest(_)));
    }
}
