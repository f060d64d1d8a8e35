//! The ways in which a user proves who they are.

use lapis_engine::{Engine, Result};

use crate::common::{altered, server, unique, value_of};
use crate::fake::{Dialogue, serve};

/// Each character that means something in a URL, and others than ASCII's.
const PASSWORD: &str = "p@ss:w/rd?#[]%25 'é🦀";
const ENCODED: &str = "p%40ss%3Aw%2Frd%3F%23%5B%5D%2525%20%27%C3%A9%F0%9F%A6%80";

/// Creates a user, connects as them, and removes them.
async fn connects(admin: &Engine, url: &str, how: &str, password: &str) -> Result<()> {
    let user = unique("user");
    match admin.script(&format!("CREATE USER {user}@'%' {how}")).await {
        // The test's own user may not.
        Err(error) if error.native_code() == Some(1227) => return Ok(()),
        created => created?,
    }
    let connected = Engine::connect(&altered(url, Some(&format!("{user}{password}")), "", "")).await;
    let refused = Engine::connect(&altered(url, Some(&format!("{user}:wrong")), "", "")).await;
    admin.script(&format!("DROP USER {user}@'%'")).await?;
    let engine = connected?;
    assert!(value_of::<String>(&engine, "SELECT current_user()").await?.starts_with(&user));
    engine.close().await?;
    assert_eq!(refused.expect_err("a wrong password").native_code(), Some(1045));
    Ok(())
}

#[tokio::test]
async fn a_password_may_hold_every_character() -> Result<()> {
    let Some(url) = server() else { return Ok(()) };
    let admin = Engine::connect(&url).await?;
    let how = format!("IDENTIFIED BY '{}'", PASSWORD.replace('\'', "''"));
    connects(&admin, &url, &how, &format!(":{ENCODED}")).await?;
    connects(&admin, &url, "IDENTIFIED BY ''", "").await?;
    admin.close().await
}

#[tokio::test]
async fn an_account_may_be_of_ed25519() -> Result<()> {
    let Some(url) = server() else { return Ok(()) };
    let admin = Engine::connect(&url).await?;
    let installed = "SELECT count(*) FROM information_schema.plugins WHERE plugin_name = 'ed25519'";
    // Where it cannot be installed, there are no such accounts either.
    let install = value_of::<i64>(&admin, installed).await? == 0;
    if install && admin.script("INSTALL SONAME 'auth_ed25519'").await.is_err() {
        return admin.close().await;
    }
    let how = format!("IDENTIFIED VIA ed25519 USING PASSWORD('{}')", PASSWORD.replace('\'', "''"));
    let result = connects(&admin, &url, &how, &format!(":{ENCODED}")).await;
    if install {
        admin.script("UNINSTALL SONAME 'auth_ed25519'").await?;
    }
    result?;
    admin.close().await
}

/// Of a server with MySQL's caching_sha2_password, which MariaDB 10.11 does not have.
#[tokio::test]
async fn a_password_that_the_server_remembers_is_not_sent() {
    let (port, server) = serve(|socket| {
        let mut dialogue = Dialogue(socket);
        dialogue.greet("caching_sha2_password");
        let (sequence, response) = dialogue.receive();
        assert!(!response.windows(6).any(|window| window == b"secret"));
        dialogue.send(sequence + 1, b"\x01\x03");
        dialogue.let_in(sequence + 2);
    });
    let engine = Engine::connect(&format!("mysql://ann:secret@127.0.0.1:{port}/")).await.unwrap();
    assert_eq!(engine.dialect().name(), "MySQL");
    server.join().unwrap();
}

/// A key of 2048 bits, whose other half nobody has.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwePJ5qMiIntM4Xnr9YeZ
PYR55D2Zhc42CuaKPTApyWcHF/W/dBQBCppTjWW/il6eq240XxRbmTmLuuBSpfdM
OCJOjgscnFJfLve846A1m9MHqWkq+ulNiKRA6KpSkyASDSGqyXGPs0g1VIOqGN0h
JP6i+S2YFlg9HfuArLCfJFMoeazCykrfjdeXtSm/S9xac0VhEbTrNKlMfpwr+GWh
8CRQAbkLQ91Oh7ZurV0j2HjAsf4x3jHizOybXbCL0XBfqXpBVf2BOtsPE86Ev6EN
1cjg8EL1KS9iX+FCuUJ1F7YLjIa0Wc50xI8816TSEA6sX8sT6nTjW9CIoWtAW2wu
hQIDAQAB
-----END PUBLIC KEY-----
";

#[tokio::test]
async fn a_password_that_the_server_forgot_is_sent_under_its_key() {
    let (port, server) = serve(|socket| {
        let mut dialogue = Dialogue(socket);
        dialogue.greet("caching_sha2_password");
        let (sequence, _) = dialogue.receive();
        dialogue.send(sequence + 1, b"\x01\x04");
        let (sequence, request) = dialogue.receive();
        assert_eq!(request, [2], "the key is asked for, since anybody may listen");
        dialogue.send(sequence + 1, &[b"\x01", KEY.as_bytes()].concat());
        let (sequence, encrypted) = dialogue.receive();
        assert_eq!(encrypted.len(), 256);
        dialogue.let_in(sequence + 1);
    });
    assert!(Engine::connect(&format!("mysql://ann:secret@127.0.0.1:{port}/")).await.is_ok());
    server.join().unwrap();
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    for key in ["", "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", "no key"] {
        let (port, server) = serve(move |socket| {
            let mut dialogue = Dialogue(socket);
            dialogue.greet("sha256_password");
            let (sequence, request) = dialogue.receive();
            assert!(!request.windows(6).any(|window| window == b"secret"));
            dialogue.send(sequence + 1, &[b"\x01", key.as_bytes()].concat());
        });
        let error = Engine::connect(&format!("mysql://ann:secret@127.0.0.1:{port}/")).await.unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("public key that is none") || message.contains("cannot be answered"),
            "{message}"
        );
        server.join().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_asks_for_the_plain_password_where_anybody_listens_gets_none() {
    let (port, server) = serve(|socket| {
        let mut dialogue = Dialogue(socket);
        dialogue.greet("mysql_native_password");
        let (sequence, _) = dialogue.receive();
        dialogue.send(sequence + 1, b"\xfemysql_clear_password\0");
        let mut rest = Vec::new();
        let _ = std::io::Read::read_to_end(&mut dialogue.0, &mut rest);
        rest
    });
    let error = Engine::connect(&format!("mysql://ann:secret@127.0.0.1:{port}/")).await.unwrap_err();
    assert!(error.to_string().contains("`mysql_clear_password`"), "{error}");
    assert_eq!(server.join().unwrap(), b"");
}
