//! `WITH`.

use super::writer::{SqlWriter, Written, invalid};
use crate::statement::CommonTable;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn common_tables(&mut self, tables: &'a [CommonTable]) -> Written {
        // The word stands once, for all of them.
        let recursive = tables.iter().any(|table| table.recursive);
        for (position, table) in tables.iter().enumerate() {
            if tables[..position].iter().any(|earlier| earlier.name == table.name) {
                return Err(invalid(format!(
                    "{} is in WITH twice; give one of its queries another name",
                    table.name,
                )));
            }
            self.push(match (position, recursive) {
                (0, true) => "WITH RECURSIVE ",
                (0, false) => "WITH ",
                _ => ", ",
            });
            self.identifier(&table.name)?;
            self.push(" AS ");
            if let Some(materialized) = table.materialized {
                self.materialized(materialized)?;
            }
            self.subquery(&table.select)?;
        }
        self.push(if tables.is_empty() { "" } else { " " });
        Ok(())
    }

    fn materialized(&mut self, materialized: bool) -> Written {
        let words = if materialized { "MATERIALIZED " } else { "NOT MATERIALIZED " };
        if !self.dialect.supports_materialized() {
            let hint = "leave it out, and the database decides by itself";
            return Err(self.unsupported(&format!("WITH … AS {}", words.trim_end()), hint));
        }
        self.push(words);
        Ok(())
    }
}
