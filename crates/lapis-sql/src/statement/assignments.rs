//! What an INSERT or UPDATE writes.

use crate::Name;
use crate::expr::{Assignment, Column};

/// What a row is given: an assignment (`User::name.set("Ada")`), a tuple, an array, a `Vec` or an `Option` of
/// these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not assign columns of `{E}`",
    note = "an assignment is `User::name.set(value)`; several go in a tuple or a `Vec`"
)]
pub trait Assignments<E> {
    /// Adds the assignments.
    fn add_to(self, assignments: &mut Vec<Assignment<E>>);
}

/// [`Assignments`] where it is plain of which table: what a message says of another table's is short there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not assign columns of `{E}`",
    label = "assigns no column of `{E}`",
    note = "an assignment is `User::name.set(value)`; several go in a tuple or a `Vec`"
)]
pub trait AssignmentsOf<E>: Assignments<E> {}

#[diagnostic::do_not_recommend]
impl<E, A: Assignments<E>> AssignmentsOf<E> for A {}

#[diagnostic::do_not_recommend]
impl<E> Assignments<E> for Assignment<E> {
    fn add_to(self, assignments: &mut Vec<Assignment<E>>) {
        assignments.push(self);
    }
}

#[diagnostic::do_not_recommend]
impl<E, A: Assignments<E>> Assignments<E> for Vec<A> {
    fn add_to(self, assignments: &mut Vec<Assignment<E>>) {
        self.into_iter().for_each(|assignment| assignment.add_to(assignments));
    }
}

#[diagnostic::do_not_recommend]
impl<E, A: Assignments<E>, const N: usize> Assignments<E> for [A; N] {
    fn add_to(self, assignments: &mut Vec<Assignment<E>>) {
        self.into_iter().for_each(|assignment| assignment.add_to(assignments));
    }
}

#[diagnostic::do_not_recommend]
impl<E, A: Assignments<E>> Assignments<E> for Option<A> {
    fn add_to(self, assignments: &mut Vec<Assignment<E>>) {
        self.into_iter().for_each(|assignment| assignment.add_to(assignments));
    }
}

/// Columns of table `E`: one, a tuple, or a `Vec` of names.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a column of `{E}`, nor a tuple of its columns")]
pub trait ColumnList<E> {
    /// Adds the columns' names.
    fn add_to(self, names: &mut Vec<Name>);
}

#[diagnostic::do_not_recommend]
impl<E, T> ColumnList<E> for Column<E, T> {
    fn add_to(self, names: &mut Vec<Name>) {
        names.push(Name::Borrowed(self.name()));
    }
}

#[diagnostic::do_not_recommend]
impl<E> ColumnList<E> for Vec<Name> {
    fn add_to(self, names: &mut Vec<Name>) {
        names.extend(self);
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<Table, $($name: Assignments<Table>),+> Assignments<Table> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, assignments: &mut Vec<Assignment<Table>>) {
                let ($($name,)+) = self;
                $($name.add_to(assignments);)+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<Table, $($name: ColumnList<Table>),+> ColumnList<Table> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, names: &mut Vec<Name>) {
                let ($($name,)+) = self;
                $($name.add_to(names);)+
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, E);
tuples!(A, B, C, D, E, F);
tuples!(A, B, C, D, E, F, G);
tuples!(A, B, C, D, E, F, G, H);
tuples!(A, B, C, D, E, F, G, H, I);
tuples!(A, B, C, D, E, F, G, H, I, J);
tuples!(A, B, C, D, E, F, G, H, I, J, K);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L, M);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L, M, N);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P);
