//! Tables from entities and made at run time, and what the database then enforces.
