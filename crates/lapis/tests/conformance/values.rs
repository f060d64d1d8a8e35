//! Every Rust type that a column can hold, there and back.
