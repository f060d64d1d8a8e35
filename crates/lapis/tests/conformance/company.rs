//! The entities that the behaviours of queries are about: people in departments, and their projects.
