//! The columns of a result, as the server describes them.

use super::protocol::Reader;

/// The character set that stands for bytes.
const BINARY: u16 = 63;

/// The columns of a result.
#[derive(Debug, Default)]
pub(super) struct Columns {
    columns: Vec<Column>,
    /// The packets they were read from, each behind its length.
    definitions: Box<[u8]>,
}

/// A column of a result.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    pub(super) name: Box<str>,
    pub(super) kind: Kind,
}

/// How a column's cells are written, and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float,
    Double,
    Decimal,
    Date,
    Time,
    Timestamp,
    Bit,
    Text,
    Bytes,
    Json,
    /// MariaDB's, which travels as text.
    Uuid,
}

impl Kind {
    /// How many bytes a cell has in a row of the binary protocol; where it is none, its length stands before it.
    #[inline]
    pub(super) fn width(self) -> usize {
        match self {
            Kind::Int8 | Kind::UInt8 => 1,
            Kind::Int16 | Kind::UInt16 => 2,
            Kind::Int32 | Kind::UInt32 | Kind::Float => 4,
            Kind::Int64 | Kind::UInt64 | Kind::Double => 8,
            _ => 0,
        }
    }

    fn new(ty: u8, character_set: u16, unsigned: bool, more: Option<Kind>) -> Self {
        match (ty, unsigned) {
            (6, _) => Kind::Null,
            (1, false) => Kind::Int8,
            (1, true) => Kind::UInt8,
            // 13 is YEAR.
            (2, false) => Kind::Int16,
            (2, true) | (13, _) => Kind::UInt16,
            // 9 is MEDIUMINT, which travels in as many bytes.
            (3 | 9, false) => Kind::Int32,
            (3 | 9, true) => Kind::UInt32,
            (8, false) => Kind::Int64,
            (8, true) => Kind::UInt64,
            (4, _) => Kind::Float,
            (5, _) => Kind::Double,
            (0 | 246, _) => Kind::Decimal,
            (10 | 14, _) => Kind::Date,
            (11 | 19, _) => Kind::Time,
            (7 | 12 | 17 | 18, _) => Kind::Timestamp,
            (16, _) => Kind::Bit,
            (245, _) => Kind::Json,
            // GEOMETRY and VECTOR, whatever their character set.
            (242 | 255, _) => Kind::Bytes,
            _ => match more {
                Some(kind) => kind,
                None if character_set == BINARY => Kind::Bytes,
                None => Kind::Text,
            },
        }
    }
}

impl Column {
    /// Reads a column's definition; `extended` where MariaDB says more about types.
    fn parse(packet: &[u8], extended: bool) -> Option<Self> {
        let mut rest = Reader(packet);
        // The catalog, schema, table, and the table's own name.
        for _ in 0..4 {
            rest.string()?;
        }
        let name = String::from_utf8_lossy(rest.string()?).into_owned().into_boxed_str();
        rest.string()?;
        let more = if extended { extended_kind(rest.string()?) } else { None };
        rest.length()?;
        let character_set = rest.u16()?;
        rest.u32()?;
        let ty = rest.u8()?;
        let flags = rest.u16()?;
        const UNSIGNED: u16 = 32;
        Some(Self { name, kind: Kind::new(ty, character_set, flags & UNSIGNED != 0, more) })
    }
}

/// Reads what MariaDB says beyond a column's type: numbered texts, of which 0 names the type and 1 the format.
fn extended_kind(info: &[u8]) -> Option<Kind> {
    let mut rest = Reader(info);
    while let Some(what) = rest.u8() {
        match (what, rest.string()?) {
            (0, b"uuid") => return Some(Kind::Uuid),
            (1, b"json") => return Some(Kind::Json),
            (0, b"inet4" | b"inet6") => return Some(Kind::Text),
            _ => {}
        }
    }
    None
}

