//! The columns that may be named at run time.

use super::error::shown;
use super::nearest::nearest;
use super::{ColumnError, DynamicColumn};
use crate::Name;
use crate::expr::OrderBy;
use crate::schema::Table;

/// The columns of a table by their names, or those of them that may be used.
///
/// A column of an entity has two names: that of its field, and that in the database. Either finds it; where the name of
/// one field is that of another field's column, the field's counts. Upper and lower case are told apart.
///
/// ```
/// use lapis_sql::dynamic::DynamicColumns;
/// use lapis_sql::schema::{ColumnDef, Table};
/// use lapis_sql::types::ColumnType;
///
/// let users = Table::build("users")
///     .column(ColumnDef::new("name", ColumnType::Text))
///     .column(ColumnDef::new("age", ColumnType::Int))
///     .column(ColumnDef::new("password_hash", ColumnType::Text))
///     .finish();
/// let sortable = DynamicColumns::of(&users).only(["name", "age"])?;
/// assert_eq!(sortable.order_by("-age,name")?.len(), 2); // ORDER BY "users"."age" DESC, "users"."name"
/// assert_eq!(
///     sortable.order_by("password_hash").unwrap_err().to_string(),
///     "users has no column `password_hash`; it has `name` and `age`"
/// );
/// # Ok::<(), lapis_sql::dynamic::ColumnError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicColumns {
    table: String,
    columns: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq)]
struct Named {
    /// What it is called first of all: its field, or what an allow-list calls it.
    name: Name,
    /// What else finds it.
    other: Option<Name>,
    /// The columns: more than one for a reference to a key of several columns.
    columns: Vec<DynamicColumn>,
}

impl DynamicColumns {
    /// The columns of a table by their names in the database.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let mut columns = Self { table: table.name.to_string(), columns: Vec::new() };
        for column in &table.columns {
            columns.add(column.name.clone(), vec![DynamicColumn::new(&table.name, column)]);
        }
        columns
    }

    /// The same by the names of fields: each with its columns.
    #[must_use]
    pub fn of_fields(
        table: &Table,
        fields: impl IntoIterator<Item = (&'static str, Vec<DynamicColumn>)>,
    ) -> Self {
        let mut columns = Self { table: table.name.to_string(), columns: Vec::new() };
        for (field, of_field) in fields {
            columns.add(Name::Borrowed(field), of_field);
        }
        columns
    }

    fn add(&mut self, name: Name, columns: Vec<DynamicColumn>) {
        if let [one] = columns.as_slice() {
            let own = Name::Owned(one.name().to_owned());
            let other = (own != name).then_some(own);
            self.columns.push(Named { name, other, columns });
            return;
        }
        for column in &columns {
            let name = Name::Owned(column.name().to_owned());
            self.columns.push(Named { name, other: None, columns: vec![column.clone()] });
        }
        self.columns.push(Named { name, other: None, columns });
    }

    /// These alone, and by these names alone: an allow-list.
    ///
    /// # Errors
    /// If there is no column of one of the names.
    pub fn only<N: Into<Name>>(self, names: impl IntoIterator<Item = N>) -> Result<Self, ColumnError> {
        let mut columns = Vec::new();
        for name in names {
            let name = name.into();
            let column = self.get(&name)?;
            columns.push(Named { name, other: None, columns: vec![column] });
        }
        Ok(Self { table: self.table, columns })
    }

    /// Gives a column one more name, by which a request may call it.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn alias(mut self, alias: impl Into<Name>, name: &str) -> Result<Self, ColumnError> {
        let columns = vec![self.get(name)?];
        self.columns.push(Named { name: alias.into(), other: None, columns });
        Ok(self)
    }

    /// The column of that name.
    ///
    /// # Errors
    /// If there is none, or the name is that of a reference that has several; the error lists the names there are.
    pub fn get(&self, name: &str) -> Result<DynamicColumn, ColumnError> {
        let by_name = self.columns.iter().find(|named| named.name == name);
        let by_either = || {
            self.columns
                .iter()
                .find(|named| named.other.as_ref().is_some_and(|other| other == name))
        };
        match by_name.or_else(by_either).map(|named| named.columns.as_slice()) {
            Some([column]) => Ok(column.clone()),
            Some(columns) => Err(ColumnError::Several {
                table: self.table.clone(),
                name: shown(name),
                columns: list(columns.iter().map(DynamicColumn::name)),
            }),
            None => Err(ColumnError::Unknown {
                table: self.table.clone(),
                name: shown(name),
                nearest: nearest(name, self.names()).map(str::to_owned),
                known: list(self.names()),
            }),
        }
    }

    /// The columns of several names, with commas between: for `select`, where a request says which it wants.
    ///
    /// # Errors
    /// As [`get`](Self::get), and where there is no name at all.
    pub fn list(&self, names: &str) -> Result<Vec<DynamicColumn>, ColumnError> {
        names.split(',').map(|name| self.get(name.trim())).collect()
    }

    /// An order given as text: names with commas between, each behind `-` for largest first or, if one wants to,
    /// `+` for smallest first. Empty text is no order.
    ///
    /// It stands in `order_by`, alone or in a tuple with other terms.
    ///
    /// # Errors
    /// As [`get`](Self::get), and if a name is missing or a column comes twice.
    pub fn order_by(&self, text: &str) -> Result<Vec<OrderBy>, ColumnError> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let fault = |reason: String| ColumnError::Order { order: shown(text), reason };
        let mut terms: Vec<OrderBy> = Vec::new();
        for term in text.split(',').map(str::trim) {
            let (name, descending) = match term.strip_prefix('-') {
                Some(name) => (name, true),
                None => (term.strip_prefix('+').unwrap_or(term), false),
            };
            if name.is_empty() {
                return Err(fault("a name is missing between its commas".to_owned()));
            }
            let column = self.get(name)?;
            let term = if descending { column.desc() } else { column.asc() };
            if terms.iter().any(|earlier| earlier.node == term.node) {
                return Err(fault(format!("`{}` comes twice", column.name())));
            }
            terms.push(term);
        }
        Ok(terms)
    }

    /// The names, each column by its first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|named| named.name.as_ref())
    }
}

