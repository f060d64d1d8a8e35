//! Joins along relations and explicit ones.
