//! Which value of a slot did the user say?
