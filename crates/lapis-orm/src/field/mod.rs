//! The field types of entities: what the database assigns, and what refers to other entities.

mod auto;
mod many;
mod one;
mod reference;

pub use auto::Auto;
pub use many::Many;
pub use one::One;
pub use reference::{Ref, ReferenceField};
