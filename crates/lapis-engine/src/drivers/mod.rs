//! The databases, each behind its cargo feature.

#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::sync::Arc;

use crate::driver::Driver;
use crate::engine::DriverOptions;
use crate::error::{Error, Result};

/// The driver that a URL's scheme names.
pub(crate) fn open(url: &str, options: &DriverOptions) -> Result<Arc<dyn Driver>> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(Error::configuration(format!(
            "`{url}` is no database URL: it has no scheme; write `sqlite://path`"
        )));
    };
    let _ = (rest, options);
    // Schemes ignore case (RFC 3986, 3.1), and SQLAlchemy's name the driver behind the database.
    match scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase().as_str() {
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => Ok(Arc::new(mysql::MySql::new(url, options)?)),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Arc::new(sqlite::Sqlite::new(rest, options)?)),
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Arc::new(postgres::Postgres::new(url, options)?)),
        _ => Err(Error::configuration(format!(
            "no driver is known for `{scheme}:` URLs; this build has {}",
            KNOWN.join(", ")
        ))),
    }
}

/// The schemes that this build has drivers for.
const KNOWN: &[&str] = &[
    #[cfg(feature = "sqlite")]
    "sqlite",
    #[cfg(feature = "postgres")]
    "postgres",
    #[cfg(feature = "mysql")]
    "mysql",
    #[cfg(feature = "mysql")]
    "mariadb",
];
