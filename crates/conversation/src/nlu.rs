//! What did the user mean?
