//! Inserts of many rows from an array for each column.

use super::writer::{SqlWriter, Written};
use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::expr::TableName;
use crate::schema::ColumnDef;
use crate::statement::SelectItem;

/// `INSERT INTO table (columns) SELECT … FROM UNNEST($1::BIGINT[], …) … RETURNING …`: its parameters are arrays, one for
/// each column. `None` where the database, or one of the columns, has no such form.
///
/// The rows are inserted, numbered and returned in the order of the arrays: PostgreSQL evaluates defaults after the
/// ORDER BY of the query (release notes of 9.6, E.1.2), and INSERT returns each row as it is inserted.
///
/// # Errors
/// If a name cannot be written.
pub fn compile_unnest_insert(
    table: &TableName,
    columns: &[&ColumnDef],
    returning: &[SelectItem],
    dialect: &dyn Dialect,
) -> Result<Option<String>, CompileError> {
    let mut arrays = Vec::with_capacity(columns.len());
    for column in columns {
        let mut array = String::new();
        if !dialect.array_of(&mut array, &column.ty) {
            return Ok(None);
        }
        arrays.push(array);
    }
    let mut writer = SqlWriter::new(String::new(), dialect);
    writer.unnest_insert(table, columns, &arrays, returning).map_err(|fault| *fault)?;
    let (sql, _) = writer.finish().map_err(|fault| *fault)?;
    Ok(Some(sql))
}

impl<'a> SqlWriter<'a, '_> {
    fn unnest_insert(
        &mut self,
        table: &'a TableName,
        columns: &'a [&'a ColumnDef],
        arrays: &[String],
        returning: &'a [SelectItem],
    ) -> Written {
        self.push("INSERT INTO ");
        self.table_name(table)?;
        self.push(" ");
        let names = columns.iter().map(|column| &column.name);
        self.column_names(names.clone())?;
        self.push(" SELECT ");
        self.identifiers(names.clone())?;
        self.push(" FROM UNNEST(");
        for (position, array) in arrays.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.dialect.placeholder(&mut self.sql, position + 1);
            self.push("::");
            self.push(array);
        }
        self.push(") WITH ORDINALITY AS ");
        self.identifier("rows")?;
        let number = ordinality(columns);
        self.column_names(names.map(AsRef::as_ref).chain([number.as_str()]))?;
        self.push(" ORDER BY ");
        self.identifier(&number)?;
        self.returning("INSERT", true, table, returning)
    }
}

/// A name for the rows' numbers that no column has.
fn ordinality(columns: &[&ColumnDef]) -> String {
    let mut name = String::from("ordinality");
    while columns.iter().any(|column| column.name == name) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{MySql, Postgres};
    use crate::expr::Node;
    use crate::types::ColumnType;

    #[test]
    fn rows_come_from_an_array_for_each_column_in_their_order() {
        let table = TableName::new("users");
        let name = ColumnDef::new("name", ColumnType::String(20));
        let number = ColumnDef::new("ordinality", ColumnType::Decimal { precision: Some((10, 2)) });
        let id = SelectItem::new(Node::column(table.clone(), "id"));
        let sql = compile_unnest_insert(&table, &[&name, &number], &[id], &Postgres).unwrap().unwrap();
        assert_eq!(
            sql,
            "INSERT INTO \"users\" (\"name\", \"ordinality\") SELECT \"name\", \"ordinality\" FROM \
             UNNEST($1::TEXT[], $2::NUMERIC[]) WITH ORDINALITY AS \"rows\"(\"name\", \"ordinality\", \"ordinality_\") \
             ORDER BY \"ordinality_\" RETURNING \"id\""
        );
    }

    #[test]
    fn there_is_none_where_a_type_or_the_database_has_no_arrays() {
        let table = TableName::new("users");
        let custom = ColumnDef::new("name", ColumnType::Custom("CITEXT".into()));
        assert_eq!(compile_unnest_insert(&table, &[&custom], &[], &Postgres), Ok(None));
        let name = ColumnDef::new("name", ColumnType::Text);
        assert_eq!(compile_unnest_insert(&table, &[&name], &[], &MySql), Ok(None));
    }
}
