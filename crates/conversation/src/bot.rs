//! What did the author of a bot build?
