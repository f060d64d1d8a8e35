//! Full-text search.

use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::FullTextSyntax;
use crate::error::CompileError;
use crate::expr::{ColumnRef, FullText, Node, TableName};
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn full_text(&mut self, search: &'a FullText) -> Written {
        if search.words.is_empty() {
            return Err(invalid(
                "a full-text search looks for no words; leave it out where there are none",
            ));
        }
        if search.columns.is_empty() {
            return Err(invalid("a full-text search looks into no columns; give it a tuple of some"));
        }
        match self.dialect.full_text() {
            FullTextSyntax::TsVector => self.ts_vector(search),
            FullTextSyntax::MatchAgainst => self.match_against(search),
            FullTextSyntax::Fts5 => self.fts5(search),
        }
    }

    fn ts_vector(&mut self, search: &'a FullText) -> Written {
        self.push(if search.ranked { "ts_rank(" } else { "" });
        self.push("to_tsvector(");
        self.language(search)?;
        self.push(", ");
        match search.columns.as_slice() {
            [column] => self.node(column)?,
            columns => {
                for (position, column) in columns.iter().enumerate() {
                    self.push(if position > 0 { " || ' ' || coalesce(" } else { "coalesce(" });
                    self.node(column)?;
                    self.push(", '')");
                }
            }
        }
        self.push(if search.ranked { "), " } else { ") @@ " });
        self.push("plainto_tsquery(");
        self.language(search)?;
        self.push(", ");
        self.parameter(Value::Text(search.words.join(" ").into()))?;
        self.push(if search.ranked { "))" } else { ")" });
        Ok(())
    }

    /// As a literal, so that it can be the expression of an index.
    fn language(&mut self, search: &FullText) -> Written {
        self.literal(&Value::Text(search.language.as_ref().into()))
    }

    fn match_against(&mut self, search: &'a FullText) -> Written {
        self.push("MATCH (");
        self.comma_separated(&search.columns)?;
        self.push(") AGAINST (");
        // Between quotation marks nothing but these is an operator.
        let words = search.words.iter().map(|word| format!("+\"{}\"", word.replace('"', " ")));
        self.parameter(Value::Text(words.collect::<Vec<_>>().join(" ").into()))?;
        self.push(" IN BOOLEAN MODE)");
        Ok(())
    }

    /// The table itself is searched, by a hidden column that has its name, and the query says in which columns.
    fn fts5(&mut self, search: &'a FullText) -> Written {
        let (table, names) = columns_of_one_table(&search.columns)?;
        if search.ranked {
            // The better, the further below zero.
            self.push("(-bm25(");
            self.identifier(&table.name)?;
            self.push("))");
            return Ok(());
        }
        self.table_name(table)?;
        self.push(".");
        self.identifier(&table.name)?;
        self.push(" MATCH ");
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let names = names.into_iter().map(quoted).collect::<Vec<_>>().join(" ");
        let words = search.words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        self.parameter(Value::Text(format!("{{{names}}} : ({words})").into()))
    }
}

fn columns_of_one_table(columns: &[Node]) -> Result<(&TableName, Vec<&str>), Box<CompileError>> {
    let mut table = None;
    let mut names = Vec::with_capacity(columns.len());
    for column in columns {
        match column {
            Node::Column(ColumnRef { table: Some(of), name }) if *table.get_or_insert(of) == of => {
                names.push(name.as_ref());
            }
            _ => return Err(invalid("a full-text search on SQLite is of columns of one table")),
        }
    }
    let table = table.ok_or_else(|| invalid("a full-text search looks into no columns"))?;
    Ok((table, names))
}
