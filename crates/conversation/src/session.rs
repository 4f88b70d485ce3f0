//! What does a conversation remember between two turns?
