//! Shapes: what the rows of a statement are, as types.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::SelectItem;
use crate::expr::{Column, Expr, IntoExpr, StaticTable, TableName};
use crate::schema::Table;
use crate::types::SqlType;

/// What a row is: one value ([`Val`]), an entity, an optional shape, or a tuple of shapes.
///
/// The engine knows how to read a shape, the mapper how to track it.
pub trait Shape: 'static {
    /// What else may be said of how rows of this shape are completed: for entities, which relations are
    /// loaded along.
    type Options: Default + Clone + Debug + Send + Sync + 'static;

    /// What is known of a table of that name, from an entity of the shape or one that is related to it.
    fn find_table(name: &TableName) -> Option<&'static Table> {
        let _ = name;
        None
    }
}

/// A single value of Rust type `T`.
#[derive(Debug)]
pub struct Val<T>(PhantomData<fn() -> T>);

impl<T: 'static> Shape for Val<T> {
    type Options = ();
}

/// A whole row read as `T`, by the names of its columns: for SQL written by hand.
#[derive(Debug)]
pub struct ByRow<T>(PhantomData<fn() -> T>);

impl<T: 'static> Shape for ByRow<T> {
    type Options = ();
}

/// No rows at all.
impl Shape for () {
    type Options = ();
}

/// A shape that an outer join may leave without a row.
impl<S: Shape> Shape for Option<S> {
    type Options = S::Options;

    fn find_table(name: &TableName) -> Option<&'static Table> {
        S::find_table(name)
    }
}

/// Something that `select(..)` takes: a column, an expression, an entity, or a tuple of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected",
    label = "not a column, an expression, an entity, or a tuple of up to twelve of these"
)]
pub trait Selection {
    /// What it is in a row.
    type Shape: Shape;

    /// Adds its columns to the projection.
    fn add_to(self, items: &mut Vec<SelectItem>);
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable, T: SqlType + 'static> Selection for Column<E, T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem { not_null: !T::NULLABLE, ..SelectItem::new(self.into_node()) });
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + 'static> Selection for Expr<T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem::new(self.into_node()));
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + 'static> Selection for &Expr<T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem::new(self.into_node()));
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        impl<$($name: Shape),+> Shape for ($($name,)+) {
            type Options = ();

            fn find_table(name: &TableName) -> Option<&'static Table> {
                None$(.or_else(|| $name::find_table(name)))+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: Selection),+> Selection for ($($name,)+) {
            type Shape = ($($name::Shape,)+);

            #[allow(non_snake_case)]
            fn add_to(self, items: &mut Vec<SelectItem>) {
                let ($($name,)+) = self;
                $($name.add_to(items);)+
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, F);
tuples!(A, B, C, D, F, G);
tuples!(A, B, C, D, F, G, H);
tuples!(A, B, C, D, F, G, H, I);
tuples!(A, B, C, D, F, G, H, I, J);
tuples!(A, B, C, D, F, G, H, I, J, K);
tuples!(A, B, C, D, F, G, H, I, J, K, L);
tuples!(A, B, C, D, F, G, H, I, J, K, L, M);