impl Columns {
    /// Reads definitions that [`add_definition`] has put one behind the other.
    pub(super) fn parse(definitions: &[u8], extended: bool) -> Option<Self> {
        let mut columns = Vec::new();
        let mut rest = Reader(definitions);
        while !rest.0.is_empty() {
            let length = rest.u32()? as usize;
            columns.push(Column::parse(rest.bytes(length)?, extended)?);
        }
        Some(Self { columns, definitions: definitions.into() })
    }

    /// Whether these are the columns of those definitions.
    pub(super) fn is_defined_by(&self, definitions: &[u8]) -> bool {
        *self.definitions == *definitions
    }

    pub(super) fn as_slice(&self) -> &[Column] {
        &self.columns
    }
}

/// Adds a column's definition to others.
pub(super) fn add_definition(definitions: &mut Vec<u8>, packet: &[u8]) {
    // A packet that is longer than four bytes can say holds no definition.
    let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
    definitions.extend_from_slice(&length.to_le_bytes());
    definitions.extend_from_slice(packet);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A column's definition as a server sends it.
    pub(in super::super) fn definition(
        name: &str,
        ty: u8,
        character_set: u16,
        flags: u16,
        extended: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut packet = Vec::new();
        for text in ["def", "db", "t", "t", name, name] {
            packet.push(text.len() as u8);
            packet.extend_from_slice(text.as_bytes());
        }
        if let Some(info) = extended {
            packet.push(info.len() as u8);
            packet.extend_from_slice(info);
        }
        packet.push(0x0c);
        packet.extend_from_slice(&character_set.to_le_bytes());
        packet.extend_from_slice(&11_u32.to_le_bytes());
        packet.push(ty);
        packet.extend_from_slice(&flags.to_le_bytes());
        packet.extend_from_slice(&[0, 0, 0]);
        packet
    }

    fn kind(ty: u8, character_set: u16, flags: u16) -> Kind {
        Column::parse(&definition("x", ty, character_set, flags, None), false).unwrap().kind
    }

    #[test]
    fn a_definition_says_the_name_and_the_kind() {
        let mut definitions = Vec::new();
        add_definition(&mut definitions, &definition("id", 8, 63, 32, None));
        add_definition(&mut definitions, &definition("naïve", 253, 45, 0, None));
        let columns = Columns::parse(&definitions, false).unwrap();
        assert_eq!(columns.as_slice()[0], Column { name: "id".into(), kind: Kind::UInt64 });
        assert_eq!(columns.as_slice()[1], Column { name: "naïve".into(), kind: Kind::Text });
        assert!(columns.is_defined_by(&definitions));
        assert!(!columns.is_defined_by(&definitions[1..]));
    }

    #[test]
    fn text_and_bytes_differ_by_their_character_set() {
        assert_eq!(kind(252, 45, 0), Kind::Text);
        assert_eq!(kind(252, 63, 0), Kind::Bytes);
        assert_eq!(kind(254, 63, 0), Kind::Bytes);
        assert_eq!(kind(247, 45, 0), Kind::Text);
        assert_eq!(kind(255, 63, 0), Kind::Bytes);
    }

    #[test]
    fn mariadb_says_which_text_is_json_or_a_uuid() {
        let parse = |info: &[u8]| {
            Column::parse(&definition("x", 252, 45, 0, Some(info)), true).map(|column| column.kind)
        };
        assert_eq!(parse(b""), Some(Kind::Text));
        assert_eq!(parse(b"\x01\x04json"), Some(Kind::Json));
        assert_eq!(parse(b"\x00\x04uuid"), Some(Kind::Uuid));
        assert_eq!(parse(b"\x00\x05point"), Some(Kind::Text));
    }

    #[test]
    fn a_definition_that_ends_too_early_is_none() {
        let whole = definition("id", 8, 63, 0, None);
        for length in 0..whole.len() - 3 {
            assert_eq!(Column::parse(&whole[..length], false), None, "{length}");
        }
    }
}
