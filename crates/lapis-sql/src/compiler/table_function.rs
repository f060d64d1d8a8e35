//! Functions in FROM, and what stands for them.

use super::precedence::Level;
use super::writer::{SqlWriter, Written, invalid};
use crate::dialect::{JsonTables, ParameterPlace, TableFunctions};
use crate::expr::Node;
use crate::statement::{FunctionTable, JsonPart, JsonTable, SeriesTable};
use crate::types::ColumnType;
use crate::types::kind::JsonScalar;
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn function_table(&mut self, table: &'a FunctionTable) -> Written {
        let FunctionTable { function, args, columns, ordinality } = table;
        let functions = self.dialect.table_functions();
        if functions == TableFunctions::None {
            let hint = "take what they give from a query, or as JSON with `json_elements(..)`";
            return Err(self.unsupported("functions that give rows", hint));
        }
        if *ordinality && functions == TableFunctions::Plain {
            let hint = "number the rows with `row_number()`";
            return Err(self.unsupported("WITH ORDINALITY", hint));
        }
        if *ordinality && columns.is_empty() {
            return Err(invalid(format!(
                "the rows of {function} are numbered, and its columns have no names; name them by `.columns(..)`",
            )));
        }
        self.table_name(function)?;
        self.push("(");
        self.arguments(&function.name, args)?;
        self.push(if *ordinality { ") WITH ORDINALITY" } else { ")" });
        Ok(())
    }

    /// ` (a, b)` behind the alias, where the names of columns stand there.
    pub(super) fn function_columns(&mut self, table: &'a FunctionTable) -> Written {
        if table.columns.is_empty() || self.dialect.table_functions() != TableFunctions::Named {
            return Ok(());
        }
        self.push(" ");
        let ordinality = table.ordinality.then_some("ordinality");
        self.column_names(table.columns.iter().map(AsRef::as_ref).chain(ordinality))
    }

    pub(super) fn series(&mut self, series: &'a SeriesTable) -> Written {
        let SeriesTable { start, stop, step } = series;
        if *step == 0 {
            return Err(invalid("a series in steps of 0 does not end; give it another step"));
        }
        if self.dialect.supports_generate_series() {
            self.push("generate_series(");
            for bound in [start, stop] {
                self.series_bound(bound)?;
                self.push(", ");
            }
            self.number(*step)?;
            self.push(")");
            return Ok(());
        }
        let (start, stop) = match (start, stop) {
            (Node::Value(Value::Int(start)), Node::Value(Value::Int(stop))) => (*start, *stop),
            // Nothing lies between a number and NULL.
            (Node::Value(Value::Int(_) | Value::Null), Node::Value(Value::Int(_) | Value::Null)) => {
                (0, -step.signum())
            }
            _ => {
                let hint = "give it numbers, or make the rows by a recursive query";
                return Err(self.unsupported("a series between expressions", hint));
            }
        };
        let distance = (i128::from(stop) - i128::from(start)) / i128::from(*step);
        let beyond = (i128::from(stop) - i128::from(start)).signum() * i128::from(step.signum()) < 0;
        let count = if beyond { 0 } else { distance + 1 };
        let Ok(count) = u32::try_from(count).map(i64::from) else {
            return Err(invalid(format!(
                "a series from {start} to {stop} has {count} numbers, too many for a statement"
            )));
        };
        self.doubled(start, count, *step)
    }

    /// The name of its column behind the alias, where it stands there.
    pub(super) fn series_column(&mut self) -> Written {
        if !self.dialect.supports_generate_series() {
            return Ok(());
        }
        self.push(" ");
        self.column_names(["value"])
    }

    fn series_bound(&mut self, bound: &'a Node) -> Written {
        if bound.is_value() {
            return self.typed_operand(bound, Level::Primary);
        }
        self.push("CAST(");
        self.node(bound)?;
        self.push(" AS ");
        self.dialect.cast_type_name(&mut self.sql, &ColumnType::BigInt);
        self.push(")");
        Ok(())
    }

    fn number(&mut self, number: i64) -> Written {
        self.typed_parameter(Value::Int(number), ParameterPlace::Operand)
    }

    /// As the nodes of a tree, of which `n` has `2n` and `2n + 1` below it: each number once, and after so few rounds
    /// as it has bits. MariaDB ends a recursion in silence after 1,000 rounds, and MySQL by an error
    /// (`cte_max_recursion_depth`).
    fn doubled(&mut self, first: i64, count: i64, step: i64) -> Written {
        self.push("(WITH RECURSIVE ");
        self.identifier("numbers")?;
        self.push(" AS (SELECT CAST(1 AS ");
        self.dialect.cast_type_name(&mut self.sql, &ColumnType::BigInt);
        self.push(") AS n UNION ALL SELECT n * 2 + bit FROM ");
        self.identifier("numbers")?;
        self.push(" CROSS JOIN (SELECT 0 AS bit UNION ALL SELECT 1) AS bits WHERE n * 2 + bit <= ");
        self.number(count)?;
        self.push(") SELECT ");
        self.number(first)?;
        self.push(" + (n - 1) * ");
        self.number(step)?;
        self.push(" AS ");
        self.identifier("value")?;
        self.push(" FROM ");
        self.identifier("numbers")?;
        self.push(" WHERE n <= ");
        self.number(count)?;
        self.push(")");
        Ok(())
    }

    pub(super) fn json_table(&mut self, table: &'a JsonTable) -> Written {
        let JsonTable { json, part, value } = table;
        match self.dialect.json_tables() {
            JsonTables::Functions => {
                self.push(match (part, value) {
                    (JsonPart::Elements, JsonScalar::Document) => "jsonb_array_elements(",
                    (JsonPart::Elements, _) => "jsonb_array_elements_text(",
                    (JsonPart::Members, JsonScalar::Document) => "jsonb_each(",
                    (JsonPart::Members, _) => "jsonb_each_text(",
                });
                self.json_of_type("jsonb_typeof", type_of(*part), json)?;
                self.push(if *part == JsonPart::Elements { ") WITH ORDINALITY" } else { ")" });
            }
            JsonTables::Each => {
                self.push("json_each(");
                self.json_of_type("json_type", type_of(*part), json)?;
                self.push(")");
            }
            JsonTables::JsonTable => match part {
                JsonPart::Elements => {
                    self.push("JSON_TABLE(");
                    self.json_of_type("json_type", "ARRAY", json)?;
                    self.push(", '$[*]' COLUMNS (");
                    self.identifier("ordinality")?;
                    self.push(" FOR ORDINALITY, ");
                    self.identifier("value")?;
                    self.push(" ");
                    self.dialect.type_name(&mut self.sql, &stored_as(*value));
                    self.push(" PATH '$'))");
                }
                // It has no path to the names of an object's members.
                JsonPart::Members => {
                    self.push("JSON_TABLE(json_keys(");
                    self.json_of_type("json_type", "OBJECT", json)?;
                    self.push("), '$[*]' COLUMNS (");
                    self.identifier("key")?;
                    self.push(" ");
                    self.dialect.type_name(&mut self.sql, &ColumnType::Text);
                    self.push(" PATH '$'))");
                }
            },
        }
        Ok(())
    }

    /// The names of the columns behind the alias, where they stand there.
    pub(super) fn json_columns(&mut self, table: &JsonTable) -> Written {
        if self.dialect.json_tables() != JsonTables::Functions {
            return Ok(());
        }
        let names = match table.part {
            JsonPart::Elements => ["value", "ordinality"],
            JsonPart::Members => ["key", "value"],
        };
        self.push(" ");
        self.column_names(names)
    }

    /// The document where it is of that type, else NULL: the functions do not agree about other documents.
    fn json_of_type(&mut self, function: &str, ty: &str, json: &'a Node) -> Written {
        self.push("CASE WHEN ");
        self.push(function);
        self.push("(");
        self.typed_operand(json, Level::Or)?;
        self.push(") = '");
        self.push(ty);
        self.push("' THEN ");
        self.typed_operand(json, Level::Or)?;
        self.push(" END");
        Ok(())
    }
}

/// What PostgreSQL and SQLite call the type of a document that has such parts.
fn type_of(part: JsonPart) -> &'static str {
    match part {
        JsonPart::Elements => "array",
        JsonPart::Members => "object",
    }
}

/// The type of a column of `JSON_TABLE`.
fn stored_as(value: JsonScalar) -> ColumnType {
    match value {
        JsonScalar::Document => ColumnType::Json,
        JsonScalar::Text => ColumnType::Text,
        JsonScalar::Integer => ColumnType::BigInt,
        JsonScalar::Float => ColumnType::Double,
        JsonScalar::Decimal => ColumnType::Decimal { precision: None },
        JsonScalar::Boolean => ColumnType::Bool,
    }
}
