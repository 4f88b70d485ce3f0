//! What does a condition of a conversational flow say?
