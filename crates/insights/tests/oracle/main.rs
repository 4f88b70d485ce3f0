//! Does the program give the right rows, and does it fail as it should? It is started as the server starts it.
//!
//! `differential` compares 360 queries with DuckDB over the same masked rows; `behaviour` looks at bounds, cancelling,
//! encrypted segments and SQL; `speed` measures. One binary, because each links the query library's formats again.

#![cfg(test)]

mod behaviour;
mod differential;
mod program;
mod rows;
mod speed;
