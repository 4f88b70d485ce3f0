//! Does botocore read what our server writes? It is the client that most people have.
