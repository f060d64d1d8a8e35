//! Enum types.

use crate::error::CompileError;
use crate::schema::MetaData;
use crate::types::{ColumnType, EnumType};

/// The native enum types that columns are of, each once.
pub(super) fn enums(metadata: &MetaData) -> Result<Vec<&EnumType>, CompileError> {
    let mut found: Vec<&EnumType> = Vec::new();
    let columns = metadata.tables().iter().flat_map(|table| &table.columns);
    for column in columns {
        let ColumnType::Enum(ty) = &column.ty else { continue };
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
