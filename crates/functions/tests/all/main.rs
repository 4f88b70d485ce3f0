//! Do functions run as they should, and touch nothing else? Processes of Python, Node and a program of their own, started by the
//! real pool, with handlers that misbehave in every way that is promised to be contained.
#![cfg(test)]

mod bounds;
mod hooks;
mod host;
mod runs;
mod walls;
