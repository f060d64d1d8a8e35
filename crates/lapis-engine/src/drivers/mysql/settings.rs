//! The settings of a session.

use std::fmt::Write;
use std::time::Duration;

use lapis_sql::types::Decode;

use super::exchange::{Event, Exchange, Owed};
use crate::error::Result;

/// Makes the session what the rest of the driver takes for granted, and asks what it has to know, in one round trip.
/// Gives how far apart the numbers are that the rows of one INSERT get.
pub(super) async fn apply(exchange: &mut Exchange, lock_timeout: Option<Duration>) -> Result<i64> {
    exchange.send_text(&settings(lock_timeout), Owed::Text { reads: false })?;
    exchange
        .send_text("SELECT @@max_allowed_packet, @@auto_increment_increment", Owed::Text { reads: true })?;
    exchange.outcome().await?;
    let mut found = (None, None);
    loop {
        match exchange.event().await? {
            Event::Row => {
                let row = exchange.row()?;
                let number = |index| row.cell(index).and_then(|cell| i64::decode(cell).ok());
                found = (number(0), number(1));
            }
            Event::Done(_) => break,
            Event::Failed(error) => return Err(error.into_error()),
            Event::Result | Event::Prepared(_) => {}
        }
    }
    let (max_packet, insert_id_step) = found;
    if let Some(bytes) = max_packet.and_then(|bytes| usize::try_from(bytes).ok()) {
        exchange.set_max_packet(bytes);
    }
    Ok(insert_id_step.unwrap_or(1))
}

/// In UTC, as instants are stored and read. STRICT_TRANS_TABLES, for without it the server stores a value that does not
/// fit as another one that does, and only warns. NO_AUTO_VALUE_ON_ZERO, for without it a key of 0 is stored as another
/// number.
fn settings(lock_timeout: Option<Duration>) -> String {
    let mut settings = String::from(
        "SET NAMES utf8mb4, time_zone = '+00:00', autocommit = 1, sql_mode = \
         concat_ws(',', nullif(@@sql_mode, ''), 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO')",
    );
    if let Some(timeout) = lock_timeout {
        // Whole seconds, at least one, and no more than the server takes.
        const YEAR: u64 = 31_536_000;
        let seconds =
            timeout.as_secs().saturating_add(u64::from(timeout.subsec_nanos() > 0)).clamp(1, YEAR);
        // Writing to a string cannot fail.
        let _ = write!(settings, ", innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}");
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_waited_for_in_whole_seconds() {
        for (timeout, seconds) in [
            (Duration::ZERO, 1),
            (Duration::from_millis(1500), 2),
            (Duration::from_secs(3), 3),
            (Duration::MAX, 31_536_000),
        ] {
            let settings = settings(Some(timeout));
            assert!(settings.contains(&format!("innodb_lock_wait_timeout = {seconds},")), "{settings}");
        }
        assert!(!settings(None).contains("lock_wait_timeout"));
    }
}
