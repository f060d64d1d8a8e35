//! The server's errors as kinds of errors.

use std::io;

use super::protocol::Reader;
use crate::error::{Constraint, Error, ErrorKind, OperationalCause, Violation};

/// What the server said was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerError {
    pub(super) code: u16,
    pub(super) sqlstate: String,
    pub(super) message: String,
}

impl ServerError {
    /// Reads an `ERR` packet.
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let mut rest = Reader(payload);
        rest.u8()?;
        let code = rest.u16()?;
        // While it says hello, a server names no SQLSTATE.
        let sqlstate = match rest.0.first() {
            Some(b'#') => String::from_utf8_lossy(&rest.bytes(6)?[1..]).into_owned(),
            _ => String::new(),
        };
        Some(Self { code, sqlstate, message: String::from_utf8_lossy(rest.0).into_owned() })
    }

    /// Whether it cannot be prepared, and may run as text.
    pub(super) fn is_unpreparable(&self) -> bool {
        self.code == 1295
    }

    /// Whether there was nothing to be run.
    pub(super) fn is_empty_query(&self) -> bool {
        self.code == 1065
    }

    /// Whether the server closes the connection behind it.
    pub(super) fn ends_connection(&self) -> bool {
        const TOO_LARGE: u16 = 1153;
        is_lost(self.code) || self.code == TOO_LARGE
    }

    /// The engine's error for one of a statement.
    pub(super) fn into_error(self) -> Error {
        let Self { code, sqlstate, message } = self;
        let message = without_value(code, message);
        let operational = |cause, hint: &str| Error::operational(cause, format!("{message}{hint}"));
        let violated = |constraint| Error::new(ErrorKind::Integrity(violation(constraint, &message)));
        let error = match code {
            1062 | 1169 | 1557 | 1586 | 1761 | 1762 | 1859 => violated(Constraint::Unique),
            1216 | 1217 | 1451 | 1452 | 3008 => violated(Constraint::ForeignKey),
            1048 | 1263 | 1364 | 1566 => violated(Constraint::NotNull),
            3819 | 4025 => violated(Constraint::Check),
            // What a trigger raises by SIGNAL.
            1644 => violated(Constraint::Other),
            1205 | 3572 => operational(
                OperationalCause::Locked,
                ": another transaction holds the lock; end it sooner, or raise `innodb_lock_wait_timeout`",
            ),
            1213 | 1614 => operational(
                OperationalCause::Locked,
                ": two transactions wait for each other's locks, so this one was rolled back; run it again from its \
                 beginning, and take locks in the same order everywhere",
            ),
            1020 => operational(
                OperationalCause::Locked,
                ": another transaction has changed the row meanwhile; roll back and run this one again",
            ),
            1290 | 1792 | 1836 => operational(
                OperationalCause::ReadOnly,
                "; use a transaction that is not read only, on a server that is not",
            ),
            1317 | 1968 | 1969 | 3024 => operational(OperationalCause::Interrupted, ""),
            1021 | 1026 | 1030 | 1114 => {
                operational(OperationalCause::Disk, "; check the server's disk for space and health")
            }
            1034 | 1194 | 1195 => {
                operational(OperationalCause::Corrupt, "; repair the table with the server's tools")
            }
            1153 => Error::data(format!("{message}; send less at once, or raise `max_allowed_packet`")),
            _ if is_lost(code) => {
                operational(OperationalCause::ConnectionLost, "; acquire another connection")
            }
            1040 | 1203 | 1226 => operational(OperationalCause::CannotOpen, TOO_MANY),
            1235 => Error::unsupported(message.clone()),
            1264 | 1265 | 1292 | 1365 | 1366 | 1367 | 1406 | 1411 | 1416 | 1690 => {
                Error::data(message.clone())
            }
            // JSON: MySQL's, then MariaDB's.
            3140..=3158 | 4035..=4046 => Error::data(message.clone()),
            _ if sqlstate.starts_with("22") => Error::data(message.clone()),
            _ if sqlstate.starts_with("23") => violated(Constraint::Other),
            _ if sqlstate.starts_with("08") => {
                operational(OperationalCause::ConnectionLost, "; acquire another connection")
            }
            _ if sqlstate.starts_with("40") => operational(
                OperationalCause::Locked,
                "; the transaction was rolled back and may be run again",
            ),
            _ => Error::programming(format!("{message}{}", programming_hint(code))),
        };
        coded(error, code, &sqlstate)
    }

    /// The engine's error for one that answers the attempt to connect.
    pub(super) fn into_refusal(self, place: &str) -> Error {
        let Self { code, sqlstate, message } = self;
        let hint = match code {
            1045 | 1698 => "; check the user's name and password, and from where the user may connect",
            1044 | 1142 => "; grant the user the rights on the database",
            1049 => "; create it first, or check its name in the URL",
            1040 | 1203 | 1226 => TOO_MANY,
            1129 | 1130 => "; let the server take connections from this host",
            _ => "",
        };
        let message = format!("{place} refused the connection: {message}{hint}");
        coded(Error::operational(OperationalCause::CannotOpen, message), code, &sqlstate)
    }
}

