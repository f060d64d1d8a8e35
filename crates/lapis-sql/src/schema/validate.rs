//! Whether a schema is sound.

use super::{AutoIncrement, ColumnDef, ForeignKey, MetaData, Table};
use crate::Name;
use crate::error::CompileError;
use crate::types::ColumnType;

type Checked = Result<(), CompileError>;

impl MetaData {
    /// Checks every table by itself, and that what they refer to is there.
    ///
    /// # Errors
    /// Besides those of [`Table::validate`]: two different tables of one name, a foreign key to a table or
    /// columns that are not there, two columns that are numbered by a sequence of one name which no
    /// [`add_sequence`](MetaData::add_sequence) declares.
    pub fn validate(&self) -> Checked {
        for (position, table) in self.tables().iter().enumerate() {
            table.validate()?;
            if self.tables()[..position].iter().any(|earlier| earlier.name == table.name) {
                return Err(invalid(table, "there are two different tables of this name"));
            }
            for key in &table.foreign_keys {
                self.check_target(table, key)?;
            }
        }
        self.check_sequences()
    }

    fn check_target(&self, table: &Table, key: &ForeignKey) -> Checked {
        let Some(target) = self.table(&key.target) else {
            let message =
                format!("a foreign key refers to table {}, which is not there; add it", key.target);
            return Err(invalid(table, &message));
        };
        match key.target_columns.iter().find(|name| target.column(name).is_none()) {
            Some(name) => Err(invalid(
                table,
                &format!(
                    "a foreign key refers to column {name} of {}, which has none of this name",
                    key.target
                ),
            )),
            None => Ok(()),
        }
    }

    fn check_sequences(&self) -> Checked {
        let mut seen: Vec<&super::Sequence> = Vec::new();
        for table in self.tables() {
            for column in &table.columns {
                let Some(AutoIncrement::Sequence(sequence)) = &column.autoincrement else { continue };
                let declared = self.sequences().iter().find(|declared| declared.same_name(sequence));
                if declared.is_some_and(|declared| declared != sequence) {
                    let message =
                        format!("column {} starts or steps its sequence in another way", column.name);
                    return Err(invalid(table, &message));
                }
                if declared.is_none() && seen.iter().any(|earlier| earlier.same_name(sequence)) {
                    let message = format!(
                        "column {} names the sequence of another column; `add_sequence` declares one to share",
                        column.name
                    );
                    return Err(invalid(table, &message));
                }
                seen.push(sequence);
            }
        }
        Ok(())
    }
}

impl Table {
    /// Checks what can be checked of one table alone, whatever the database.
    ///
    /// # Errors
    /// If it has no columns, or two of one name; if a key, constraint or index names no column, one that is
    /// not there, or one twice; if a column of the primary key may hold NULL; if two columns are numbered, or
    /// one that is no integer; if a column has two sources of its value; if a type is impossible, such as
    /// text of length 0 or an enum without values.
    pub fn validate(&self) -> Checked {
        if self.columns.is_empty() {
            return Err(invalid(self, "it has no columns"));
        }
        for (position, column) in self.columns.iter().enumerate() {
            if self.columns[..position].iter().any(|earlier| earlier.name == column.name) {
                return Err(invalid(self, &format!("there are two columns called {}", column.name)));
            }
            self.check_column(column)?;
        }
        self.check_keys()?;
        match self.columns.iter().filter(|column| column.autoincrement.is_some()).nth(1) {
            Some(column) => Err(invalid(
                self,
                &format!("column {} is numbered by the database, and another column is too", column.name),
            )),
            None => Ok(()),
        }
    }

