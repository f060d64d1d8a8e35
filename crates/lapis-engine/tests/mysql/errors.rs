//! What the server finds wrong, as kinds of errors.

use lapis_engine::{Constraint, Error, ErrorKind, OperationalCause};

use crate::common::on_database;

fn cause(error: &Error) -> Option<OperationalCause> {
    match error.kind() {
        ErrorKind::Operational { cause, .. } => Some(*cause),
        _ => None,
    }
}

on_database! {
    a_violation_tells_its_constraint(database) {
        database
            .script(
                "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(5) NOT NULL, age INT, \
                 CONSTRAINT uq_name UNIQUE (name), CONSTRAINT ck_age CHECK (age >= 0)); \
                 CREATE TABLE posts (id INT PRIMARY KEY, author_id INT, \
                 CONSTRAINT fk_author FOREIGN KEY (author_id) REFERENCES users (id)); \
                 INSERT INTO users VALUES (1, 'Ann', 30); INSERT INTO posts VALUES (1, 1)",
            )
            .await?;
        for (sql, constraint, name, column) in [
            ("INSERT INTO users VALUES (2, 'Ann', 1)", Constraint::Unique, Some("uq_name"), None),
            ("INSERT INTO users VALUES (1, 'Bob', 1)", Constraint::Unique, Some("PRIMARY"), None),
            ("INSERT INTO users VALUES (2, 'Bob', -1)", Constraint::Check, Some("ck_age"), None),
            ("INSERT INTO users VALUES (2, NULL, 1)", Constraint::NotNull, None, Some("name")),
            ("INSERT INTO users (id) VALUES (2)", Constraint::NotNull, None, Some("name")),
            ("INSERT INTO posts VALUES (2, 9)", Constraint::ForeignKey, Some("fk_author"), Some("author_id")),
            ("DELETE FROM users", Constraint::ForeignKey, Some("fk_author"), Some("author_id")),
        ] {
            let error = database.script(sql).await.unwrap_err();
            let violation = error.violation().unwrap_or_else(|| panic!("{error:?}"));
            assert_eq!(violation.constraint, constraint, "{sql}");
            assert_eq!(violation.name.as_deref(), name, "{sql}");
            assert_eq!(violation.columns.first().map(String::as_str), column, "{sql}");
            assert!(error.sqlstate().is_some_and(|state| state.len() == 5), "{error:?}");
        }
    }

    a_value_that_does_not_fit_is_refused_and_not_cut(database) {
        database.script("CREATE TABLE t (name VARCHAR(3), small TINYINT, day DATE)").await?;
        for sql in [
            "INSERT INTO t (name) VALUES ('long')",
            "INSERT INTO t (small) VALUES (128)",
            "INSERT INTO t (small) VALUES ('x')",
            "INSERT INTO t (day) VALUES ('2024-02-30')",
        ] {
            let error = database.script(sql).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Data(_)), "{sql}: {error:?}");
        }
    }

    wrong_sql_says_what_to_do(database) {
        for (sql, hint) in [
            ("SELEC 1", "SQL syntax"),
            ("SELECT * FROM missing", "`create_all`"),
            ("SELECT nothing", "check its spelling"),
        ] {
            let error = database.script(sql).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{sql}: {error:?}");
            assert!(error.to_string().contains(hint), "{error}");
        }
    }

    what_a_trigger_raises_is_a_violation_of_a_rule(database) {
        database
            .script("CREATE TABLE t (x INT); CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW \
                     SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no more than three'")
            .await?;
        let error = database.script("INSERT INTO t VALUES (1)").await.unwrap_err();
        assert_eq!(error.violation().map(|violation| violation.constraint), Some(Constraint::Other));
        assert!(error.to_string().contains("no more than three"));
    }

    a_statement_that_is_stopped_says_so(database) {
        let mut connection = database.acquire().await?;
        let id: i64 = crate::common::value(&mut connection, "SELECT connection_id()").await?;
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            database.script(&format!("KILL QUERY {id}")).await
        };
        let (stopped, killed) = tokio::join!(connection.script("DO sleep(10)"), stop);
        killed?;
        // MySQL and MariaDB end a sleep without an error, unless it is part of something.
        if let Err(error) = stopped {
            assert_eq!(cause(&error), Some(OperationalCause::Interrupted), "{error:?}");
        }
    }
}
