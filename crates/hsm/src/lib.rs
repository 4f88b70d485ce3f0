//! A PKCS#11 token behind the trait that keys ask.
//!
//! Which question does this crate answer? *How are keys used that never leave their device?*
