//! What the typed INSERT, UPDATE and DELETE have in common.

/// A typed statement over table `E` that returns rows of shape `S`: its plain data, and how to complete rows.
macro_rules! typed_write_statement {
    ($(#[$doc:meta])* $name:ident, $data:ident, $variant:ident) => {
        $(#[$doc])*
        pub struct $name<E, S: Shape = ()> {
            /// The statement as plain data.
            pub statement: $data,
            /// How returned rows are to be completed.
            pub options: S::Options,
            marker: PhantomData<fn() -> E>,
        }

        impl<E, S: Shape> $name<E, S> {
            /// Says that a statement is about table `E` and returns rows of shape `S`. Nothing checks it before
            /// the rows are decoded.
            #[must_use]
            pub fn new(statement: $data) -> Self {
                Self { statement, options: S::Options::default(), marker: PhantomData }
            }

            /// `RETURNING`: gives back columns, expressions or whole entities of the rows it writes.
            ///
            /// An error when compiled for a database that has no such clause.
            #[must_use]
            pub fn returning<R: Selection>(mut self, selection: R) -> $name<E, R::Shape> {
                self.statement.returning.clear();
                selection.add_to(&mut self.statement.returning);
                $name::new(self.statement)
            }

            /// `WITH`: the statement takes rows from the common table expression by its name.
            ///
            /// MySQL has it for UPDATE, DELETE and `INSERT … SELECT`, MariaDB 10.11 for the last alone; elsewhere it
            /// is an error when compiled.
            #[must_use]
            pub fn with(mut self, cte: &Cte) -> Self {
                self.statement.with.push(cte.definition.clone());
                self
            }

            /// The statement as a common table expression, whose rows are what it returns: another statement that has
            /// it in its `WITH` runs it, once, and selects from those rows. See [`Cte`].
            ///
            /// PostgreSQL has it alone, and only in the `WITH` of a whole statement; elsewhere it is an error when
            /// compiled. Both see the database as it was before: the rows that one of them writes are not in the tables
            /// of the other.
            pub fn cte(self, name: impl Into<crate::Name>) -> Cte {
                Cte::of(name.into(), CommonQuery::$variant(self.statement))
            }
        }

        impl<E, S: Shape> Clone for $name<E, S> {
            fn clone(&self) -> Self {
                Self { statement: self.statement.clone(), options: self.options.clone(), marker: PhantomData }
            }
        }

        impl<E, S: Shape> fmt::Debug for $name<E, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("statement", &self.statement).finish_non_exhaustive()
            }
        }

        impl<E, S: Shape> Statement for $name<E, S> {
            fn as_statement(&self) -> StatementRef<'_> {
                StatementRef::$variant(&self.statement)
            }
        }

        impl<E, S: Shape> Query for $name<E, S> {
            type Shape = S;

            fn options(&self) -> &S::Options {
                &self.options
            }
        }

        impl Statement for $data {
            fn as_statement(&self) -> StatementRef<'_> {
                StatementRef::$variant(self)
            }
        }
    };
}

/// What UPDATE and DELETE have beyond that: joins, and an order with a limit.
macro_rules! joined_write_statement {
    ($name:ident) => {
        impl<E, S: Shape> $name<E, S> {
            /// Joins along a relation, looking only at rows that match: `.join(Post::author)`.
            #[must_use]
            pub fn join(mut self, target: impl JoinTarget) -> Self {
                self.statement.joins.extend(target.joins(JoinKind::Inner));
                self
            }

            /// Joins a table, an alias or a subquery, looking only at rows that match. What is known of them may stand
            /// in the filter and in what is set; what outer joins give, take as a subquery.
            ///
            /// MySQL and MariaDB join; PostgreSQL and SQLite (since 3.33) have `UPDATE … FROM`, PostgreSQL
            /// `DELETE … USING`, and SQLite asks whether such rows exist.
            #[must_use]
            pub fn join_on(mut self, item: impl IntoFromItem, condition: impl Condition) -> Self {
                let on = Some(condition.into_condition());
                self.statement
                    .joins
                    .push(Join { kind: JoinKind::Inner, item: item.into_from_item(), on });
                self
            }

            /// Which rows come first where there is a [`limit`](Self::limit), and on MySQL and MariaDB also in which
            /// order the rows are written.
            ///
            /// MySQL and MariaDB have it, for statements without joins; elsewhere it is an error when compiled.
            #[must_use]
            pub fn order_by(mut self, terms: impl Ordering) -> Self {
                terms.add_to(&mut self.statement.order_by);
                self
            }

            /// At most so many rows.
            ///
            /// MySQL and MariaDB have it, for statements without joins; elsewhere it is an error when compiled. There,
            /// say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`.
            #[must_use]
            pub fn limit(mut self, rows: u64) -> Self {
                self.statement.limit = Some(rows);
                self
            }

            fn cross_join(mut self, item: impl IntoFromItem) -> Self {
                let item = item.into_from_item();
                self.statement.joins.push(Join { kind: JoinKind::Cross, item, on: None });
                self
            }
        }
    };
}

pub(super) use {joined_write_statement, typed_write_statement};
