//! Turns a request and the policies that apply into a decision that explains itself.
