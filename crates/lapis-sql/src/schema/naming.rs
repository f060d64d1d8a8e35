//! The names of constraints and indexes that have none of their own.

use super::{Check, ForeignKey, Index, Table, Unique};
use crate::Name;

/// How constraints and indexes without a name are named, as templates over `{table}` and `{columns}` (and
/// `{target}` for foreign keys, `{name}` for checks).
///
/// A name that comes out longer than the database allows is cut, and ends in a hash of the whole, so that it
/// stays unique and the same on every run.
///
/// The `{name}` of a check is its place among the checks of its table, counted from 1, or where the check is that
/// of an enum, the column's name. A [`LengthCheck`](super::LengthCheck) has a name of its own.
///
/// ```
/// use lapis_sql::compiler::ddl::create_all;
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::schema::{ColumnDef, MetaData, NamingConvention, Table};
/// use lapis_sql::types::ColumnType;
///
/// let naming = NamingConvention { unique: "{table}_{columns}_key".into(), ..NamingConvention::default() };
/// let mut metadata = MetaData::new().with_naming(naming);
/// metadata.add(Table::build("tags").column(ColumnDef::new("name", ColumnType::Text)).unique(["name"]));
/// let statements = create_all(&metadata, &Sqlite, true)?;
/// assert!(statements[0].contains(r#"CONSTRAINT "tags_name_key" UNIQUE ("name")"#));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingConvention {
    /// Primary keys: `pk_{table}`.
    pub primary_key: Name,
    /// Foreign keys: `fk_{table}_{columns}_{target}`.
    pub foreign_key: Name,
    /// Unique constraints: `uq_{table}_{columns}`.
    pub unique: Name,
    /// Check constraints: `ck_{table}_{name}`.
    pub check: Name,
    /// Indexes: `ix_{table}_{columns}`.
    pub index: Name,
}

impl Default for NamingConvention {
    fn default() -> Self {
        Self {
            primary_key: Name::Borrowed("pk_{table}"),
            foreign_key: Name::Borrowed("fk_{table}_{columns}_{target}"),
            unique: Name::Borrowed("uq_{table}_{columns}"),
            check: Name::Borrowed("ck_{table}_{name}"),
            index: Name::Borrowed("ix_{table}_{columns}"),
        }
    }
}

impl NamingConvention {
    /// The name of a table's primary key, of at most so many bytes.
    #[must_use]
    pub fn primary_key_name(&self, table: &Table, limit: usize) -> String {
        fit(fill(&self.primary_key, table, &table.primary_key, "", ""), limit)
    }

    /// The name of a foreign key: its own, or the convention's.
    #[must_use]
    pub fn foreign_key_name(&self, table: &Table, key: &ForeignKey, limit: usize) -> String {
        let given = key.name.as_deref().map(str::to_owned);
        given.unwrap_or_else(|| {
            fit(fill(&self.foreign_key, table, &key.columns, &key.target.name, ""), limit)
        })
    }

    /// The name of a unique constraint: its own, or the convention's.
    #[must_use]
    pub fn unique_name(&self, table: &Table, unique: &Unique, limit: usize) -> String {
        let given = unique.name.as_deref().map(str::to_owned);
        given.unwrap_or_else(|| fit(fill(&self.unique, table, &unique.columns, "", ""), limit))
    }

    /// The name of a check, the table's number `position` counted from zero: its own, or the convention's.
    #[must_use]
    pub fn check_name(&self, table: &Table, check: &Check, position: usize, limit: usize) -> String {
        let given = check.name.as_deref().map(str::to_owned);
        given.unwrap_or_else(|| fit(fill(&self.check, table, &[], "", &(position + 1).to_string()), limit))
    }

    /// The name of the check that keeps a column to the names of its enum.
    #[must_use]
    pub fn enum_check_name(&self, table: &Table, column: &str, limit: usize) -> String {
        fit(fill(&self.check, table, &[], "", column), limit)
    }

    /// The name of an index: its own, or the convention's.
    #[must_use]
    pub fn index_name(&self, table: &Table, index: &Index, limit: usize) -> String {
        let given = index.name.as_deref().map(str::to_owned);
        given.unwrap_or_else(|| fit(fill(&self.index, table, &index.columns, "", ""), limit))
    }
}

/// One pass over the template, so that a brace in a table's name is no placeholder.
fn fill(template: &str, table: &Table, columns: &[Name], target: &str, name: &str) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        match &rest[..end] {
            "{table}" => filled.push_str(&table.name.name),
            "{columns}" => filled.push_str(&columns.join("_")),
            "{target}" => filled.push_str(target),
            "{name}" => filled.push_str(name),
            other => filled.push_str(other),
        }
        rest = &rest[end..];
    }
    filled.push_str(rest);
    filled
}

fn fit(mut name: String, limit: usize) -> String {
    if name.len() <= limit {
        return name;
    }
    let suffix = format!("_{:08x}", fnv1a(name.as_bytes()));
    let mut end = limit.saturating_sub(suffix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name + &suffix
}

/// FNV-1a: a hash that is the same in every release, since names that are in databases depend on it.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_templates() {
        let table = Table::build("posts").primary_key(["id"]).finish();
        let naming = NamingConvention::default();
        let key = ForeignKey::new(["author_id", "author_no"], "users", ["id", "no"]);
        assert_eq!(naming.primary_key_name(&table, 63), "pk_posts");
        assert_eq!(naming.foreign_key_name(&table, &key, 63), "fk_posts_author_id_author_no_users");
        assert_eq!(naming.unique_name(&table, &Unique::new(["slug"]), 63), "uq_posts_slug");
        assert_eq!(naming.check_name(&table, &Check::new("true"), 0, 63), "ck_posts_1");
        assert_eq!(naming.enum_check_name(&table, "status", 63), "ck_posts_status");
        assert_eq!(naming.index_name(&table, &Index::new(["title"]), 63), "ix_posts_title");
    }

    #[test]
    fn a_name_of_its_own_stays() {
        let table = Table::build("posts").finish();
        let index = Index::new(["title"]).named("by_title");
        assert_eq!(NamingConvention::default().index_name(&table, &index, 4), "by_title");
    }

    #[test]
    fn a_long_name_is_cut_to_the_limit_and_stays_unique_and_stable() {
        let naming = NamingConvention::default();
        let table = Table::build("a_table_with_a_name_that_is_already_rather_long").finish();
        let first = naming.index_name(&table, &Index::new(["a_column_of_some_length"]), 63);
        let second = naming.index_name(&table, &Index::new(["a_column_of_some_lengty"]), 63);
        assert_eq!(first, "ix_a_table_with_a_name_that_is_already_rather_long_a_c_2ef811c5");
        assert_eq!(first.len(), 63);
        assert_ne!(first, second);
    }

    #[test]
    fn a_cut_never_divides_a_character() {
        let table = Table::build("é".repeat(40)).finish();
        for limit in 20..30 {
            let name = NamingConvention::default().primary_key_name(&table, limit);
            assert!(name.len() <= limit && name.starts_with("pk_é"), "{name}");
        }
    }

    #[test]
    fn braces_that_are_no_placeholder_stay() {
        let naming =
            NamingConvention { index: Name::Borrowed("{table}{oops}_{"), ..NamingConvention::default() };
        let table = Table::build("{columns}").finish();
        assert_eq!(naming.index_name(&table, &Index::new(["a"]), 63), "{columns}{oops}_{");
    }
}
