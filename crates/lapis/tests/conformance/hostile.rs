//! Text that would break a statement it were pasted into, in every place text can take.
