//! The list of what is not run on which database, for want of a capability: written to a file, for the test runner keeps
//! what tests print, and knows of no test that comes last.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// In the folder that Cargo has for tests' files, `target/tmp`.
const FILE: &str = "conformance-omissions.txt";

/// The behaviours by database and capability.
type Omitted = BTreeMap<(&'static str, &'static str), BTreeSet<String>>;

static OMITTED: Mutex<Omitted> = Mutex::new(Omitted::new());

/// Begins a list with the databases that are covered; one of an earlier run is gone.
pub fn begin(coverage: &str) {
    write(&format!("{coverage}nothing is left out\n"));
}

/// Notes that a database lacks what a behaviour is about. `test` is its path: crate, module, database, behaviour.
pub fn note(database: &'static str, capability: &'static str, coverage: &str, test: &str) {
    let path: Vec<&str> = test.split("::").collect();
    let behaviour = match path[..] {
        [_, module, _, behaviour] => format!("{module}::{behaviour}"),
        _ => test.to_owned(),
    };
    let mut omitted = OMITTED.lock().unwrap_or_else(PoisonError::into_inner);
    omitted.entry((database, capability)).or_default().insert(behaviour);
    let mut list = coverage.to_owned();
    for ((database, capability), behaviours) in &*omitted {
        let _ = writeln!(list, "{database} has no {capability}, which leaves out:");
        for behaviour in behaviours {
            let _ = writeln!(list, "  {behaviour}");
        }
    }
    write(&list);
}

/// What cannot be written is not worth a failing test.
fn write(list: &str) {
    let _ = std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(FILE), list);
}
