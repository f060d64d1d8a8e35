//! Who is let in, and who is not.

use lapis_engine::{Engine, Error, ErrorKind, OperationalCause, Result};

use crate::cluster::Cluster;
use crate::common::value_of;

const HBA: &str = "
host all scram 127.0.0.1/32 scram-sha-256
host all md5 127.0.0.1/32 md5
host all clear 127.0.0.1/32 password
host all trusted 127.0.0.1/32 trust
host all unknown 127.0.0.1/32 trust
host all gss 127.0.0.1/32 gss
host all rejected 127.0.0.1/32 reject";

/// Every character that means something in a URL, in SQL, or to SCRAM's preparation of strings (a wide space, a ligature).
const PASSWORDS: [&str; 5] = [
    "secret",
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABC[\\]^_`abc{|}~",
    "p@ss:w/rd?x#y%20",
    "Grüße 🦀 пароль",
    "wide\u{a0}space and \u{fb01}ligature",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn who(url: &str) -> Result<String> {
    let engine = Engine::connect(url).await?;
    let user = value_of(&engine, "SELECT current_user::text").await;
    engine.close().await?;
    user
}

async fn refused(url: &str) -> Error {
    let error = who(url).await.expect_err("a connection that is refused");
    assert!(!format!("{error} {error:?}").contains("wrong"), "{error:?}");
    error
}

#[tokio::test]
async fn users_are_let_in_as_pg_hba_says() -> Result<()> {
    let Some(cluster) = Cluster::start(HBA, "")? else { return Ok(()) };
    let admin = Engine::connect(&cluster.admin()).await?;
    for user in ["scram", "md5", "clear", "trusted", "gss", "rejected"] {
        admin.script(&format!("CREATE ROLE {user} LOGIN")).await?;
    }
    for (user, encryption) in
        [("scram", "scram-sha-256"), ("md5", "md5"), ("clear", "scram-sha-256"), ("md5", "scram-sha-256")]
    {
        for password in PASSWORDS {
            let quoted = password.replace('\'', "''");
            admin
                .script(&format!(
                    "SET password_encryption = '{encryption}'; ALTER ROLE {user} PASSWORD '{quoted}'"
                ))
                .await?;
            let password = encoded(password);
            assert_eq!(who(&cluster.url(&format!("{user}:{password}"), "")).await?, user);
        }
        let error = refused(&cluster.url(&format!("{user}:wrong"), "")).await;
        assert_eq!(error.sqlstate(), Some("28P01"));
        assert!(error.to_string().contains("check user and password"), "{error}");
        let error = refused(&cluster.url(user, "")).await.to_string();
        assert!(error.contains("asks for the password of") && error.contains(user), "{error}");
    }
    let option = format!("password={}", encoded(PASSWORDS[PASSWORDS.len() - 1]));
    assert_eq!(who(&cluster.url("scram", &option)).await?, "scram");
    assert_eq!(who(&cluster.url("trusted", "")).await?, "trusted");
    assert_eq!(who(&cluster.url("trusted:wrong", "")).await?, "trusted");

    for (user, says) in [("unknown", "unknown"), ("rejected", "pg_hba.conf"), ("nobody", "pg_hba.conf")] {
        let error = refused(&cluster.url(&format!("{user}:wrong"), "")).await;
        assert!(
            matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(says), "{error}");
    }
    let error = refused(&cluster.url("trusted", "dbname=no_such")).await;
    assert!(error.sqlstate() == Some("3D000") && error.to_string().contains("no_such"), "{error}");

    // Who is refused is not tried elsewhere: that the second host is down is not the reason.
    let url = cluster.url("scram:wrong", "").replace("/postgres?", ",127.0.0.1:1/postgres?");
    assert_eq!(refused(&url).await.sqlstate(), Some("28P01"));
    admin.close().await
}

#[tokio::test]
async fn a_server_without_room_says_so() -> Result<()> {
    let settings = "max_connections = 5\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0";
    let Some(cluster) = Cluster::start("", settings)? else { return Ok(()) };
    let engine = Engine::builder(cluster.admin()).pool_size(10).connect().await?;
    let mut held = Vec::new();
    let error = loop {
        match engine.acquire().await {
            Ok(connection) => held.push(connection),
            Err(error) => break error,
        }
    };
    assert_eq!((held.len(), error.sqlstate()), (5, Some("53300")));
    assert!(error.to_string().contains("lower `pool_size`"), "{error}");
    drop(held);
    engine.close().await
}
