//! PostgreSQL's types: what their numbers mean, and how values travel in binary.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of a type in `pg_type`.
pub(super) type Oid = u32;

pub(super) const TEXT: Oid = 25;

/// How a value travels, if it is one and not several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    /// Text as it is; enums travel so as well.
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Inet,
    /// In a form that only the type's own functions know.
    Opaque,
}

/// How a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar(Scalar),
    /// An array, and the type of its elements.
    Array(Oid, Scalar),
    /// A range, and the type of its bounds.
    Range(Scalar),
}

/// A type: its number, and how its values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) oid: Oid,
    pub(super) kind: Kind,
}

/// The types that are built in, by the numbers of `pg_type.dat` (PostgreSQL 18), which never change.
fn built_in(oid: Oid) -> Option<Kind> {
    use Scalar::*;
    let scalar = |oid| {
        Some(match oid {
            16 => Bool,
            17 => Bytes,
            20 => Int8,
            21 => Int2,
            23 => Int4,
            26 | 28 | 29 | 2202..=2206 | 3734 | 3769 | 4089 | 4096 => Oid,
            18 | 19 | TEXT | 142 | 705 | 1042 | 1043 | 2275 => Text,
            114 => Json,
            700 => Float4,
            701 => Float8,
            650 | 869 => Inet,
            1082 => Date,
            1083 => Time,
            1114 => Timestamp,
            1184 => TimestampTz,
            1186 => Interval,
            1700 => Numeric,
            2950 => Uuid,
            3802 => Jsonb,
            _ => return None,
        })
    };
    let element = match oid {
        199 => 114,
        651 => 650,
        1000 => 16,
        1001 => 17,
        1002 => 18,
        1003 => 19,
        1005 => 21,
        1007 => 23,
        1009 => TEXT,
        1014 => 1042,
        1015 => 1043,
        1016 => 20,
        1021 => 700,
        1022 => 701,
        1028 => 26,
        1041 => 869,
        1115 => 1114,
        1182 => 1082,
        1183 => 1083,
        1185 => 1184,
        1187 => 1186,
        1231 => 1700,
        2951 => 2950,
        3807 => 3802,
        _ => 0,
    };
    let bound = match oid {
        3904 => 23,
        3906 => 1700,
        3908 => 1114,
        3910 => 1184,
        3912 => 1082,
        3926 => 20,
        _ => 0,
    };
    if element != 0 {
        return scalar(element).map(|scalar| Kind::Array(element, scalar));
    }
    if bound != 0 {
        return scalar(bound).map(Kind::Range);
    }
    scalar(oid).map(Kind::Scalar)
}

/// What is known of types that are not built in: enums, domains, those of extensions. The connections of an
/// engine share it.
#[derive(Debug, Default)]
pub(super) struct Types(Mutex<HashMap<Oid, Kind>>);

impl Types {
    /// The type, if it is known.
    pub(super) fn get(&self, oid: Oid) -> Option<Type> {
        let kind = built_in(oid).or_else(|| self.lock().get(&oid).copied())?;
        Some(Type { oid, kind })
    }

    /// The type, and what is not known is opaque.
    pub(super) fn get_or_opaque(&self, oid: Oid) -> Type {
        self.get(oid).unwrap_or(Type { oid, kind: Kind::Scalar(Scalar::Opaque) })
    }

    /// The query that asks for types, the numbers of which are written into it.
    pub(super) fn query(unknown: &[Oid]) -> String {
        let list = unknown.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        format!(
            "SELECT t.oid, t.typname, t.typtype, t.typbasetype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, \
             coalesce(r.rngsubtype, 0) FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid \
             WHERE t.oid IN ({list})"
        )
    }

    /// Learns a row of [`query`](Self::query), unless the type is made of one that has to be known first: its
    /// number is returned then.
    pub(super) fn learn(&self, row: &[Option<String>]) -> Option<Oid> {
        let text = |at: usize| row.get(at).and_then(Option::as_deref).unwrap_or_default();
        let number = |at: usize| text(at).parse::<Oid>().unwrap_or_default();
        let (oid, base, element, bound) = (number(0), number(3), number(4), number(5));
        let kind = match [base, element, bound].into_iter().find(|part| *part != 0) {
            None => Kind::Scalar(match (text(2), text(1)) {
                ("e", _) | ("b", "citext") => Scalar::Text,
                _ => Scalar::Opaque,
            }),
            Some(part) => match self.get(part) {
                None => return Some(part),
                Some(Type { kind, .. }) if base != 0 => kind,
                Some(Type { kind: Kind::Scalar(scalar), .. }) if element != 0 => Kind::Array(part, scalar),
                Some(Type { kind: Kind::Scalar(scalar), .. }) => Kind::Range(scalar),
                Some(_) => Kind::Scalar(Scalar::Opaque),
            },
        };
        self.lock().insert(oid, kind);
        None
    }

    /// Takes what cannot be found out for opaque.
    pub(super) fn give_up(&self, oids: &[Oid]) {
        let mut known = self.lock();
        for oid in oids {
            known.entry(*oid).or_insert(Kind::Scalar(Scalar::Opaque));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Oid, Kind>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
