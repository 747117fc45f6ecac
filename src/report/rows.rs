//! Small tables, whole.
