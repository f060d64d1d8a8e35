//! INSERT, UPDATE and DELETE past any session.