    fn check_keys(&self) -> Checked {
        if !self.primary_key.is_empty() {
            self.check_columns("the primary key", &self.primary_key)?;
        }
        let nullable = |name: &&Name| self.column(name).is_some_and(|column| column.nullable);
        if let Some(name) = self.primary_key.iter().find(nullable) {
            return Err(invalid(self, &format!("column {name} of the primary key may hold NULL")));
        }
        for unique in &self.uniques {
            self.check_columns("a unique constraint", &unique.columns)?;
        }
        for index in &self.indexes {
            self.check_columns("an index", &index.columns)?;
        }
        for key in &self.foreign_keys {
            self.check_columns("a foreign key", &key.columns)?;
            if key.columns.len() != key.target_columns.len() {
                let (own, other) = (key.columns.len(), key.target_columns.len());
                let message = format!("a foreign key of {own} columns refers to {other} of {}", key.target);
                return Err(invalid(self, &message));
            }
        }
        Ok(())
    }

    fn check_columns(&self, what: &str, names: &[Name]) -> Checked {
        if names.is_empty() {
            return Err(invalid(self, &format!("{what} has no columns")));
        }
        for (position, name) in names.iter().enumerate() {
            if self.column(name).is_none() {
                return Err(invalid(self, &format!("{what} names column {name}, which is not there")));
            }
            if names[..position].contains(name) {
                return Err(invalid(self, &format!("{what} names column {name} twice")));
            }
        }
        Ok(())
    }

    fn check_column(&self, column: &ColumnDef) -> Checked {
        let fault = match &column.ty {
            ColumnType::String(0) => Some("has length 0"),
            ColumnType::Decimal { precision: Some((0, _)) } => Some("has no digits"),
            ColumnType::Decimal { precision: Some((digits, scale)) } if scale > digits => {
                Some("has more digits behind the point than in all")
            }
            ColumnType::Enum(names) if names.values.is_empty() => Some("is an enum without values"),
            _ => None,
        };
        let fault = fault.or_else(|| {
            let integer = column.ty.is_integer();
            let default = column.server_default.is_some();
            match (&column.autoincrement, &column.computed) {
                (Some(_), _) if !integer => Some("is numbered by the database, and is no integer"),
                (Some(AutoIncrement::Sequence(sequence)), _) if sequence.increment == 0 => {
                    Some("is numbered by a sequence with step 0")
                }
                (Some(_), _) if default => Some("is numbered by the database, and has a default"),
                (Some(_), Some(_)) => Some("is numbered by the database, and computed"),
                (None, Some(_)) if default => Some("is computed, and has a default"),
                _ => None,
            }
        });
        fault.map_or(Ok(()), |fault| Err(invalid(self, &format!("column {} {fault}", column.name))))
    }
}

