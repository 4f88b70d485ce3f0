//! Does the crate keep its promises from outside? One binary of integration tests.

#![cfg(test)]

mod reading;
mod resolutions;
