//! Queries within queries.
