//! The only road from sealed or raw to shown.