fn invalid(table: &Table, message: &str) -> CompileError {
    CompileError::Invalid(format!("table {}: {message}", table.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Index, Sequence, TableBuilder};
    use crate::types::EnumType;

    fn table() -> TableBuilder {
        Table::build("t").column(ColumnDef::new("a", ColumnType::BigInt)).primary_key(["a"])
    }

    fn fault(table: TableBuilder) -> String {
        let mut metadata = MetaData::new();
        metadata.add(table);
        metadata.validate().unwrap_err().to_string()
    }

    fn column_fault(column: ColumnDef) -> String {
        fault(table().column(column))
    }

    #[test]
    fn a_sound_table_passes() {
        let tree = table().column(ColumnDef::new("up", ColumnType::BigInt).nullable());
        let mut metadata = MetaData::new();
        metadata.add(tree.foreign_key(ForeignKey::new(["up"], "t", ["a"])));
        assert_eq!(metadata.validate(), Ok(()));
    }

    #[test]
    fn columns_are_there_and_named_once() {
        assert_eq!(fault(Table::build("t")), "table t: it has no columns");
        let twice = ColumnDef::new("a", ColumnType::Text);
        assert_eq!(column_fault(twice), "table t: there are two columns called a");
    }

    #[test]
    fn keys_and_indexes_name_columns_that_are_there() {
        assert_eq!(
            fault(table().primary_key(["b"])),
            "table t: the primary key names column b, which is not there"
        );
        assert_eq!(fault(table().unique(["a", "a"])), "table t: a unique constraint names column a twice");
        assert_eq!(fault(table().index(Index::new([""; 0]))), "table t: an index has no columns");
        let key = ForeignKey::new(["b"], "t", ["a"]);
        assert_eq!(
            fault(table().foreign_key(key)),
            "table t: a foreign key names column b, which is not there"
        );
    }

    #[test]
    fn foreign_keys_refer_to_columns_that_are_there() {
        let key = ForeignKey::new(["a"], "other", ["id"]);
        let expected = "table t: a foreign key refers to table other, which is not there; add it";
        assert_eq!(fault(table().foreign_key(key)), expected);
        let key = ForeignKey::new(["a"], "t", ["b"]);
        let expected = "table t: a foreign key refers to column b of t, which has none of this name";
        assert_eq!(fault(table().foreign_key(key)), expected);
        let key = ForeignKey::new(["a"], "t", ["a", "b"]);
        assert_eq!(fault(table().foreign_key(key)), "table t: a foreign key of 1 columns refers to 2 of t");
    }

    #[test]
    fn a_primary_key_holds_no_null() {
        let table = table().column(ColumnDef::new("b", ColumnType::Int).nullable()).primary_key(["a", "b"]);
        assert_eq!(fault(table), "table t: column b of the primary key may hold NULL");
    }

    #[test]
    fn one_integer_column_is_numbered() {
        let text = ColumnDef::new("b", ColumnType::Text).autoincrement();
        assert_eq!(column_fault(text), "table t: column b is numbered by the database, and is no integer");
        let number = |name: &'static str| ColumnDef::new(name, ColumnType::Int).autoincrement();
        assert_eq!(
            fault(table().column(number("b")).column(number("c"))),
            "table t: column c is numbered by the database, and another column is too"
        );
        let still = ColumnDef::new("b", ColumnType::Int).sequence(Sequence::starting_at(1).increment(0));
        assert_eq!(column_fault(still), "table t: column b is numbered by a sequence with step 0");
    }

    #[test]
    fn a_column_has_one_source_of_its_value() {
        let int = || ColumnDef::new("b", ColumnType::Int);
        assert!(column_fault(int().autoincrement().server_default(1)).contains("and has a default"));
        assert!(
            column_fault(int().computed("a + 1").server_default(1))
                .contains("is computed, and has a default")
        );
        assert!(column_fault(int().computed("a + 1").autoincrement()).contains("and computed"));
    }

    #[test]
    fn impossible_types_are_refused() {
        let of = |ty| column_fault(ColumnDef::new("b", ty));
        assert_eq!(of(ColumnType::String(0)), "table t: column b has length 0");
        assert!(of(ColumnType::Decimal { precision: Some((0, 0)) }).contains("no digits"));
        assert!(of(ColumnType::Decimal { precision: Some((2, 3)) }).contains("behind the point"));
        let none = EnumType { name: "e".into(), values: vec![], native: false };
        assert!(of(ColumnType::Enum(none)).contains("enum without values"));
    }

    #[test]
    fn a_table_name_is_that_of_one_table() {
        let mut metadata = MetaData::new();
        metadata.add(table()).add(table().comment("another"));
        let error = metadata.validate().unwrap_err().to_string();
        assert_eq!(error, "table t: there are two different tables of this name");
    }

    #[test]
    fn a_sequence_is_shared_only_where_it_is_declared() {
        let numbered = |name: &'static str| {
            let id = ColumnDef::new("id", ColumnType::BigInt).sequence(Sequence::new("ids"));
            Table::build(name).column(id).primary_key(["id"])
        };
        let mut metadata = MetaData::new();
        metadata.add(numbered("t")).add(numbered("u"));
        assert!(
            metadata
                .validate()
                .unwrap_err()
                .to_string()
                .contains("`add_sequence` declares one to share")
        );
        metadata.add_sequence(Sequence::new("ids"));
        assert_eq!(metadata.validate(), Ok(()));
        let mut other = MetaData::new();
        other.add(numbered("t")).add_sequence(Sequence::new("ids").start(5));
        assert!(other.validate().unwrap_err().to_string().contains("in another way"));
    }
}
