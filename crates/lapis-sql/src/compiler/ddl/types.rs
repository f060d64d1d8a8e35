//! Enum types.

use crate::error::CompileError;
use crate::schema::MetaData;
use crate::types::{ColumnType, EnumType};

/// The native enum types that columns are of, each once.
pub(super) fn enums(metadata: &MetaData) -> Result<Vec<&EnumType>, CompileError> {
    let mut found: Vec<&EnumType> = Vec::new();
    let columns = metadata.tables().iter().flat_map(|table| &table.columns);
    for column in columns {
        let Some(ty) = enum_within(&column.ty) else { continue };
        if !ty.native {
            continue;
        }
        match found.iter().find(|known| known.name == ty.name) {
            None => found.push(ty),
            Some(known) if **known == *ty => {}
            Some(_) => {
                return Err(CompileError::Invalid(format!(
                    "there are two enum types called {} with different values",
                    ty.name
                )));
            }
        }
    }
    Ok(found)
}

/// The enum that a column, or each element of its arrays, is one of.
fn enum_within(ty: &ColumnType) -> Option<&EnumType> {
    match ty {
        ColumnType::Enum(ty) => Some(ty),
        ColumnType::Array(element) => enum_within(element),
        _ => None,
    }
}
