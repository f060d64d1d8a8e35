//! What a dialect refuses when a statement is compiled: no more than this, and no less.

use std::collections::BTreeSet;

/// The dialect, and the feature as the error names it.
pub type Refusal = (&'static str, String);

/// Each is met by every run over all seeds.
const EXPECTED: &[(&str, &[&str])] = &[
    (
        "SQLite",
        &[
            "DISTINCT ON",
            "EXCEPT ALL",
            "GROUP BY CUBE",
            "GROUP BY GROUPING SETS",
            "GROUP BY ROLLUP",
            "GROUPING",
            "INTERSECT ALL",
            "LATERAL",
            "UPDATE in WITH",
            "DELETE in WITH",
            "WITH ORDINALITY",
        ],
    ),
    ("PostgreSQL", &[]),
    (
        "MariaDB",
        &[
            "DELETE in WITH",
            "DELETE … RETURNING",
            "DISTINCT ON",
            "EXCLUDE in a frame",
            "FULL JOIN",
            "GROUP BY CUBE",
            "GROUP BY GROUPING SETS",
            "GROUPING",
            "LATERAL",
            "ORDER BY beside WITH ROLLUP",
            "UPDATE in WITH",
            "UPDATE … RETURNING",
            "WITH before DELETE",
            "WITH before UPDATE",
            "WITH … AS MATERIALIZED",
            "WITH … AS NOT MATERIALIZED",
            "frames of GROUPS",
            "functions that give rows",
        ],
    ),
    (
        "MySQL",
        &[
            "DELETE in WITH",
            "DELETE … RETURNING",
            "DISTINCT ON",
            "EXCLUDE in a frame",
            "FULL JOIN",
            "GROUP BY CUBE",
            "GROUP BY GROUPING SETS",
            "UPDATE in WITH",
            "UPDATE … RETURNING",
            "WITH … AS MATERIALIZED",
            "WITH … AS NOT MATERIALIZED",
            "frames of GROUPS",
            "functions that give rows",
        ],
    ),
];

pub fn is_expected(dialect: &str, feature: &str) -> bool {
    EXPECTED.iter().any(|(name, features)| *name == dialect && features.contains(&feature))
}

/// Those that a dialect is said to refuse, and did not.
pub fn not_met(dialect: &str, met: &BTreeSet<Refusal>) -> Vec<&'static str> {
    let expected = EXPECTED.iter().filter(|(name, _)| *name == dialect).flat_map(|(_, features)| *features);
    let is_met = |feature: &&str| met.iter().any(|(name, known)| *name == dialect && known == feature);
    expected.copied().filter(|feature| !is_met(feature)).collect()
}
