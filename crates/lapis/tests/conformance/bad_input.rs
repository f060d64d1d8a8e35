//! What is wrong is a typed error that says what to do, and leaves the engine usable.