const TOO_MANY: &str =
    "; lower `pool_size` and `max_overflow`, or raise the server's `max_connections` or the user's limits";

fn coded(error: Error, code: u16, sqlstate: &str) -> Error {
    let error = error.with_native_code(i64::from(code));
    if sqlstate.is_empty() { error } else { error.with_sqlstate(sqlstate) }
}

fn is_lost(code: u16) -> bool {
    matches!(code, 1053 | 1079 | 1080 | 1152 | 1158..=1161 | 1927 | 2006 | 2013 | 4031)
}

/// The message without the value that it quotes: values may be secrets, and are shown only where that is asked for.
fn without_value(code: u16, message: String) -> String {
    let (before, behind) = match code {
        // `Duplicate entry 'a' for key 'email'`
        1062 | 1586 => ("Duplicate entry '", "' for key '"),
        // `Incorrect integer value: 'a' for column …`, `Truncated incorrect INTEGER value: 'a'`
        1292 | 1366 | 1411 => (" value: '", "'"),
        _ => return message,
    };
    let Some(start) = message.find(before).map(|start| start + before.len()) else { return message };
    let column = message[start..].rfind("' for column ");
    let Some(end) = column.or_else(|| message[start..].rfind(behind)) else { return message };
    format!("{}…{}", &message[..start], &message[start + end..])
}

fn programming_hint(code: u16) -> &'static str {
    match code {
        1146 => "; create the tables first, as `create_all` does",
        1054 => "; check its spelling, and add it to the table if the table is older than the program",
        1300 => "; names hold no characters beyond U+FFFF, such as emoji",
        1142 | 1143 | 1227 | 1370 | 1044 => "; grant the user the right to do so",
        _ => "",
    }
}

/// Reads from the server's message which constraint it was.
fn violation(constraint: Constraint, message: &str) -> Violation {
    let mut violation =
        Violation { constraint, name: None, table: None, columns: Vec::new(), message: message.to_owned() };
    // A part that the message does not have stays unknown.
    let _ = match constraint {
        Constraint::Unique => read_unique(message, &mut violation),
        Constraint::ForeignKey => read_foreign_key(message, &mut violation),
        Constraint::NotNull => read_not_null(message, &mut violation),
        Constraint::Check => read_check(message, &mut violation),
        _ => None,
    };
    violation
}

/// `Duplicate entry 'a' for key 'email'`, or `'users.email'` since MySQL 8.0.19.
fn read_unique(message: &str, violation: &mut Violation) -> Option<()> {
    let (_, key) = message.rsplit_once(" for key '")?;
    let key = key.strip_suffix('\'')?;
    let name = match key.split_once('.') {
        Some((table, name)) => {
            violation.table = Some(table.to_owned());
            name
        }
        None => key,
    };
    violation.name = Some(name.to_owned());
    Some(())
}

/// ``… fails (`db`.`posts`, CONSTRAINT `fk` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`))``
fn read_foreign_key(message: &str, violation: &mut Violation) -> Option<()> {
    let (_, rest) = message.split_once(" fails (")?;
    let (first, mut rest) = quoted(rest)?;
    let mut table = first;
    if let Some(qualified) = rest.strip_prefix('.') {
        (table, rest) = quoted(qualified)?;
    }
    violation.table = Some(table);
    let (name, rest) = quoted(rest.strip_prefix(", CONSTRAINT ")?)?;
    violation.name = Some(name);
    let mut rest = rest.strip_prefix(" FOREIGN KEY (")?;
    loop {
        let (column, behind) = quoted(rest)?;
        violation.columns.push(column);
        rest = behind.strip_prefix(", ")?;
    }
}

