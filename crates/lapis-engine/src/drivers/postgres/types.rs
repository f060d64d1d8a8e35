//! PostgreSQL's types: what their numbers mean, and how values travel in binary.

use std::collections::HashMap;

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

impl Scalar {
    /// In the order in which they are declared.
    const ALL: [Self; 20] = [
        Self::Bool,
        Self::Int2,
        Self::Int4,
        Self::Int8,
        Self::Oid,
        Self::Float4,
        Self::Float8,
        Self::Numeric,
        Self::Text,
        Self::Bytes,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::TimestampTz,
        Self::Interval,
        Self::Uuid,
        Self::Json,
        Self::Jsonb,
        Self::Inet,
        Self::Opaque,
    ];
}

/// How a value travels that is no array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    One(Scalar),
    /// A range, by its bounds.
    Range(Scalar),
}

/// How a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Item(Item),
    /// An array, by the type of its elements.
    Array(Oid, Item),
}

const OPAQUE: Kind = Kind::Item(Item::One(Scalar::Opaque));

impl Item {
    /// As the context that the elements of arrays and the bounds of ranges are read in.
    pub(super) fn context(self) -> u32 {
        match self {
            Item::One(scalar) => scalar as u32,
            Item::Range(scalar) => RANGE | scalar as u32,
        }
    }

    /// What [`context`](Self::context) stands for.
    pub(super) fn of_context(context: u32) -> Self {
        let scalar = |code: u32| Scalar::ALL.get(code as usize).copied();
        if context & RANGE == 0 {
            Item::One(scalar(context).unwrap_or(Scalar::Opaque))
        } else {
            Item::Range(scalar(context & !RANGE).unwrap_or(Scalar::Opaque))
        }
    }
}

/// Marks the context of a range.
const RANGE: u32 = 1 << 8;

/// A type: its number, and how its values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) oid: Oid,
    pub(super) kind: Kind,
}

/// The types that are built in, by the numbers of `pg_type.dat` (PostgreSQL 18), which never change.
fn built_in(oid: Oid) -> Option<Kind> {
    let element = ARRAYS.iter().find(|(array, _)| *array == oid).map(|(_, element)| *element);
    match element {
        Some(element) => built_in_item(element).map(|item| Kind::Array(element, item)),
        None => built_in_item(oid).map(Kind::Item),
    }
}

fn built_in_item(oid: Oid) -> Option<Item> {
    use Scalar::*;
    Some(Item::One(match oid {
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
        3904 => return Some(Item::Range(Int4)),
        3906 => return Some(Item::Range(Numeric)),
        3908 => return Some(Item::Range(Timestamp)),
        3910 => return Some(Item::Range(TimestampTz)),
        3912 => return Some(Item::Range(Date)),
        3926 => return Some(Item::Range(Int8)),
        _ => return None,
    }))
}

/// The arrays that are built in, and the types of their elements.
const ARRAYS: [(Oid, Oid); 30] = [
    (199, 114),
    (651, 650),
    (1000, 16),
    (1001, 17),
    (1002, 18),
    (1003, 19),
    (1005, 21),
    (1007, 23),
    (1009, TEXT),
    (1014, 1042),
    (1015, 1043),
    (1016, 20),
    (1021, 700),
    (1022, 701),
    (1028, 26),
    (1041, 869),
    (1115, 1114),
    (1182, 1082),
    (1183, 1083),
    (1185, 1184),
    (1187, 1186),
    (1231, 1700),
    (2951, 2950),
    (3807, 3802),
    (3905, 3904),
    (3907, 3906),
    (3909, 3908),
    (3911, 3910),
    (3913, 3912),
    (3927, 3926),
];

/// The type of an array of a type that is built in.
pub(super) fn array_of(element: Oid) -> Option<Oid> {
    ARRAYS.iter().find(|(_, it)| *it == element).map(|(array, _)| *array)
}

/// What a connection knows of types that are not built in: enums, domains, those of extensions. Their numbers are those
/// of one database: another host, and one that was restored from a dump, has others.
#[derive(Debug, Default)]
pub(super) struct Types(HashMap<Oid, Kind>);

impl Types {
    /// The type, if it is known.
    pub(super) fn get(&self, oid: Oid) -> Option<Type> {
        let kind = built_in(oid).or_else(|| self.0.get(&oid).copied())?;
        Some(Type { oid, kind })
    }

    /// The type, and what is not known is opaque.
    pub(super) fn get_or_opaque(&self, oid: Oid) -> Type {
        self.get(oid).unwrap_or(Type { oid, kind: OPAQUE })
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
    pub(super) fn learn(&mut self, row: &[Option<String>]) -> Option<Oid> {
        let text = |at: usize| row.get(at).and_then(Option::as_deref).unwrap_or_default();
        let number = |at: usize| text(at).parse::<Oid>().unwrap_or_default();
        let (oid, base, element, bound) = (number(0), number(3), number(4), number(5));
        let kind = match [base, element, bound].into_iter().find(|part| *part != 0) {
            None => Kind::Item(Item::One(match (text(2), text(1)) {
                ("e", _) | ("b", "citext") => Scalar::Text,
                _ => Scalar::Opaque,
            })),
            Some(part) => match self.get(part) {
                None => return Some(part),
                Some(Type { kind, .. }) if base != 0 => kind,
                Some(Type { kind: Kind::Item(item), .. }) if element != 0 => Kind::Array(part, item),
                Some(Type { kind: Kind::Item(Item::One(scalar)), .. }) => Kind::Item(Item::Range(scalar)),
                Some(_) => OPAQUE,
            },
        };
        self.0.insert(oid, kind);
        None
    }

    /// Takes what cannot be found out for opaque.
    pub(super) fn give_up(&mut self, oids: &[Oid]) {
        for oid in oids {
            self.0.entry(*oid).or_insert(OPAQUE);
        }
    }
}
