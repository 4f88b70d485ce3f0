//! `sotto mask`: how does an input become a masked output? As a filter, or as copies of files.

mod style;

use crate::args::MaskArgs;
use crate::fault::Verdict;
use crate::inputs::Source;
use crate::look::Look;
use crate::out;
use anyhow::Result;
use sotto_protect::{StreamMasker, Syntax};
use std::sync::Arc;

/// `sotto mask`.
pub(crate) fn run(args: &MaskArgs) -> Result<Verdict> {
    let look = Look::new(&args.look)?;
    let styles = style::Styles::new(args)?;
    let mut input = Source::StandardInput.open(&Arc::default())?;
    let stream = StreamMasker::new(look.finder(), styles.masker("-")?, Syntax::Auto);
    stream
        .pass(&mut input.reader, &mut out::plain())
        .map_err(|error| crate::fault::Fault::unavailable(error.to_string()))?;
    Ok(Verdict::Fine)
}
