//! One thin file per AWS service: load, decide, act, record, render.
