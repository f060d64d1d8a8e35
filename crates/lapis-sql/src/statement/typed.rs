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

pub(super) use typed_write_statement;
