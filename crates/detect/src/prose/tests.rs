//! Names and addresses in whole texts.
