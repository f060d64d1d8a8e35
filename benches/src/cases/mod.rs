//! What is measured.

mod compiling;
mod loading;
mod lookup;
mod reading;
mod writing;

pub use compiling::COMPILING;

use crate::harness::Case;

/// Makes a case: its databases are opened and filled then.
pub type Make = fn() -> Case;

/// Every case, made when its turn has come.
#[must_use]
pub fn all() -> Vec<Make> {
    let mut cases: Vec<Make> = Vec::new();
    cases.extend(reading::CASES);
    cases.extend(lookup::CASES);
    cases.extend(writing::CASES);
    cases.extend(loading::CASES);
    cases
}
