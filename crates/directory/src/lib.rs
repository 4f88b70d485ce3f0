//! Accounts, users, groups, roles, keys and policies as values and transitions.
