//! What everyday programs use: `use lapis::prelude::*`.

pub use crate::{
    Auto, Connection, Engine, Entity, EntityState, FromRow, Handle, Json, Many, MetaData, One, OpenSession,
    Ref, Session, SessionMaker, SqlEnum, SqlType, Transaction, func, hybrid,
};

pub use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
pub use rust_decimal::Decimal;
pub use uuid::Uuid;

pub use lapis_orm::entity::entity;
pub use lapis_orm::loading::{EagerLoad, EagerRelation};
pub use lapis_orm::relation::Relation;
pub use lapis_sql::expr::{BitOps, Column, ExprOps, JsonOps, lit};
pub use lapis_sql::statement::{select, text};
