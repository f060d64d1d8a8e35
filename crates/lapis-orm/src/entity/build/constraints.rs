//! Constraints and indexes over several fields, and what else is said of the whole table.

use lapis_sql::Name;
use lapis_sql::schema::{Index, Unique};

use super::ModelBuilder;

impl ModelBuilder {
    /// No two rows are equal in all of these fields, given by their numbers.
    pub fn unique_together(&mut self, name: Option<&'static str>, fields: &[usize]) -> &mut Self {
        let columns = self.columns_of(fields);
        self.table.uniques.push(Unique { name: name.map(Name::Borrowed), columns });
        self
    }

    /// An index over these fields, given by their numbers; over the rows that meet `predicate`, if there is one.
    pub fn index_together(
        &mut self,
        name: Option<&'static str>,
        fields: &[usize],
        unique: bool,
        predicate: Option<&'static str>,
    ) -> &mut Self {
        let columns = self.columns_of(fields);
        let (name, predicate) = (name.map(Name::Borrowed), predicate.map(Name::Borrowed));
        self.table.indexes.push(Index { name, columns, unique, predicate });
        self
    }

    /// A comment on the table, kept in the database.
    pub fn table_comment(&mut self, comment: &'static str) -> &mut Self {
        self.table.comment = Some(Name::Borrowed(comment));
        self
    }

    /// The columns of fields, in the order of the fields given.
    fn columns_of(&self, fields: &[usize]) -> Vec<Name> {
        let mut names = Vec::with_capacity(fields.len());
        for field in fields {
            let columns = self.columns.iter().zip(&self.table.columns);
            names.extend(
                columns
                    .filter(|(model, _)| model.field == *field)
                    .map(|(_, column)| column.name.clone()),
            );
        }
        names
    }
}
