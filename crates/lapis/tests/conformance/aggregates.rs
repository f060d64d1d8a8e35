//! Functions over many rows, groups, and conditions on groups.
