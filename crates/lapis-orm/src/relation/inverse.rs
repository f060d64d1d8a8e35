//! What `inverse` may name: the derive's output asks here, so that a mistake is one short sentence.
//!
//! A constant holds its other side as a function, not as a value: both sides may name each other.

use super::{Access, Reference, ToMany};
use crate::entity::Entity;

/// A reference of `T` to `S`, whose other side is a relation of `S` to `T`.
#[diagnostic::on_unimplemented(
    message = "`inverse` has to name the `Ref` of `{T}` to `{S}`",
    label = "not a `Ref<{S}>` of `{T}`",
    note = "where both sides are `Many`, an association table connects them: add `through = \"table\"`"
)]
pub trait InverseReference<S: Entity, T> {
    /// How to read and write it.
    fn access(self) -> Access<T, S>;
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity, V> InverseReference<S, T> for Reference<T, S, V> {
    fn access(self) -> Access<T, S> {
        Reference::access(self)
    }
}

/// A relation of `T` to many `S`, whose other side is a relation of `S` to many `T`.
#[diagnostic::on_unimplemented(
    message = "with `through`, `inverse` has to name the `Many` of `{T}` to `{S}`",
    label = "not a `Many<{S}>` of `{T}`",
    note = "for the other side of a `Ref`, leave `through` away"
)]
pub trait InverseMany<S: Entity, T: Entity> {
    /// The relation.
    fn relation(self) -> ToMany<T, S>;
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity> InverseMany<S, T> for ToMany<T, S> {
    fn relation(self) -> ToMany<T, S> {
        self
    }
}

/// The reference that an attribute names as the other side.
pub fn inverse_reference<S: Entity, T, R: InverseReference<S, T>>(reference: R) -> Access<T, S> {
    reference.access()
}

/// The relation that an attribute names as the other side.
pub fn inverse_many<S: Entity, T: Entity, R: InverseMany<S, T>>(relation: R) -> ToMany<T, S> {
    relation.relation()
}
