//! Does what each release stored still open? One data directory and one dump per release, under `tests/compat`.
