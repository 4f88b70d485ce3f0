//! Which turns are logged at all?