impl Table {
    /// The column of that name, to build statements with; see [`DynamicColumns`].
    ///
    /// # Errors
    /// If there is none; the error lists the names there are.
    pub fn c(&self, name: &str) -> Result<DynamicColumn, ColumnError> {
        match self.column(name) {
            Some(column) => Ok(DynamicColumn::new(&self.name, column)),
            None => DynamicColumns::of(self).get(name),
        }
    }
}

/// `a`, `b` and `c`, each in backticks.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ColumnDef;
    use crate::types::ColumnType;

    fn table() -> Table {
        let column = |name: &'static str| ColumnDef::new(name, ColumnType::Text);
        Table::build("t")
            .column(column("a"))
            .column(column("b"))
            .column(column("c_x"))
            .column(column("c_y"))
            .finish()
    }

    /// A field `b` on column `a`, a field `mail` on column `b`, and a reference `c` of two columns.
    fn fields() -> DynamicColumns {
        let table = table();
        let column = |name| table.c(name).unwrap();
        let fields = [
            ("b", vec![column("a")]),
            ("mail", vec![column("b")]),
            ("c", vec![column("c_x"), column("c_y")]),
        ];
        DynamicColumns::of_fields(&table, fields)
    }

    #[test]
    fn a_fields_name_counts_before_a_columns() {
        assert_eq!(fields().get("b").unwrap().name(), "a");
        assert_eq!(fields().get("a").unwrap().name(), "a");
        assert_eq!(fields().get("mail").unwrap().name(), "b");
    }

    #[test]
    fn a_reference_of_several_columns_says_which_they_are() {
        assert_eq!(fields().get("c_y").unwrap().name(), "c_y");
        let message = "`c` of t is `c_x` and `c_y` together; name one of them";
        assert_eq!(fields().get("c").unwrap_err().to_string(), message);
    }

    #[test]
    fn an_allow_list_goes_by_its_own_names() {
        let only = fields().only(["a"]).unwrap();
        assert!(only.get("b").is_err() && only.get("mail").is_err());
        assert_eq!(only.get("a").unwrap().name(), "a");
        assert!(fields().only(["nothing"]).is_err());
        assert_eq!(only.alias("first", "a").unwrap().get("first").unwrap().name(), "a");
    }

    #[test]
    fn an_order_is_names_with_their_direction() {
        let order = DynamicColumns::of(&table()).order_by(" -a, +b ,c_x").unwrap();
        let columns = [
            table().c("a").unwrap().desc(),
            table().c("b").unwrap().asc(),
            table().c("c_x").unwrap().asc(),
        ];
        assert_eq!(order, columns);
        assert_eq!(fields().order_by("  ").unwrap(), []);
    }

    #[test]
    fn an_order_that_is_none_is_an_error() {
        let fault = |text: &str| fields().order_by(text).unwrap_err().to_string();
        assert_eq!(fault("mail,,a"), "`mail,,a` is no order: a name is missing between its commas");
        assert_eq!(fault("mail,-"), "`mail,-` is no order: a name is missing between its commas");
        assert_eq!(fault("mail,-b,a"), "`mail,-b,a` is no order: `a` comes twice");
        assert_eq!(
            fault("mial"),
            "t has no column `mial` (did you mean `mail`?); it has `b`, `mail`, `c_x`, `c_y` and `c`"
        );
        for hostile in ["a; DROP TABLE t", "a\" DESC", "--a", "a DESC", "(SELECT 1)", "\0"] {
            assert!(fields().order_by(hostile).is_err(), "{hostile}");
        }
    }
}
