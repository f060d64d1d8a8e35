//! `VALUES` as a table.

use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::ValuesSyntax;
use crate::expr::Node;
use crate::statement::ValuesTable;

impl<'a> SqlWriter<'a, '_> {
    /// Writes the rows in parentheses; their columns are named behind the alias, or by the first row.
    pub(super) fn values_table(&mut self, table: &'a ValuesTable) -> Written {
        let width = table.columns.len();
        if let Some(position) = table.rows.iter().position(|row| row.len() != width) {
            return Err(invalid(format!(
                "row {} of VALUES in FROM has {} values for {width} columns",
                position + 1,
                table.rows[position].len(),
            )));
        }
        let Some((first, others)) = table.rows.split_first() else {
            return Err(invalid(
                "VALUES in FROM has no row, which SQL does not know; leave it out where there are none",
            ));
        };
        match self.dialect.values_syntax() {
            ValuesSyntax::NamedBehind { row } => {
                self.push("(VALUES ");
                self.value_rows(&table.rows, row)?;
            }
            syntax @ (ValuesSyntax::NamedByFirstRow | ValuesSyntax::Selects) => {
                self.push("(SELECT ");
                for (position, (value, column)) in first.iter().zip(&table.columns).enumerate() {
                    self.push(if position > 0 { ", " } else { "" });
                    self.item_node(value)?;
                    self.push(" AS ");
                    self.identifier(column)?;
                }
                if syntax == ValuesSyntax::Selects {
                    for row in others {
                        self.push(" UNION ALL SELECT ");
                        self.value_row(row)?;
                    }
                } else if !others.is_empty() {
                    self.push(" UNION ALL VALUES ");
                    self.value_rows(others, "")?;
                }
            }
        }
        self.push(")");
        Ok(())
    }

    /// Writes the names of the columns behind the table's alias, where they stand there.
    pub(super) fn values_columns(&mut self, table: &'a ValuesTable) -> Written {
        match self.dialect.values_syntax() {
            ValuesSyntax::NamedBehind { .. } => {
                self.push(" ");
                self.column_names(&table.columns)
            }
            ValuesSyntax::NamedByFirstRow | ValuesSyntax::Selects => Ok(()),
        }
    }

    fn value_rows(&mut self, rows: &'a [Vec<Node>], word: &str) -> Written {
        for (number, row) in rows.iter().enumerate() {
            self.push(if number > 0 { ", " } else { "" });
            self.push(word);
            self.push("(");
            self.value_row(row)?;
            self.push(")");
        }
        Ok(())
    }

    fn value_row(&mut self, row: &'a [Node]) -> Written {
        for (position, value) in row.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.item_node(value)?;
        }
        Ok(())
    }
}
