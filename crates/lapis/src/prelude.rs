//! What everyday programs use: `use lapis::prelude::*`.

pub use crate::{Connection, Engine, FromRow, Json, MetaData, SqlEnum, SqlType, Transaction, func};

pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
pub use rust_decimal::Decimal;
pub use uuid::Uuid;

pub use lapis_sql::expr::{Column, ExprOps, lit};
pub use lapis_sql::statement::{select, text};
