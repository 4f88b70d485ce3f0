//! Filter patterns and the Insights language: screened text to a checked plan.
//!
//! Which question does this crate answer? *What does somebody want to see of the stored text?*
