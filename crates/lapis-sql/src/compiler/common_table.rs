//! `WITH`.

use super::writer::{SqlWriter, Written, invalid};
use crate::statement::{CommonQuery, CommonTable};

impl<'a> SqlWriter<'a, '_> {
    /// Writes both lists as one.
    pub(super) fn common_tables(&mut self, around: &'a [CommonTable], own: &'a [CommonTable]) -> Written {
        if around.is_empty() && own.is_empty() {
            return Ok(());
        }
        self.suspect = true;
        let whole = self.sql.is_empty();
        let tables = || around.iter().chain(own);
        // The word stands once, for all of them.
        let recursive = tables().any(|table| table.recursive);
        for (position, table) in tables().enumerate() {
            if tables().take(position).any(|earlier| earlier.name == table.name) {
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
            match &table.query {
                CommonQuery::Select(select) => self.subquery(select)?,
                CommonQuery::Insert(insert) => {
                    self.writes_in_with("INSERT", table, whole)?;
                    self.insert(insert)?;
                    self.push(")");
                }
                CommonQuery::Update(update) => {
                    self.writes_in_with("UPDATE", table, whole)?;
                    self.update(update)?;
                    self.push(")");
                }
                CommonQuery::Delete(delete) => {
                    self.writes_in_with("DELETE", table, whole)?;
                    self.delete(delete)?;
                    self.push(")");
                }
            }
        }
        self.push(" ");
        Ok(())
    }

    /// Begins a statement in WITH that writes; `whole` says that it is the WITH of the whole statement.
    fn writes_in_with(&mut self, verb: &str, table: &CommonTable, whole: bool) -> Written {
        if !self.dialect.with_syntax().of_writes {
            let hint = "run it as a statement of its own before this one, in one transaction";
            return Err(self.unsupported(&format!("{verb} in WITH"), hint));
        }
        if !whole {
            return Err(invalid(format!(
                "{} writes rows, so that it stands in the WITH of a whole statement, and of none that is within another",
                table.name,
            )));
        }
        self.push("(");
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
