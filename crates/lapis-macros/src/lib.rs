//! The derive macros of Lapis: `Entity`, `SqlEnum`, `SqlType` and `FromRow`.
//!
//! They are used through the `lapis` crate, which re-exports them beside the traits they implement, and what
//! they emit calls into it. They hold no logic that a function could hold.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod attribute;
mod entity;
mod from_row;
mod hybrid;
mod lapis_path;
mod rename;
mod sql_enum;
mod sql_type;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a row of a table.
///
/// ```
/// use lapis::prelude::*;
///
/// #[derive(Entity, Debug, Clone)]
/// #[entity(table = "users", index(name, created_at))]
/// pub struct User {
///     #[column(primary_key)]
///     pub id: Auto<i64>,                        // assigned by the database
///     #[column(length = 320, unique)]
///     pub email: String,                        // VARCHAR(320) NOT NULL UNIQUE
///     pub name: Option<String>,                 // TEXT
///     #[column(server_default = now())]
///     pub created_at: Auto<DateTime<Utc>>,
///     pub manager: Option<Ref<User>>,           // manager_id REFERENCES users(id)
///     #[relation(inverse = User::manager)]
///     pub reports: Many<User>,
/// }
///
/// let ann = User::new().email("ann@example.org").build();
/// assert!(!ann.id.is_set());
/// let adults = User::select().filter(User::email.ends_with("@example.org")).eager(User::reports);
/// # let _ = adults;
/// ```
///
/// It implements `Entity` and makes
/// - a constant for each field: `User::email` to build expressions with, `User::posts` to load, join and
///   filter by;
/// - a builder, `User::new().email("a@example.org").build()`, in which a missing required field is a compile
///   error. `Auto`, `Option`, `Ref`, `Many` and `One` fields and those with a `default` may be left out.
///
/// # Fields
/// | type | column |
/// | --- | --- |
/// | `T` | of `T`'s type, `NOT NULL` |
/// | `Option<T>` | of `T`'s type |
/// | `Auto<T>` | assigned by the database: a counted key, a `server_default`, or `computed` |
/// | `Ref<T>`, `Option<Ref<T>>` | a foreign key called after the field and the other table's key: `author_id` |
/// | `Many<T>`, `One<T>` | none: the other side of a reference, or many to many |
///
/// # `#[entity(..)]` on the struct
/// | attribute | meaning |
/// | --- | --- |
/// | `table = ".."` | the table's name; required |
/// | `schema = ".."`, `comment = ".."` | its schema, and its comment in the database |
/// | `unique(a, b)`, `unique(name = "..", columns(a, b))` | a unique constraint over fields |
/// | `index(a, b)`, `index(columns(a), unique, where = "..", name = "..")` | an index over fields |
/// | `check = ".."`, `check(name = "..", sql = "..")` | a condition that every row meets, as SQL |
/// | `crate = path` | where `lapis` is, under another name |
///
/// # `#[column(..)]` on fields
/// | attribute | meaning |
/// | --- | --- |
/// | `primary_key` | a part of the primary key; an `Auto` integer is counted up |
/// | `sequence(name = "..", start = 1, increment = 1)` | how it is counted |
/// | `name = ".."` | the column's name, if not the field's |
/// | `length = 320` | `VARCHAR(320)`, on SQLite with a CHECK that enforces it |
/// | `precision = 10, scale = 2` | `NUMERIC(10, 2)`; SQLite keeps up to 15 significant digits, wherever the point is, and checks neither |
/// | `type = SmallInt`, `type = "CITEXT"` | a `ColumnType`, or a type of one database by its SQL name |
/// | `unique`, `index` | a constraint or index over this field |
/// | `default = ..` | what the builder puts in where nothing is given: any Rust expression |
/// | `server_default = ..` | what the database puts in: `now()`, a literal, or `sql("..")` |
/// | `on_update = ..` | what every flushed update sets it to: `now()`, a literal, or `sql("..")` |
/// | `computed = "..", stored` | a generated column; `stored` if it is to be kept |
/// | `on_delete = ".."`, `on_key_update = ".."` | of a reference: `cascade`, `restrict`, `set null`, `set default`, `no action` |
/// | `property = ..` | of an `Auto`: no column, but an expression that the entity is selected with; see below |
/// | `check = ".."`, `comment = ".."` | as on the struct |
/// | `skip` | no column: the field is `Default::default()` when a row is read |
///
/// A `server_default` on a field that is no `Auto` is for rows that others insert: this program always sends
/// the field's value.
///
/// # Properties
/// A field with `#[column(property = ..)]` is no column. It holds what an expression gives, which every select of the
/// entity has along: of queries, of relations that are loaded, of `get` and `refresh`. The expression is any Rust
/// expression that makes an SQL one: an arithmetic one over the entity's columns, a subquery that counts rows of another
/// entity. It is read as the type within the `Auto`, and its constant stands in filters, orders and selects:
/// `User::post_count.gt(3)`.
///
/// Nothing writes a property. A flush that inserts or updates the row unsets it in the session, for the database may say
/// something else now; so it is unset until the row is read again, by `session.refresh(..)` or any query that finds it.
/// What other rows' changes make of it shows when it is read again, too.
///
/// # `#[relation(..)]` on `Many` and `One`
/// | attribute | meaning |
/// | --- | --- |
/// | `inverse = Post::author` | the other side of that reference, or of that many-to-many relation |
/// | `through = "book_tags"` | many to many, by that association table (`schema.table` if it has a schema); said on both sides, and `inverse` on one of them or both |
/// | `from = "..", to = ".."` | its columns for this side and the other, if not `book_id` and `tag_id` |
/// | `cascade(delete, delete_orphan)` | deleting the owner deletes them; so does taking one out |
/// | `order_by = "title, id desc"` | by which fields of the other entity they are ordered |
#[proc_macro_derive(Entity, attributes(entity, column, relation))]
pub fn entity(input: TokenStream) -> TokenStream {
    entity::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Stores an enum in a column by the names of its variants.
///
/// ```
/// use lapis::prelude::*;
///
/// #[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
/// #[sql(rename_all = "snake_case")]
/// enum Status {
///     Draft,
///     InReview,                 // in_review
///     #[sql(rename = "live")]
///     Published,
/// }
///
/// assert_eq!(Status::VALUES, ["draft", "in_review", "live"]);
/// ```
///
/// Without `rename_all` (`lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`,
/// `SCREAMING_SNAKE_CASE`, `kebab-case`) names are stored as they are written. `name = ".."` names the type,
/// which is otherwise the enum's name in snake case; `native` makes a native enum type where the database has
/// one, instead of text with a CHECK.
#[proc_macro_derive(SqlEnum, attributes(sql))]
pub fn sql_enum(input: TokenStream) -> TokenStream {
    run(input, sql_enum::derive)
}

/// Stores a newtype in a column as the type it wraps.
///
/// ```
/// use lapis::prelude::*;
///
/// #[derive(SqlType, Debug, Clone, PartialEq)]
/// #[sql(length = 320)]
/// struct Email(String);
///
/// assert_eq!(Email::column_type(), lapis::types::ColumnType::String(320));
/// ```
#[proc_macro_derive(SqlType, attributes(sql))]
pub fn sql_type(input: TokenStream) -> TokenStream {
    run(input, sql_type::derive)
}

/// Reads a struct from a row, each field by the column of its name.
///
/// ```
/// use lapis::prelude::*;
///
/// # #[derive(FromRow)] struct Place { country: String }
/// #[derive(FromRow)]
/// struct City {
///     name: String,
///     #[from_row(rename = "n")]
///     people: i64,
///     #[from_row(default)]      // `Default::default()` where the row has no such column
///     note: Option<String>,
///     #[from_row(flatten)]      // a struct of more columns of the same row
///     place: Place,
///     #[from_row(skip)]         // not read: `Default::default()`
///     seen: bool,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// let engine = Engine::connect("sqlite::memory:").await?;
/// let sql = "SELECT 'Ulm' AS name, 126405 AS n, 'Germany' AS country";
/// let city: City = engine.one(text(sql).rows()).await?;
/// assert_eq!((city.name.as_str(), city.people), ("Ulm", 126_405));
/// assert_eq!((city.place.country.as_str(), city.note, city.seen), ("Germany", None, false));
/// # Ok(()) }
/// ```
#[proc_macro_derive(FromRow, attributes(from_row))]
pub fn from_row(input: TokenStream) -> TokenStream {
    run(input, from_row::derive)
}

/// Makes methods of an entity SQL expressions as well: a rule is written once, and holds for a value in Rust and for rows
/// in the database. SQLAlchemy calls them hybrids.
///
/// ```
/// use lapis::prelude::*;
///
/// #[derive(Entity, Debug, Clone)]
/// #[entity(table = "users")]
/// struct User {
///     #[column(primary_key)]
///     id: Auto<i64>,
///     first: String,
///     last: String,
///     age: i32,
///     #[column(default = None)]
///     nickname: Option<String>,
/// }
///
/// #[hybrid]
/// impl User {
///     fn full_name(&self) -> String {
///         format!("{} {}", self.first, self.last)
///     }
///
///     fn is_adult(&self, majority: i32) -> bool {
///         self.age >= majority
///     }
///
///     fn greeting(&self) -> String {
///         if self.is_adult(18) { self.full_name() } else { self.nickname.clone().unwrap_or(self.first.clone()) }
///     }
///
///     #[sql(func::length(User::first))] // of what has no translation, the SQL is said
///     fn letters(&self) -> i64 {
///         self.first.chars().filter(|letter| letter.is_alphabetic()).count() as i64
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// # engine.create_all(&MetaData::of::<User>()).await?;
/// let ann = User::new().first("Ann").last("Lee").age(30).build();
/// assert!(ann.is_adult(18)); // in Rust
/// engine.execute(User::insert_all([&ann])).await?;
/// let adults = select(User::full_name_sql()).filter(User::is_adult_sql(18)).order_by(User::greeting_sql()); // in SQL
/// assert_eq!(engine.all(adults).await?, [ann.full_name()]);
/// # Ok(()) }
/// ```
///
/// Beside each method of `&self` stands a function of the same name with `_sql` behind it, which takes the method's
/// parameters and gives an `Expr` of what the method returns. `alias.expr(User::is_adult_sql(18))` is the same of the
/// table under another name.
///
/// # What is translated
/// | Rust | SQL |
/// | --- | --- |
/// | `self.age`, `*self.id` | the column, or the property |
/// | literals, constants, parameters, and whatever is computed of them alone | bound values, computed in Rust |
/// | `+ - * / %`, unary `-`; `+` and `format!("{} {}", ..)` of texts | the operators; integers divide towards zero; texts are joined |
/// | `== != < <= > >=`, `&& \|\| !` | the operators; of options, `None == None` is true |
/// | `if .. else`, `match` by literals, paths, `None`, `Some(..)` and `_`, `matches!` | `CASE`, conditions |
/// | `let name = ..;` | the expression in the name's place |
/// | `is_none`, `is_some`, `unwrap_or`, `or`, `is_some_and(\|x\| ..)`, `map(\|x\| ..)` | `IS NULL`, `coalesce`, … |
/// | `to_lowercase`, `to_uppercase`, `chars().count()`, `abs` | `lower`, `upper`, `char_length`, `abs` |
/// | `clone`, `as_deref`, `as_ref`, `as_str`, `to_owned`, `to_string` of text, `&` | nothing |
/// | `x as i64`, of a whole number | `CAST` |
/// | `self.other(..)` | the other hybrid |
///
/// Everything else is a compile error at its place. Then `#[sql(expression)]` on the method says its SQL, in which the
/// method's parameters may be used, and `#[sql(skip)]` leaves it without. What is no method of `&self` is left alone.
///
/// # Where both sides differ
/// A comparison of texts is the database's: by the column's collation, which on MySQL takes upper and lower case as alike.
/// `lower` and `upper` know the letters of ASCII alone on SQLite. Arithmetic that overflows panics or wraps in Rust, and is
/// an error or a wider number in SQL.
#[proc_macro_attribute]
pub fn hybrid(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let block = parse_macro_input!(item as syn::ItemImpl);
    hybrid::expand(arguments.into(), &block).into()
}

fn run(
    input: TokenStream,
    derive: fn(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).unwrap_or_else(|error| error.into_compile_error()).into()
}
