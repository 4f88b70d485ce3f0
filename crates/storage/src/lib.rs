//! Keeps ordered bytes, transactions and chained logs: embedded or clustered.