/// `Column 'name' cannot be null`, or `Field 'name' doesn't have a default value`.
fn read_not_null(message: &str, violation: &mut Violation) -> Option<()> {
    let (_, rest) = message.split_once('\'')?;
    let (column, _) = rest.rsplit_once("' ")?;
    violation.columns.push(column.to_owned());
    Some(())
}

/// ``CONSTRAINT `ck` failed for `db`.`t` `` of MariaDB, or `Check constraint 'ck' is violated.` of MySQL.
fn read_check(message: &str, violation: &mut Violation) -> Option<()> {
    if let Some(rest) = message.strip_prefix("Check constraint '") {
        violation.name = Some(rest.strip_suffix("' is violated.")?.to_owned());
        return Some(());
    }
    let (mut name, rest) = quoted(message.strip_prefix("CONSTRAINT ")?)?;
    let (_, rest) = quoted(rest.strip_prefix(" failed for ")?)?;
    let (table, _) = quoted(rest.strip_prefix('.')?)?;
    // One without a name of its own is told as its table and column.
    if let Some(column) = name.strip_prefix(&format!("{table}.")) {
        let column = column.to_owned();
        name.clone_from(&column);
        violation.columns.push(column);
    }
    violation.name = Some(name);
    violation.table = Some(table);
    Some(())
}

/// A name in backticks at the front of the text, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('`')?;
    let mut name = String::new();
    loop {
        let (part, behind) = rest.split_once('`')?;
        name.push_str(part);
        match behind.strip_prefix('`') {
            // A doubled backtick is one that is part of the name.
            Some(behind) => {
                name.push('`');
                rest = behind;
            }
            None => return Some((name, behind)),
        }
    }
}

/// The error for a connection that is gone.
#[cold]
pub(super) fn lost(source: Option<io::Error>) -> Error {
    const HINT: &str = "acquire another one";
    match source {
        Some(source) => {
            let message = format!("the connection to the server is lost: {source}; {HINT}");
            Error::operational(OperationalCause::ConnectionLost, message).with_source(source)
        }
        None => {
            let message = format!("the connection to the server is lost; {HINT}");
            Error::operational(OperationalCause::ConnectionLost, message)
        }
    }
}

