//! Values that the database assigns.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that the database assigns: a generated key, a server-side default, a computed column.
///
/// It is unset until the flush that inserts the row, which reads it back. A value may also be given by
/// hand (`Auto::from(7)`), and is then stored as it is.
///
/// Reading an unset value through `Deref` panics; [`Auto::get`] does not.
///
/// ```
/// use lapis_orm::Auto;
///
/// let id: Auto<i64> = Auto::unset();
/// assert_eq!(id.get(), None);
/// assert_eq!(Auto::from(7), 7);
/// ```
#[derive(Clone, Copy)]
pub struct Auto<T>(Option<T>);

impl<T> Auto<T> {
    /// No value yet: the database will assign one.
    #[must_use]
    pub const fn unset() -> Self {
        Self(None)
    }

    /// The value, if it has been assigned.
    #[must_use]
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Whether a value has been assigned.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The value itself, if it has been assigned.
    #[must_use]
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> Default for Auto<T> {
    fn default() -> Self {
        Self::unset()
    }
}

impl<T> From<T> for Auto<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> Deref for Auto<T> {
    type Target = T;

    /// The assigned value.
    ///
    /// # Panics
    /// If the database has not assigned one yet.
    #[track_caller]
    fn deref(&self) -> &T {
        self.0
            .as_ref()
            .expect("this value is assigned by the database: read it after the flush, or use `.get()`")
    }
}

impl<T: PartialEq> PartialEq<T> for Auto<T> {
    fn eq(&self, other: &T) -> bool {
        self.0.as_ref() == Some(other)
    }
}

impl<T: PartialEq> PartialEq for Auto<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Auto<T> {}

impl<T: PartialOrd> PartialOrd for Auto<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl<T: Ord> Ord for Auto<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T: Hash> Hash for Auto<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Auto<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("<unset>"),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Auto<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("<unset>"),
        }
    }
}

impl<T: Serialize> Serialize for Auto<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Auto<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}
