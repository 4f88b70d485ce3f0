//! Bytes of the AWS protocols to typed operations and back; signatures.