/// The error for an answer that is not what the protocol says.
#[cold]
pub(super) fn malformed(what: &str) -> Error {
    Error::operational(
        OperationalCause::ConnectionLost,
        format!(
            "the server sent {what}, so the connection was closed; is it MySQL, MariaDB, or a proxy that speaks as they do?"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: u16, sqlstate: &str, message: &str) -> Error {
        ServerError { code, sqlstate: sqlstate.into(), message: message.into() }.into_error()
    }

    fn violated(code: u16, message: &str) -> Violation {
        error(code, "23000", message).violation().unwrap().clone()
    }

    #[test]
    fn a_packet_says_its_code_its_state_and_its_message() {
        let parsed = ServerError::parse(b"\xff\x26\x04#23000Duplicate entry 'a' for key 'x'").unwrap();
        assert_eq!((parsed.code, parsed.sqlstate.as_str()), (1062, "23000"));
        let error = parsed.into_error();
        assert_eq!((error.native_code(), error.sqlstate()), (Some(1062), Some("23000")));
        let early = ServerError::parse(b"\xff\x10\x04Too many connections").unwrap();
        assert_eq!((early.code, early.message.as_str()), (1040, "Too many connections"));
        assert_eq!(ServerError::parse(b"\xff\x10"), None);
    }

    #[test]
    fn a_unique_constraint_tells_its_name() {
        let found = violated(1062, "Duplicate entry 'x' for key 'y' for key 'uq_users_email'");
        assert_eq!((found.constraint, found.name.as_deref()), (Constraint::Unique, Some("uq_users_email")));
        let found = violated(1062, "Duplicate entry '1' for key 'users.PRIMARY'");
        assert_eq!((found.table.as_deref(), found.name.as_deref()), (Some("users"), Some("PRIMARY")));
    }

    #[test]
    fn a_message_tells_no_value() {
        for (code, message, shown) in [
            (1062, "Duplicate entry 'x' for key 'y' for key 'uq'", "Duplicate entry '…' for key 'uq'"),
            (
                1366,
                "Incorrect integer value: 'it's' for column `db`.`t`.`x` at row 1",
                "Incorrect integer value: '…' for column `db`.`t`.`x` at row 1",
            ),
            (1292, "Truncated incorrect INTEGER value: 'abc'", "Truncated incorrect INTEGER value: '…'"),
            (1406, "Data too long for column 'name' at row 1", "Data too long for column 'name' at row 1"),
        ] {
            let told = error(code, "22000", message).to_string();
            assert!(told.starts_with(shown), "{told}");
        }
    }

    #[test]
    fn a_foreign_key_tells_its_table_name_and_columns() {
        let found = violated(
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`db`.`po``sts`, CONSTRAINT `fk_posts` \
             FOREIGN KEY (`author_id`, `kind`) REFERENCES `users` (`id`, `kind`))",
        );
        assert_eq!(found.constraint, Constraint::ForeignKey);
        assert_eq!(found.table.as_deref(), Some("po`sts"));
        assert_eq!(found.name.as_deref(), Some("fk_posts"));
        assert_eq!(found.columns, ["author_id", "kind"]);
        let bare = violated(1217, "Cannot delete or update a parent row: a foreign key constraint fails");
        assert_eq!((bare.constraint, bare.name), (Constraint::ForeignKey, None));
    }

    #[test]
    fn what_may_not_be_null_tells_its_column() {
        for message in ["Column 'it''s' cannot be null", "Field 'it''s' doesn't have a default value"] {
            let code = if message.starts_with('C') { 1048 } else { 1364 };
            let found = violated(code, message);
            assert_eq!((found.constraint, &found.columns[0][..]), (Constraint::NotNull, "it''s"));
        }
    }

    #[test]
    fn a_check_tells_its_name_on_both_servers() {
        let found = violated(4025, "CONSTRAINT `ck_age` failed for `db`.`users`");
        assert_eq!((found.name.as_deref(), found.table.as_deref()), (Some("ck_age"), Some("users")));
        let found = violated(4025, "CONSTRAINT `users.age` failed for `db`.`users`");
        assert_eq!((found.name.as_deref(), &found.columns[..]), (Some("age"), &["age".to_owned()][..]));
        let found = violated(3819, "Check constraint 'ck_age' is violated.");
        assert_eq!((found.constraint, found.name.as_deref()), (Constraint::Check, Some("ck_age")));
    }

    #[test]
    fn other_errors_are_of_the_kind_that_says_what_to_do() {
        assert!(error(1213, "40001", "Deadlock found").is_locked());
        assert!(error(1205, "HY000", "Lock wait timeout exceeded").is_locked());
        assert!(error(1927, "70100", "Connection was killed").is_connection_lost());
        assert!(error(1053, "08S01", "Server shutdown in progress").is_connection_lost());
        assert!(matches!(error(1406, "22001", "Data too long").kind(), ErrorKind::Data(_)));
        assert!(matches!(error(1690, "22003", "out of range").kind(), ErrorKind::Data(_)));
        assert!(matches!(error(1064, "42000", "syntax").kind(), ErrorKind::Programming(_)));
        let missing = error(1146, "42S02", "Table 'db.t' doesn't exist");
        assert!(missing.to_string().contains("create_all"), "{missing}");
        let cause = |error: &Error| match error.kind() {
            ErrorKind::Operational { cause, .. } => Some(*cause),
            _ => None,
        };
        assert_eq!(cause(&error(1792, "25006", "READ ONLY")), Some(OperationalCause::ReadOnly));
        assert_eq!(cause(&error(1317, "70100", "interrupted")), Some(OperationalCause::Interrupted));
    }

    #[test]
    fn a_refused_connection_says_what_to_check() {
        let refuse = |code| {
            let error = ServerError { code, sqlstate: "28000".into(), message: "Access denied".into() };
            error.into_refusal("localhost:3306").to_string()
        };
        assert!(refuse(1045).contains("localhost:3306 refused the connection: Access denied; check"));
        assert!(refuse(1049).contains("create it first"));
        assert!(refuse(1040).contains("`pool_size`"));
    }
}
