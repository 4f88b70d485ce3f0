//! What of a turn may stand in a conversation log?
