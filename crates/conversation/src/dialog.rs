//! What happens in one turn?
